// SPDX-License-Identifier: GPL-2.0-only
/* Plays the device: takes what the driver offers, returns it used. */
#include <linux/etherdevice.h>
#include <linux/io.h>
#include <linux/virtio_net.h>
#include "bench.h"

/* A frame of a protocol without a listener: it costs the same each time. */
static const struct {
	struct virtio_net_hdr_mrg_rxbuf header;
	u8 frame[BENCH_FRAME_SIZE];
} packet = {
	.header = { .num_buffers = cpu_to_le16(1) },
	.frame = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, ETH_P_802_EX1 >> 8, ETH_P_802_EX1 & 0xff },
};

struct taken {
	u16 id;
	u16 slots;
	void *first;
	void *last;
};

void ring_init(struct ring *r, struct virtqueue *vq)
{
	bool packed = virtio_has_feature(vq->vdev, VIRTIO_F_RING_PACKED);

	r->vq = vq;
	r->vring = packed ? NULL : virtqueue_get_vring(vq);
	r->desc = packed ? phys_to_virt(virtqueue_get_desc_addr(vq)) : NULL;
	r->avail = 0;
	r->used = 0;
	r->wrap = true;
	r->lacks = 0;
}

static void *buffer_at(__le64 addr)
{
	return phys_to_virt(le64_to_cpu(addr));
}

static bool take_split(struct ring *r, struct taken *t)
{
	const struct vring *v = r->vring;
	const struct vring_desc *d;

	if (r->avail == virtio16_to_cpu(r->vq->vdev, READ_ONCE(v->avail->idx)))
		return false;
	smp_rmb();	/* the entry is as old as the index */
	t->id = virtio16_to_cpu(r->vq->vdev, v->avail->ring[r->avail++ % v->num]);
	vring_avail_event(v) = cpu_to_virtio16(r->vq->vdev, r->avail);
	d = &v->desc[t->id];
	t->first = buffer_at((__force __le64)d->addr);
	while (virtio16_to_cpu(r->vq->vdev, d->flags) & VRING_DESC_F_NEXT)
		d = &v->desc[virtio16_to_cpu(r->vq->vdev, d->next)];
	t->last = buffer_at((__force __le64)d->addr);
	return true;
}

static bool take_packed(struct ring *r, struct taken *t)
{
	unsigned int at = r->avail;
	u16 flags = le16_to_cpu(READ_ONCE(r->desc[at].flags));

	if (!!(flags & BIT(VRING_PACKED_DESC_F_AVAIL)) != r->wrap ||
	    !!(flags & BIT(VRING_PACKED_DESC_F_USED)) == r->wrap)
		return false;
	smp_rmb();	/* the rest is as old as the flags */
	t->first = buffer_at(r->desc[at].addr);
	t->slots = 1;
	while (le16_to_cpu(r->desc[at].flags) & VRING_DESC_F_NEXT) {
		at = (at + 1) % BENCH_RING_SIZE;
		t->slots++;
	}
	t->last = buffer_at(r->desc[at].addr);
	t->id = le16_to_cpu(r->desc[at].id);
	return true;
}

static bool take(struct ring *r, struct taken *t)
{
	return r->vring ? take_split(r, t) : take_packed(r, t);
}

static void use_split(struct ring *r, const struct taken *t, u32 len)
{
	const struct vring *v = r->vring;
	struct vring_used_elem *elem = &v->used->ring[r->used % v->num];

	elem->id = cpu_to_virtio32(r->vq->vdev, t->id);
	elem->len = cpu_to_virtio32(r->vq->vdev, len);
	smp_wmb();	/* the entry before the index */
	WRITE_ONCE(v->used->idx, cpu_to_virtio16(r->vq->vdev, ++r->used));
}

static void use_packed(struct ring *r, const struct taken *t, u32 len)
{
	struct vring_packed_desc *d = &r->desc[r->avail];
	u16 flags = r->wrap ? BIT(VRING_PACKED_DESC_F_AVAIL) | BIT(VRING_PACKED_DESC_F_USED) : 0;

	d->id = cpu_to_le16(t->id);
	d->len = cpu_to_le32(len);
	smp_wmb();	/* the entry before its flags */
	WRITE_ONCE(d->flags, cpu_to_le16(flags));
	r->avail += t->slots;
	if (r->avail >= BENCH_RING_SIZE) {
		r->avail -= BENCH_RING_SIZE;
		r->wrap = !r->wrap;
	}
}

static void use(struct ring *r, const struct taken *t, u32 len)
{
	if (r->vring)
		use_split(r, t, len);
	else
		use_packed(r, t, len);
}

/* A packet arrives. */
void ring_receive(struct ring *r)
{
	struct taken t;

	if (!take(r, &t)) {
		r->lacks++;
		return;
	}
	memcpy(t.first, &packet, sizeof(packet));
	use(r, &t, sizeof(packet));
}

/* All packets the driver handed over are sent. */
void ring_finish(struct ring *r)
{
	struct taken t;

	while (take(r, &t))
		use(r, &t, 0);
}

/* All commands of the control queue succeed. */
void ring_answer(struct ring *r)
{
	struct taken t;

	while (take(r, &t)) {
		*(u8 *)t.last = VIRTIO_NET_OK;
		use(r, &t, 1);
	}
}
