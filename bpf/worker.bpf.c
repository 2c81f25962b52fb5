// SPDX-License-Identifier: GPL-2.0-only
/* What a scan reads of a vhost virtqueue: its worker, its eventfds, the place of its ring. */
#define VIRTIO_F_RING_PACKED 34

/* Functions of their own: the compiler must not merge these reads with those of other kernels. */
static __noinline u64 device_worker(struct vhost_virtqueue *vq)
{
	return (u64)BPF_CORE_READ(vq, dev, worker);
}

static __noinline u64 worker_kthread(struct vhost_worker *worker)
{
	return (u64)BPF_CORE_READ(worker, kthread_task);
}

static __always_inline struct vhost_worker *vq_worker(struct vhost_virtqueue *vq)
{
	if (bpf_core_field_exists(vq->worker))
		return BPF_CORE_READ(vq, worker);
	return (void *)device_worker(vq);
}

static __always_inline struct task_struct *worker_task(struct vhost_worker *worker)
{
	struct task_struct *t = NULL;

	if (bpf_core_field_exists(worker->kthread_task))
		t = (void *)worker_kthread(worker);
	return t ? t : BPF_CORE_READ(worker, vtsk, task);
}

static __noinline int scan_worker(struct rs_found *f, struct vhost_virtqueue *vq)
{
	struct vhost_worker *worker = vq_worker(vq);
	struct task_struct *t = worker ? worker_task(worker) : NULL;

	if (!t)
		return 0;
	f->vq.queued = !!BPF_CORE_READ(worker, work_list.first);
	thread_look(&f->vq.worker, t);
	return 0;
}

/* The worker of a kernel that has no struct for it. */
static __noinline int scan_kthread(struct rs_found *f, struct vhost_virtqueue *vq)
{
	struct vhost_dev___kthread *dev = (void *)BPF_CORE_READ(vq, dev);
	struct task_struct *t = BPF_CORE_READ(dev, worker);

	if (!t)
		return 0;
	f->vq.queued = !!BPF_CORE_READ(dev, work_list.first);
	thread_look(&f->vq.worker, t);
	return 0;
}

/*
 * The addresses are kept only of a ring that vhost serves and that the helper can read: split, of
 * this machine's byte order, and not behind an IOMMU.
 */
static __always_inline void scan_memory(struct rs_found *f, struct vhost_virtqueue *vq,
					struct task_struct *task)
{
	f->vq.owner = BPF_CORE_READ(vq, dev, mm) == BPF_CORE_READ(task, mm);
	if (!f->vq.socket || BPF_CORE_READ(vq, iotlb) || !BPF_CORE_READ(vq, is_le) ||
	    f->vq.features >> VIRTIO_F_RING_PACKED & 1)
		return;
	f->vq.avail = (u64)BPF_CORE_READ(vq, avail);
	f->vq.used = (u64)BPF_CORE_READ(vq, used);
}

/* Whether an irqfd or a process waits for writes to the call eventfd. */
static __always_inline bool call_is_heard(struct vhost_virtqueue *vq)
{
	struct eventfd_ctx *ctx = BPF_CORE_READ(vq, call_ctx.ctx);

	return (u64)BPF_CORE_READ(ctx, wqh.head.next) != RS_AT(ctx, struct eventfd_ctx, wqh.head);
}
