// SPDX-License-Identifier: GPL-2.0-only
/*
 * Virtqueues of vhost-vdpa devices. The device serves them, a program behind VDUSE or a network
 * card: the kernel knows neither packets nor indexes, only the call eventfd that it signals.
 */
#define VIRTIO_ID_NET 1 /* uapi */

static __always_inline void scan_vdpa_vq(struct seq_file *seq, struct rs_found *f,
					 struct vhost_virtqueue *vq)
{
	struct rs_vq *v;

	f->key = (u64)vq;
	f->vdpa.features = BPF_CORE_READ(vq, acked_features);
	f->vdpa.bypass = BPF_CORE_READ(vq, call_ctx.producer.irq) > 0;
	f->vdpa.ctx = (u64)BPF_CORE_READ(vq, call_ctx.ctx);
	v = f->vdpa.ctx ? vq_make(f->key, 0) : NULL;
	if (v)
		eventfd_claim(v, f->key, f->vdpa.ctx);
	bpf_seq_write(seq, f, sizeof(*f));
}

static __always_inline void scan_vdpa(struct seq_file *seq, struct rs_found *f,
				      struct vhost_vdpa *v)
{
	struct vhost_virtqueue **vqs = BPF_CORE_READ(v, vdev.vqs), *vq;

	if (BPF_CORE_READ(v, virtio_id) != VIRTIO_ID_NET)
		return;
	f->kind = RS_FOUND_VDPA;
	bpf_probe_read_kernel_str(f->vdpa.name, sizeof(f->vdpa.name),
				  BPF_CORE_READ(v, vdpa, dev.kobj.name));
	f->vdpa.minor = BPF_CORE_READ(v, minor);
	f->vdpa.queues = BPF_CORE_READ(v, vdev.nvqs);
	for (u32 i = 0; i < VHOST_VQS_ANY && i < f->vdpa.queues; i++) {
		vq = NULL;
		bpf_probe_read_kernel(&vq, sizeof(vq), vqs + i);
		if (!vq)
			continue;
		f->vdpa.index = i;
		scan_vdpa_vq(seq, f, vq);
	}
}
