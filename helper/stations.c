// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>

#include "hist.h"
#include "stations.h"

static void set(struct rs_queue *q, unsigned long long unknown, enum rs_host_counter counter,
		uint64_t value)
{
	if (!(unknown & (1ULL << counter)))
		q->counters[counter] = rs_num_of(value);
}

static void set_hist(struct rs_queue *q, unsigned long long unknown, enum rs_host_hist hist,
		     const struct rs_hist *from)
{
	struct rs_histogram h = {.known = true};

	_Static_assert(RS_BUCKETS == RS_HIST_BUCKETS, "both sides have the same buckets");
	if (unknown & (1ULL << ((int)RS_HOST_COUNTERS + (int)hist)))
		return;
	memcpy(h.bucket, from->bucket, sizeof(h.bucket));
	rs_queue_hist_set(q, hist, &h);
}

/*
 * A scan makes an entry for each object that it finds. If there is no entry, the table is full (see
 * missed): then only what the scan read is known.
 */
void rs_stations_tun(struct rs_queue *q, unsigned long long unknown, const struct rs_entries *e,
		     const struct rs_found *tun)
{
	struct rs_tun t = e->tun;

	if (e->has_tun) {
#define RS_HIST(name, unit, meaning)
#define RS_TUN_HIST(name, unit, meaning) set_hist(q, unknown, RS_HOST_HIST_##name, &t.name);
#include "../bpf/hists.h"
		for (int i = 0; i < RS_BUCKETS; i++)
			t.tun_offered += t.occupancy_at_enqueue.bucket[i];
#define RS_STATION(name, unit, meaning)
#define RS_TUN_STATION(name, unit, meaning) set(q, unknown, RS_HOST_##name, t.name);
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
	q->backpressure = rs_num_of(tun->tun.backpressure);
}

/* The packets that the guest sends through this queue of the tap. */
void rs_stations_sent(struct rs_queue *q, unsigned long long unknown, const struct rs_entries *e)
{
	if (e->has_tun)
		set(q, unknown, RS_HOST_tun_sent, e->tun.tun_sent);
}

static void fill_vq(struct rs_queue *q, unsigned long long unknown, struct rs_vq v)
{
	v.vhost_suppressed_flag += v.deciding == 1 + RS_WHY_FLAG;
	v.vhost_suppressed_event_idx += v.deciding == 1 + RS_WHY_EVENT_IDX;
#define RS_STATION(name, unit, meaning)
#define RS_VHOST_STATION(name, unit, meaning) set(q, unknown, RS_HOST_##name, v.name);
#include "../bpf/counters.h"
#define RS_HIST(name, unit, meaning)
#define RS_VHOST_HIST(name, unit, meaning) set_hist(q, unknown, RS_HOST_HIST_##name, &v.name);
#include "../bpf/hists.h"
	q->calls_closed = rs_num_of(v.calls_closed);
}

void rs_stations_vhost(struct rs_queue *q, unsigned long long unknown, const struct rs_entries *e,
		       const struct rs_found *vq)
{
	if (e->has_vq) {
		fill_vq(q, unknown, e->vq);
		set(q, unknown, RS_HOST_vhost_posted, vq->vq.posted);
	}
	if (e->has_error)
		set(q, unknown, RS_HOST_vhost_errors, e->errors);
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

/* Whether the hooks see the injections of this eventfd. One without irqfd is read by the VMM, which
 * may inject by an ioctl. */
static bool is_seen(const struct rs_eventfd *call)
{
	if (call->injected || call->coalesced)
		return true;
	return call->kvm ? !call->irqfd_wakeups : !call->eventfd_writes;
}

static void fill_injections(struct rs_queue *q, unsigned long long unknown,
			    const struct rs_eventfd *call)
{
#define RS_STATION(name, unit, meaning)
#define RS_EVENTFD_STATION(name, unit, meaning)
#define RS_INJECTION_STATION(name, unit, meaning) set(q, unknown, RS_HOST_##name, call->name);
#include "../bpf/counters.h"
#define RS_HIST(name, unit, meaning)
#define RS_EVENTFD_HIST(name, unit, meaning)
#define RS_INJECTION_HIST(name, unit, meaning) \
	set_hist(q, unknown, RS_HOST_HIST_##name, &call->name);
#include "../bpf/hists.h"
}

static void fill_eventfd(struct rs_queue *q, unsigned long long unknown,
			 const struct rs_eventfd *call)
{
#define RS_STATION(name, unit, meaning)
#define RS_INJECTION_STATION(name, unit, meaning)
#define RS_EVENTFD_STATION(name, unit, meaning) set(q, unknown, RS_HOST_##name, call->name);
#include "../bpf/counters.h"
#define RS_HIST(name, unit, meaning)
#define RS_INJECTION_HIST(name, unit, meaning)
#define RS_EVENTFD_HIST(name, unit, meaning) set_hist(q, unknown, RS_HOST_HIST_##name, &call->name);
#include "../bpf/hists.h"
}

void rs_stations_call(struct rs_queue *q, unsigned long long unknown, const struct rs_entries *e)
{
	const struct rs_eventfd *call = &e->call;

	fill_eventfd(q, unknown, call);
	set(q, unknown, RS_HOST_eventfd_masked, e->masked);
	if (is_seen(call))
		fill_injections(q, unknown, call);
	if (!call->kvm)
		return;
	q->masked = rs_num_of(e->is_masked);
	q->gsi = rs_num_of(call->gsi);
	if (!call->msi)
		return;
	q->msi.address = rs_num_of(call->address);
	q->msi.data = rs_num_of(call->data);
	if (call->has_devid)
		q->msi.devid = rs_num_of(call->devid);
}
