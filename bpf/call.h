/* SPDX-License-Identifier: GPL-2.0-only */
/* The call eventfd and the irqfd that listens to it. */
#define EPOLLIN 1 /* uapi, the same everywhere */

/* Any CPU may write: adds are atomic. */
static __always_inline void eventfd_count(struct rs_call *c, u64 unread, u64 now)
{
	RS_COUNT(c->eventfd_writes);
	if (unread)
		RS_COUNT(c->eventfd_merged);
	c->written_ns = now;
}

static __always_inline int eventfd_signalled(u64 ctx, u64 unread)
{
	struct rs_call *c = calls_find(ctx);
	u64 now;

	if (!c)
		return 0;
	now = time_now();
	eventfd_count(c, unread, now);
	if (c->vq)
		vhost_signalled(c->vq, now);
	return 0;
}

/* From the kernel; which of the two it is depends on the kernel. */
RS_HOOK1(eventfd_signal, struct eventfd_ctx *, ctx_)
{
	return eventfd_signalled(RS_ADDRESS(ctx_), RS_READ(typed, ctx_, count));
}

RS_HOOK1(eventfd_signal_mask, struct eventfd_ctx *, ctx_)
{
	return eventfd_signalled(RS_ADDRESS(ctx_), RS_READ(typed, ctx_, count));
}

/* From a process: a backend in user space, or the VMM itself. */
RS_HOOK1(eventfd_write, struct file *, file)
{
	u64 ctx_ = RS_ADDRESS(RS_READ(typed, file, private_data));
	struct rs_call *c = calls_find(ctx_);
	u64 who;

	if (!c)
		return 0;
	eventfd_count(c, RS_PEEK(ctx_, struct eventfd_ctx, count), time_now());
	who = bpf_get_current_pid_tgid();
	c->writer = who >> 32;
	c->thread = who;
	return 0;
}

/* The last descriptor is closed; a virtual machine that masks a vector keeps it. */
RS_HOOK2(eventfd_release, struct inode *, inode, struct file *, file)
{
	u64 ctx_ = RS_ADDRESS(RS_READ(typed, file, private_data));
	struct rs_call *c = calls_find(ctx_);
	struct rs_vq *v;

	if (!c)
		return 0;
	v = c->vq ? vqs_find(c->vq) : NULL;
	if (v && v->ctx == ctx_)
		v->ctx = 0;
	if (c->route)
		routes_drop(c->route);
	calls_drop(ctx_);
	return 0;
}

/* What an injection is recognised by. The route changes when the guest moves the interrupt. */
static __always_inline void call_route(struct rs_call *c, u64 irqfd)
{
	c->kvm = RS_PEEK(irqfd, struct kvm_kernel_irqfd, kvm);
	c->data = RS_PEEK_U32(irqfd, struct kvm_kernel_irqfd, irq_entry.msi.data);
}

static __noinline struct rs_call *call_make_away(u64 ctx, u64 irqfd)
{
	struct rs_call *c = calls_make(ctx);

	if (c && c->key == RS_BUSY) {
		call_route(c, irqfd);
		calls_publish(c, ctx);
	}
	return c;
}

static __always_inline struct rs_call *call_make(u64 ctx, u64 irqfd)
{
	struct rs_call *c = calls_home(ctx);

	return c->key == ctx ? c : call_make_away(ctx, irqfd);
}

/* The end of the step before, and a step's begin unless one is under way. */
static __always_inline void call_woken(struct rs_call *c, u64 now)
{
	if (c->written_ns)
		hist_add(&c->s3_s4, now - c->written_ns);
	c->written_ns = 0;
	if (!c->woken_ns)
		c->woken_ns = now;
}

RS_HOOK4(irqfd_wakeup, struct wait_queue_entry *, wait, unsigned int, mode, int, sync, void *,
	 flags)
{
	u64 irqfd = RS_ADDRESS(wait) - bpf_core_field_offset(((struct kvm_kernel_irqfd *)0)->wait);
	struct rs_waking *w;
	struct rs_call *c;
	u64 ctx_;

	if (!((u64)flags & EPOLLIN))
		return 0;
	ctx_ = RS_PEEK(irqfd, struct kvm_kernel_irqfd, eventfd);
	c = call_make(ctx_, irqfd);
	if (!c)
		return 0;
	RS_COUNT(c->irqfd_wakeups);
	if (rs_times)
		call_woken(c, bpf_ktime_get_ns());
	w = waking_here();
	w->ctx = ctx_;
	w->irqfd = irqfd;
	w->task = bpf_get_current_task();
	return 0;
}

/* KVM could not inject at once, and left it to a work queue. */
RS_HOOK1(irqfd_inject, struct work_struct *, work)
{
	u64 irqfd =
		RS_ADDRESS(work) - bpf_core_field_offset(((struct kvm_kernel_irqfd *)0)->inject);
	u64 ctx_ = RS_PEEK(irqfd, struct kvm_kernel_irqfd, eventfd);
	u64 task = bpf_get_current_task();
	struct rs_call *c = call_make(ctx_, irqfd);

	if (!c)
		return 0;
	RS_COUNT(c->irqfd_deferred);
	call_route(c, irqfd);
	bpf_map_update_elem(&deferred, &task, &ctx_, BPF_ANY);
	return 0;
}

/* The call that this task's deferred work is for, if it has any. */
static __noinline struct rs_call *call_deferred(struct rs_waking *w)
{
	u64 task = bpf_get_current_task(), *later = bpf_map_lookup_elem(&deferred, &task);
	struct rs_call *c;

	w->irqfd = 0;
	if (!later)
		return NULL;
	c = calls_find(*later);
	bpf_map_delete_elem(&deferred, &task);
	return c;
}

/*
 * The call this injection is for: that of the irqfd being woken here, or of this task's deferred
 * work; then @w has no irqfd. What another task, or this one on another CPU, injects is somebody
 * else's.
 */
static __always_inline struct rs_call *call_injecting(struct rs_waking *w)
{
	struct rs_call *c;

	if (!w->ctx || w->task != bpf_get_current_task())
		return call_deferred(w);
	c = calls_find(w->ctx);
	w->ctx = 0;
	if (c)
		RS_COUNT(c->irqfd_atomic);
	return c;
}

/* Where the vCPU is when it gets an interrupt. */
#define IN_GUEST_MODE 1 /* of vcpu->mode: the same since 2.6.38 */

static __always_inline void vcpu_found(const bool typed, struct rs_call *c, struct kvm_vcpu *vcpu)
{
	if (RS_READ(typed, vcpu, wait.task))
		RS_COUNT(c->vcpu_asleep);
	else if (RS_READ(typed, vcpu, mode) == IN_GUEST_MODE)
		RS_COUNT(c->vcpu_in_guest);
	else
		RS_COUNT(c->vcpu_in_host);
}

/* One of a vCPU's counts, by the one of two names that it has on this architecture. */
#define VCPU_STAT(to, typed, vcpu, field, other)                        \
	do {                                                            \
		if (bpf_core_field_exists((vcpu)->stat.field)) {        \
			to = RS_READ(typed, vcpu, stat.field);          \
			RS_APART;                                       \
		} else if (bpf_core_field_exists((vcpu)->stat.other)) { \
			to = RS_READ(typed, vcpu, stat.other);          \
			RS_APART;                                       \
		} else {                                                \
			to = 0;                                         \
			RS_APART;                                       \
		}                                                       \
	} while (0)

static __always_inline void exits_read(const bool typed, struct rs_exits *e, struct kvm_vcpu *vcpu)
{
	VCPU_STAT(e->all, typed, vcpu, exits, exits);
	VCPU_STAT(e->mmio, typed, vcpu, mmio_exits, mmio_exit_user);
	VCPU_STAT(e->io, typed, vcpu, io_exits, io_exits);
	VCPU_STAT(e->halt, typed, vcpu, halt_exits, wfi_exit_stat);
}

static __always_inline void exits_count(const bool typed, struct rs_call *c, struct kvm_vcpu *vcpu)
{
	struct rs_exits now;

	exits_read(typed, &now, vcpu);
	if (now.all == c->exits.all)
		return;
	__sync_fetch_and_add(&c->exits_pending, now.all - c->exits.all);
	__sync_fetch_and_add(&c->exits_pending_mmio, now.mmio - c->exits.mmio);
	__sync_fetch_and_add(&c->exits_pending_io, now.io - c->exits.io);
	__sync_fetch_and_add(&c->exits_pending_halt, now.halt - c->exits.halt);
}

/* An interrupt has become pending, or was so already: then it joins the one on its way. */
static __always_inline void call_injected(const bool typed, struct rs_call *c,
					  struct kvm_vcpu *vcpu, bool pending, bool posted)
{
	u64 now = 0;

	if (rs_times) {
		now = bpf_ktime_get_ns();
		if (c->woken_ns)
			hist_add(&c->s4_s5, now - c->woken_ns);
		c->woken_ns = 0;
	}
	if (pending)
		RS_COUNT(c->coalesced);
	else
		RS_COUNT(c->injected);
	if (posted)
		RS_COUNT(c->posted);
	if (posted || pending || !vcpu)
		return;
	exits_read(typed, &c->exits, vcpu);
	c->injected_ns = now;
	c->entering = 1;
}

/* The interrupt's way to its vCPU: the one before is forgotten, and what was under way on it. */
static __always_inline void route_learn(struct rs_call *c, u64 key, u32 intid)
{
	struct rs_route *r;

	if (c->route)
		routes_drop(c->route);
	c->route = 0;
	c->entering = 0;
	r = routes_make(key);
	if (!r)
		return;
	r->ctx = c->key;
	r->intid = intid;
	routes_publish(r, key);
	c->route = key;
}

/* Whether @key is still the way of this interrupt, and of this call's alone. */
static __always_inline bool route_is(struct rs_call *c, u64 key, u32 intid)
{
	struct rs_route *r;

	if (c->route != key)
		return false;
	r = routes_find(key);
	return r && r->intid == intid && r->ctx == c->key;
}

/* The call that @key is the way of, if it is still the same interrupt. */
static __always_inline struct rs_call *route_call(u64 key, u32 intid)
{
	struct rs_route *r = routes_find(key);
	struct rs_call *c;

	if (!r || r->intid != intid)
		return NULL;
	c = calls_find(r->ctx);
	return c && c->route == key ? c : NULL;
}

/* The vCPU takes it along on its way into the guest. */
static __always_inline void call_entered(const bool typed, struct rs_call *c, struct kvm_vcpu *vcpu)
{
	if (!c->entering)
		return;
	c->entering = 0;
	if (rs_times)
		hist_add(&c->s5_run, bpf_ktime_get_ns() - c->injected_ns);
	exits_count(typed, c, vcpu);
}
