// SPDX-License-Identifier: GPL-2.0-only
/* The call eventfd: each write to it, by vhost or by a process. */
/* Several CPUs may write at a time: adds are atomic. */
static __always_inline void eventfd_count(struct rs_eventfd *e, u64 unread, u64 now)
{
	RS_COUNT(e->eventfd_writes);
	if (unread)
		RS_COUNT(e->eventfd_merged);
	e->written_ns = now;
}

static __always_inline int eventfd_signalled(u64 ctx, u64 unread)
{
	struct rs_eventfd *e = eventfds_find(ctx);
	u64 now;

	if (!e)
		return 0;
	now = time_now();
	eventfd_count(e, unread, now);
	if (e->vq)
		vhost_signalled(e->vq, now);
	return 0;
}

/* A write by the kernel. Depending on its version, the kernel calls one of these two. */
RS_HOOK1(eventfd_signal, struct eventfd_ctx *, ctx_)
{
	return eventfd_signalled(RS_ADDRESS(ctx_), RS_READ(typed, ctx_, count));
}

RS_HOOK1(eventfd_signal_mask, struct eventfd_ctx *, ctx_)
{
	return eventfd_signalled(RS_ADDRESS(ctx_), RS_READ(typed, ctx_, count));
}

/* A write by a process: a backend in user space, or the VMM. */
RS_HOOK1(eventfd_write, struct file *, file)
{
	u64 ctx_ = RS_ADDRESS(RS_READ(typed, file, private_data));
	struct rs_eventfd *e = eventfds_find(ctx_);
	u64 who;

	if (!e)
		return 0;
	eventfd_count(e, RS_PEEK(ctx_, struct eventfd_ctx, count), time_now());
	who = bpf_get_current_pid_tgid();
	e->writer = who >> 32;
	e->thread = who;
	return 0;
}

/* The last descriptor is closed. A virtual machine that masks a vector keeps the descriptor open.
 */
RS_HOOK2(eventfd_release, struct inode *, inode, struct file *, file)
{
	u64 ctx_ = RS_ADDRESS(RS_READ(typed, file, private_data));
	struct rs_eventfd *e = eventfds_find(ctx_);
	struct rs_vq *v;

	if (!e)
		return 0;
	v = e->vq ? vqs_find(e->vq) : NULL;
	if (v)
		v->calls_closed++;
	if (v && v->ctx == ctx_)
		v->ctx = 0;
	if (e->route)
		routes_drop(e->route);
	if (e->error)
		__sync_fetch_and_add(&rs_errors, -1);
	eventfds_drop(ctx_);
	return 0;
}
