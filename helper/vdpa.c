// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include <linux/virtio_net.h>

#include "vdpa.h"
#include "vm.h"

#define SEVERAL_PAIRS (1ULL << VIRTIO_NET_F_MQ | 1ULL << VIRTIO_NET_F_RSS)

/* Receive and transmit queues come in turn, then perhaps the control virtqueue: in third place if
 * the driver does not use several pairs. Before 6.5 a kernel may not tell what the driver uses. */
static unsigned int pairs(const struct rs_found *vdpa)
{
	bool one = vdpa->vdpa.features && !(vdpa->vdpa.features & SEVERAL_PAIRS);

	return one ? 1 : vdpa->vdpa.queues / 2;
}

const char *rs_vdpa_dir(const struct rs_found *vdpa)
{
	if (vdpa->vdpa.index == 2 * pairs(vdpa))
		return "ctrl";
	return vdpa->vdpa.index % 2 ? "tx" : "rx";
}

bool rs_vdpa_is_used(const struct rs_found *vdpa)
{
	return vdpa->vdpa.ctx && vdpa->vdpa.index <= 2 * pairs(vdpa);
}

void rs_vdpa_fill(struct rs_queue *q, const struct rs_found *vdpa, const struct rs_entries *e)
{
	struct rs_num *writes = &q->counters[RS_HOST_eventfd_writes];
	uint64_t masked = e->call.kvm ? e->masked : 0;
	char file[32];

	if (writes->known)
		writes->value -= masked;
	if (masked)
		q->counters[RS_HOST_eventfd_merged] = (struct rs_num){0};
	q->counters[RS_HOST_eventfd_masked] = (struct rs_num){0};
	q->calls_closed = rs_num_of(e->vq.calls_closed);
	rs_str_set(q->tap, vdpa->vdpa.name);
	q->queue = rs_num_of(vdpa->vdpa.index / 2);
	snprintf(file, sizeof(file), "/dev/vhost-vdpa-%u", vdpa->vdpa.minor);
	rs_vm_mac(q->pid.value, file, q->mac, sizeof(q->mac));
}
