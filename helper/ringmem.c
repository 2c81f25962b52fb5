// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <sys/uio.h>

#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>

#include "ringmem.h"

#define LOOKS 64

/* What lies in a split ring, in the order in which it is read: a used index before the avail index
 * that it cannot pass. */
struct look {
	struct {
		uint16_t flags;
		uint16_t idx;
	} used, avail;
	uint16_t used_event;
	uint16_t avail_event;
};

#define PARTS 4

/* The same parts at their addresses in the VMM. The events lie behind the two rings. */
static void parts_of(const struct rs_found *vq, struct iovec parts[PARTS])
{
	uint64_t avail = vq->vq.avail, used = vq->vq.used;
	uint64_t used_event = avail + sizeof(struct vring_avail) + vq->vq.num * sizeof(__virtio16);
	uint64_t avail_event =
		used + sizeof(struct vring_used) + vq->vq.num * sizeof(struct vring_used_elem);

	parts[0] = (struct iovec){(void *)used, sizeof(((struct look *)0)->used)};
	parts[1] = (struct iovec){(void *)avail, sizeof(((struct look *)0)->avail)};
	parts[2] = (struct iovec){(void *)used_event, sizeof(uint16_t)};
	parts[3] = (struct iovec){(void *)avail_event, sizeof(uint16_t)};
}

/* Reads all parts twice in one call, until both looks are equal. */
static bool ring_look(const struct rs_found *vq, struct look *look)
{
	struct iovec parts[2 * PARTS], to;
	struct look looks[2];

	parts_of(vq, parts);
	parts_of(vq, parts + PARTS);
	to = (struct iovec){looks, sizeof(looks)};
	for (int i = 0; i < LOOKS; i++) {
		if (process_vm_readv(vq->pid, &to, 1, parts, 2 * PARTS, 0) != sizeof(looks))
			return false;
		if (!memcmp(&looks[0], &looks[1], sizeof(looks[0]))) {
			*look = looks[0];
			return true;
		}
	}
	return false;
}

void rs_ringmem_fill(struct rs_queue *q, const struct rs_found *vq)
{
	struct look look;
	bool is_packed;

	if (vq->vq.num <= 1) /* vhost's own value until the VMM sets up the ring */
		return;
	is_packed = vq->vq.features >> VIRTIO_F_RING_PACKED & 1;
	rs_str_set(q->ring, is_packed ? "packed" : "split");
	q->event_idx = rs_num_of(vq->vq.features >> VIRTIO_RING_F_EVENT_IDX & 1);
	q->size = rs_num_of(vq->vq.num);
	if (is_packed || !vq->vq.owner || !vq->vq.avail || !vq->vq.used || !ring_look(vq, &look))
		return;
	q->ring_avail_idx = rs_num_of(look.avail.idx);
	q->ring_used_idx = rs_num_of(look.used.idx);
	q->avail_flags = rs_num_of(look.avail.flags);
	q->used_flags = rs_num_of(look.used.flags);
	if (!q->event_idx.value)
		return;
	q->used_event = rs_num_of(look.used_event);
	q->avail_event = rs_num_of(look.avail_event);
}
