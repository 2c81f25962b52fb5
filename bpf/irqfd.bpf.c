// SPDX-License-Identifier: GPL-2.0-only
/* The irqfd that waits on a call eventfd: each wake-up, and the injection that follows. */
#define EPOLLIN 1 /* uapi, the same everywhere */

/* Notes what identifies the injection. The route changes when the guest moves the interrupt. */
static __always_inline void eventfd_route(struct rs_eventfd *e, u64 irqfd)
{
	e->kvm = RS_PEEK(irqfd, struct kvm_kernel_irqfd, kvm);
	e->data = RS_PEEK_U32(irqfd, struct kvm_kernel_irqfd, irq_entry.msi.data);
}

static __noinline struct rs_eventfd *eventfd_make_away(u64 ctx, u64 irqfd)
{
	struct rs_eventfd *e = eventfds_make(ctx);

	if (e && e->key == RS_BUSY) {
		eventfd_route(e, irqfd);
		eventfds_publish(e, ctx);
	}
	return e;
}

static __always_inline struct rs_eventfd *eventfd_make(u64 ctx, u64 irqfd)
{
	struct rs_eventfd *e = eventfds_home(ctx);

	return e->key == ctx ? e : eventfd_make_away(ctx, irqfd);
}

/* Ends step S3 to S4, and starts S4 to S5 unless it is under way. */
static __always_inline void eventfd_woken(struct rs_eventfd *e, u64 now)
{
	if (e->written_ns)
		hist_add(&e->s3_s4, now - e->written_ns);
	e->written_ns = 0;
	if (!e->woken_ns)
		e->woken_ns = now;
}

RS_HOOK4(irqfd_wakeup, struct wait_queue_entry *, wait, unsigned int, mode, int, sync, void *,
	 flags)
{
	u64 irqfd = RS_ADDRESS(wait) - bpf_core_field_offset(((struct kvm_kernel_irqfd *)0)->wait);
	struct rs_waking *w;
	struct rs_eventfd *e;
	u64 ctx_;

	if (!((u64)flags & EPOLLIN))
		return 0;
	ctx_ = RS_PEEK(irqfd, struct kvm_kernel_irqfd, eventfd);
	e = eventfd_make(ctx_, irqfd);
	if (!e)
		return 0;
	RS_COUNT(e->irqfd_wakeups);
	if (rs_times)
		eventfd_woken(e, bpf_ktime_get_ns());
	w = waking_here();
	w->ctx = ctx_;
	w->irqfd = irqfd;
	w->task = bpf_get_current_task();
	return 0;
}

/* KVM could not inject at once and left the injection to a work queue. */
RS_HOOK1(irqfd_inject, struct work_struct *, work)
{
	u64 irqfd =
		RS_ADDRESS(work) - bpf_core_field_offset(((struct kvm_kernel_irqfd *)0)->inject);
	u64 ctx_ = RS_PEEK(irqfd, struct kvm_kernel_irqfd, eventfd);
	u64 task = bpf_get_current_task();
	struct rs_eventfd *e = eventfd_make(ctx_, irqfd);

	if (!e)
		return 0;
	RS_COUNT(e->irqfd_deferred);
	eventfd_route(e, irqfd);
	bpf_map_update_elem(&deferred, &task, &ctx_, BPF_ANY);
	return 0;
}

/* The eventfd of this task's deferred injection, NULL = none. */
static __noinline struct rs_eventfd *eventfd_deferred(struct rs_waking *w)
{
	u64 task = bpf_get_current_task(), *later = bpf_map_lookup_elem(&deferred, &task);
	struct rs_eventfd *e;

	w->irqfd = 0;
	if (!later)
		return NULL;
	e = eventfds_find(*later);
	bpf_map_delete_elem(&deferred, &task);
	return e;
}

/*
 * The eventfd of this injection: that of the irqfd being woken on this CPU, or that of this task's
 * deferred injection; then @w has no irqfd. An injection by another task, or by this task on
 * another CPU, belongs to another eventfd.
 */
static __always_inline struct rs_eventfd *eventfd_injecting(struct rs_waking *w)
{
	struct rs_eventfd *e;

	if (!w->ctx || w->task != bpf_get_current_task())
		return eventfd_deferred(w);
	e = eventfds_find(w->ctx);
	w->ctx = 0;
	if (e)
		RS_COUNT(e->irqfd_atomic);
	return e;
}
