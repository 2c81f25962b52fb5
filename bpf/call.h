/* SPDX-License-Identifier: GPL-2.0-only */
/* The call eventfd and the irqfd that listens to it. */
#define EPOLLIN 1 /* uapi, the same everywhere */

static __always_inline int eventfd_written(u64 ctx)
{
	struct rs_call *c = bpf_map_lookup_elem(&calls, &ctx);

	if (!c)
		return 0;
	RS_COUNT(c->eventfd_writes);
	if (c->vq)
		vhost_signalled(c->vq);
	return 0;
}

/* From the kernel; which of the two it is depends on the kernel. */
RS_HOOK1(eventfd_signal, struct eventfd_ctx *, ctx_)
{
	return eventfd_written((u64)ctx_);
}

RS_HOOK1(eventfd_signal_mask, struct eventfd_ctx *, ctx_)
{
	return eventfd_written((u64)ctx_);
}

/* From a process: a backend in user space, or the VMM itself. */
RS_HOOK1(eventfd_write, struct file *, file)
{
	u64 ctx_ = (u64)RS_READ(typed, file, private_data);
	struct rs_call *c = bpf_map_lookup_elem(&calls, &ctx_);

	if (c) {
		RS_COUNT(c->eventfd_writes);
		c->writer = bpf_get_current_pid_tgid() >> 32;
	}
	return 0;
}

/* The last descriptor is closed; a virtual machine that masks a vector keeps it. */
RS_HOOK2(eventfd_release, struct inode *, inode, struct file *, file)
{
	u64 ctx_ = (u64)RS_READ(typed, file, private_data);
	struct rs_call *c = bpf_map_lookup_elem(&calls, &ctx_);

	if (!c)
		return 0;
	bpf_map_delete_elem(&lpis, &c->lpi);
	bpf_map_delete_elem(&calls, &ctx_);
	return 0;
}

/* What an injection is recognised by. The route changes when the guest moves the interrupt. */
static __always_inline void call_route(struct rs_call *c, const struct kvm_kernel_irqfd *irqfd)
{
	c->kvm = (u64)BPF_CORE_READ(irqfd, kvm);
	c->data = BPF_CORE_READ(irqfd, irq_entry.msi.data);
}

RS_HOOK4(irqfd_wakeup, struct wait_queue_entry *, wait, unsigned int, mode, int, sync, void *,
	 flags)
{
	struct kvm_kernel_irqfd *irqfd = RS_OUTER(wait, struct kvm_kernel_irqfd, wait);
	u64 ctx_ = (u64)BPF_CORE_READ(irqfd, eventfd);
	struct rs_waking *w;
	struct rs_call *c;
	u32 zero = 0;

	if (!((u64)flags & EPOLLIN))
		return 0;
	c = RS_FIND(calls, ctx_, rs_missed.calls, struct rs_call, {});
	w = bpf_map_lookup_elem(&waking, &zero);
	if (!c || !w)
		return 0;
	RS_COUNT(c->irqfd_wakeups);
	call_route(c, irqfd);
	w->ctx = ctx_;
	w->task = bpf_get_current_task();
	return 0;
}

/* KVM could not inject at once, and left it to a work queue. */
RS_HOOK1(irqfd_inject, struct work_struct *, work)
{
	struct kvm_kernel_irqfd *irqfd = RS_OUTER(work, struct kvm_kernel_irqfd, inject);
	u64 ctx_ = (u64)BPF_CORE_READ(irqfd, eventfd);
	u64 task = bpf_get_current_task();
	struct rs_call *c = RS_FIND(calls, ctx_, rs_missed.calls, struct rs_call, {});

	if (!c)
		return 0;
	RS_COUNT(c->irqfd_deferred);
	call_route(c, irqfd);
	bpf_map_update_elem(&deferred, &task, &ctx_, BPF_ANY);
	return 0;
}

/* The call this injection is for: that of the irqfd being woken here, or of this task's deferred
 * work. */
static __always_inline struct rs_call *call_injecting(u64 *ctx)
{
	u64 task = bpf_get_current_task();
	struct rs_waking *w;
	struct rs_call *c;
	u32 zero = 0;
	u64 *later;

	w = bpf_map_lookup_elem(&waking, &zero);
	if (!w)
		return NULL;
	if (w->ctx && w->task == task) {
		*ctx = w->ctx;
		w->ctx = 0;
		c = bpf_map_lookup_elem(&calls, ctx);
		if (c)
			RS_COUNT(c->irqfd_atomic);
	} else {
		later = bpf_map_lookup_elem(&deferred, &task);
		if (!later)
			return NULL;
		*ctx = *later;
		bpf_map_delete_elem(&deferred, &task);
		c = bpf_map_lookup_elem(&calls, ctx);
		w->task = task;
	}
	w->kick = *ctx;
	return c;
}

/* The injector kicks before it does anything else; another task's kick is for another reason. */
static __always_inline int kicked(void)
{
	struct rs_waking *w;
	struct rs_call *c;
	u32 zero = 0;

	w = bpf_map_lookup_elem(&waking, &zero);
	if (!w || !w->kick || w->task != bpf_get_current_task())
		return 0;
	c = bpf_map_lookup_elem(&calls, &w->kick);
	w->kick = 0;
	if (c)
		RS_COUNT(c->vcpu_kicks);
	return 0;
}

RS_HOOK1(kvm_vcpu_kick, struct kvm_vcpu *, vcpu)
{
	return kicked();
}

RS_HOOK1(__kvm_vcpu_kick, struct kvm_vcpu *, vcpu)
{
	return kicked();
}
