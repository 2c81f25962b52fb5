// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/libbpf.h>
#include <string.h>

#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>

#include "hist.h"
#include "hooks.h"
#include "stations.h"
#include "ringside.skel.h"

/* Copies the entry of @key from a table while programs write to it. Return: false = no entry. */
static bool find(const void *table, size_t size, int bits, uint64_t key, void *entry)
{
	for (uint32_t i = 0; i < RS_PROBES; i++) {
		const void *e =
			(const char *)table + ((rs_home(key, bits) + i) & RS_MASK(bits)) * size;

		if (*(const volatile uint64_t *)e != key)
			continue;
		memcpy(entry, e, size);
		return true;
	}
	return false;
}

#define FIND(table, bits, key, entry) find(table, sizeof((table)[0]), bits, key, entry)

static void set(struct rs_queue *q, const struct rs_hooks *h, enum rs_host_counter counter,
		uint64_t value)
{
	if (rs_hooks_know(h, counter))
		q->counters[counter] = rs_num_of(value);
}

static void set_hist(struct rs_queue *q, const struct rs_hooks *h, enum rs_host_hist hist,
		     const struct rs_hist *from)
{
	_Static_assert(RS_BUCKETS == RS_HIST_BUCKETS, "both sides have the same buckets");
	if (!rs_hooks_know_hist(h, hist))
		return;
	q->hists[hist].known = true;
	memcpy(q->hists[hist].bucket, from->bucket, sizeof(from->bucket));
}

/*
 * A scan makes an entry for each object that it finds. If there is no entry, the table is full (see
 * missed): then only what the scan read is known.
 */
void rs_stations_tun(struct rs_queue *q, struct rs_hooks *h, const struct rs_found *tun)
{
	struct rs_tun t = {0};

	if (FIND(rs_hooks_bpf(h)->bss->tuns, RS_TUNS_BITS, tun->tun.ring, &t)) {
#define RS_HIST(name, unit, meaning)
#define RS_TUN_HIST(name, unit, meaning) set_hist(q, h, RS_HOST_HIST_##name, &t.name);
#include "../bpf/hists.h"
		/* without the histogram tun_offered is unknown, too */
		t.tun_offered += rs_hist_count(&q->hists[RS_HOST_HIST_occupancy_at_enqueue]);
#define RS_STATION(name, unit, meaning)
#define RS_TUN_STATION(name, unit, meaning) set(q, h, RS_HOST_##name, t.name);
#include "../bpf/counters.h"
	}
	q->counters[RS_HOST_tun_sent] = (struct rs_num){0}; /* belongs to the other direction */
	if (tun->tun.size <= RS_RING_TOO_SMALL)
		q->counters[RS_HOST_vhost_taken] = (struct rs_num){0};
	q->ring_size = rs_num_of(tun->tun.size);
	q->ring_producer = rs_num_of(tun->tun.producer);
	q->ring_consumer = rs_num_of(tun->tun.consumer);
	q->occupancy = rs_num_of(tun->tun.occupancy);
	q->stopped = rs_num_of(tun->tun.stopped);
}

/* The packets that the guest sends through this queue of the tap. */
void rs_stations_sent(struct rs_queue *q, struct rs_hooks *h, const struct rs_found *tun)
{
	struct rs_tun t = {0};

	if (FIND(rs_hooks_bpf(h)->bss->tuns, RS_TUNS_BITS, tun->tun.ring, &t))
		set(q, h, RS_HOST_tun_sent, t.tun_sent);
}

void rs_stations_vhost(struct rs_queue *q, struct rs_hooks *h, const struct rs_found *vq)
{
	struct rs_vq v = {0};

	if (FIND(rs_hooks_bpf(h)->bss->vqs, RS_VQS_BITS, vq->key, &v)) {
		v.vhost_suppressed_flag += v.deciding == 1 + RS_WHY_FLAG;
		v.vhost_suppressed_event_idx += v.deciding == 1 + RS_WHY_EVENT_IDX;
#define RS_STATION(name, unit, meaning)
#define RS_VHOST_STATION(name, unit, meaning) set(q, h, RS_HOST_##name, v.name);
#include "../bpf/counters.h"
#define RS_HIST(name, unit, meaning)
#define RS_VHOST_HIST(name, unit, meaning) set_hist(q, h, RS_HOST_HIST_##name, &v.name);
#include "../bpf/hists.h"
		set(q, h, RS_HOST_vhost_posted, vq->vq.posted);
	}
	if (vq->vq.index) /* these are packets from the guest: see tun_sent */
		q->counters[RS_HOST_vhost_taken] = (struct rs_num){0};
	q->vhost_vq = rs_num_of(vq->vq.index);
	q->used_idx = rs_num_of(vq->vq.last_used_idx);
	q->avail_idx = rs_num_of(vq->vq.avail_idx);
	/* without the event index, and for an old driver that wants a signal for an empty ring,
	 * vhost does not keep it */
	if (vq->vq.signalled && vq->vq.features >> VIRTIO_RING_F_EVENT_IDX & 1 &&
	    !(vq->vq.features >> VIRTIO_F_NOTIFY_ON_EMPTY & 1))
		q->signalled_used = rs_num_of(vq->vq.signalled_used);
	if (vq->vq.log_addr)
		q->used_addr = rs_num_of(vq->vq.log_addr);
}

void rs_stations_eventfd(struct rs_queue *q, const struct rs_hooks *h, const struct rs_eventfd *e)
{
#define RS_STATION(name, unit, meaning)
#define RS_EVENTFD_STATION(name, unit, meaning) set(q, h, RS_HOST_##name, e->name);
#include "../bpf/counters.h"
#define RS_HIST(name, unit, meaning)
#define RS_EVENTFD_HIST(name, unit, meaning) set_hist(q, h, RS_HOST_HIST_##name, &e->name);
#include "../bpf/hists.h"
	if (!e->kvm)
		return;
	q->gsi = rs_num_of(e->gsi);
	if (!e->msi)
		return;
	q->msi.address = rs_num_of(e->address);
	q->msi.data = rs_num_of(e->data);
	if (e->has_devid)
		q->msi.devid = rs_num_of(e->devid);
}

bool rs_stations_find_eventfd(struct rs_hooks *h, uint64_t ctx, struct rs_eventfd *e)
{
	return FIND(rs_hooks_bpf(h)->bss->eventfds, RS_EVENTFDS_BITS, ctx, e);
}

bool rs_stations_eventfd_at(struct rs_hooks *h, size_t i, struct rs_eventfd *e)
{
	*e = rs_hooks_bpf(h)->bss->eventfds[i];
	return e->key != 0;
}
