/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vhost: used entries posted, and whether the guest is told. All of it runs
 * under the virtqueue's mutex, so its entry needs no atomic adds.
 */
#define VIRTIO_RING_F_EVENT_IDX 29
#define VHOST_VQS_ANY		256 /* more than any kind of vhost device has but scsi's largest */

/* Bring @progress up to @last_used, the virtqueue's index; never more than 32767 entries apart. */
static __always_inline u64 progress_at(u64 progress, u16 last_used)
{
	return progress + (s16)(last_used - (u16)progress);
}

static __always_inline struct rs_vq *vq_find(u64 key, u16 last_used)
{
	return RS_FIND(vqs, key, rs_missed.vqs, struct rs_vq,
		       {.progress = last_used, .base = last_used, .signaled = last_used});
}

/* vhost_posted as it stands when the virtqueue's index reads @last_used. */
static __always_inline u64 vq_posted(const struct rs_vq *v, u16 last_used)
{
	u64 progress = v->progress;

	return (v->restart ? progress : progress_at(progress, last_used)) - v->base;
}

static __always_inline void vq_advance(struct rs_vq *v, u16 last_used)
{
	u64 next = progress_at(v->progress, last_used);

	if (v->restart) {
		next = ((v->progress | 0xffff) + 1) | last_used;
		v->base += next - v->progress;
		v->signaled = next;
		v->restart = 0;
	}
	v->progress = next;
}

/* The call eventfd's entry, made here so that eventfds nobody signals guests with are never
 * counted. */
static __always_inline void call_claim(struct rs_vq *v, u64 key, u64 ctx)
{
	struct rs_call *c = RS_FIND(calls, ctx, rs_missed.calls, struct rs_call, {.vq = key});

	if (!c)
		return;
	c->vq = key;
	v->ctx = ctx;
}

/* Entry of a function that posts entries, then decides. Undone by the eventfd's station if it does
 * signal. */
static __always_inline int vhost_decide(const bool typed, struct vhost_virtqueue *vq)
{
	u16 last_used = RS_READ(typed, vq, last_used_idx);
	u64 ctx = (u64)RS_READ(typed, vq, call_ctx.ctx);
	u64 key = (u64)vq;
	struct rs_vq *v = vq_find(key, last_used);

	if (!v)
		return 0;
	vq_advance(v, last_used);
	v->vhost_calls++;
	v->deciding = 0;
	if (!ctx) {
		v->vhost_no_call++;
		return 0;
	}
	if (v->ctx != ctx)
		call_claim(v, key, ctx);
	if (RS_READ(typed, vq, acked_features) & (1ULL << VIRTIO_RING_F_EVENT_IDX)) {
		v->vhost_suppressed_event_idx++;
		v->deciding = 1 + RS_WHY_EVENT_IDX;
	} else {
		v->vhost_suppressed_flag++;
		v->deciding = 1 + RS_WHY_FLAG;
	}
	return 0;
}

RS_HOOK2(vhost_add_used_and_signal_n, void *, dev, struct vhost_virtqueue *, vq)
{
	return vhost_decide(typed, vq);
}

RS_HOOK2(vhost_add_used_and_signal, void *, dev, struct vhost_virtqueue *, vq)
{
	return vhost_decide(typed, vq);
}

/* The ring starts again, perhaps at another index: a new guest, or one that came back. */
RS_HOOK1(vhost_vq_init_access, struct vhost_virtqueue *, vq)
{
	u64 key = (u64)vq;
	struct rs_vq *v = bpf_map_lookup_elem(&vqs, &key);

	if (!v)
		return 0;
	vq_advance(v, RS_READ(typed, vq, last_used_idx));
	v->restart = 1;
	return 0;
}

/* The device is closed, and its virtqueues with it. */
RS_HOOK1(vhost_dev_cleanup, struct vhost_dev *, dev)
{
	struct vhost_virtqueue **all = RS_READ(typed, dev, vqs);
	u32 n = RS_READ(typed, dev, nvqs);
	u64 key;

	for (u32 i = 0; i < VHOST_VQS_ANY && i < n; i++) {
		key = 0;
		bpf_probe_read_kernel(&key, sizeof(key), all + i);
		bpf_map_delete_elem(&vqs, &key);
	}
	return 0;
}

/* vhost decided to signal: called from the eventfd's station. */
static __always_inline void vhost_signalled(u64 key)
{
	struct rs_vq *v = bpf_map_lookup_elem(&vqs, &key);

	if (!v || !v->deciding)
		return;
	if (v->deciding == 1 + RS_WHY_EVENT_IDX)
		v->vhost_suppressed_event_idx--;
	else
		v->vhost_suppressed_flag--;
	v->deciding = 0;
	v->vhost_signals++;
	vq_advance(v, BPF_CORE_READ((struct vhost_virtqueue *)key, last_used_idx));
	if (v->progress == v->signaled)
		v->vhost_signals_empty++;
	v->signaled = v->progress;
}
