// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ktime.h>
#include <linux/virtio_config.h>
#include "fact.h"
#include "layout.h"

#define WRAP BIT(VRING_PACKED_EVENT_F_WRAP_CTR)

const char * const rs_fact_names[RS_FACTS] = {
#define RS_FACT(name, meaning)							\
	[RS_F_##name] = #name,
#include "facts.h"
};

static void set(struct rs_facts *f, enum rs_fact i, u64 value)
{
	f->v[i] = value;
	f->known |= BIT(i);
}

/* A word that the device may write, or the driver on another CPU. */
static u16 word(const void *at)
{
	return le16_to_cpu(READ_ONCE(*(const __le16 *)at));
}

static bool has_events(const struct rs_queue *q)
{
	return q->device->features & BIT_ULL(VIRTIO_RING_F_EVENT_IDX);
}

/* How many entries from the returned ones on the driver has offered. */
static u32 offered_split(const struct vring *vring, u64 used)
{
	return (u16)(word(&vring->avail->idx) - (u16)used);
}

/* The same in descriptors: those whose wrap bits say available. */
static u32 offered_packed(const struct rs_ring *r, u64 used)
{
	const struct vring_packed_desc *desc = READ_ONCE(*r->desc);
	u16 offered = BIT(VRING_PACKED_DESC_F_AVAIL);
	u32 n, i = rs_ring_index(r, used);

	if (i >= r->size) {
		i -= r->size;
		offered ^= RS_PACKED_FLAGS;
	}
	for (n = 0; n < r->size; n++) {
		if ((word(&desc[i].flags) & RS_PACKED_FLAGS) != offered)
			break;
		if (++i < r->size)
			continue;
		i = 0;
		offered ^= RS_PACKED_FLAGS;
	}
	return n;
}

static u32 offered(const struct rs_ring *r, u64 used)
{
	return r->vring ? offered_split(r->vring, used) : offered_packed(r, used);
}

/* Whether the driver's event lies among the entries from @consumed to @used. */
static bool asked_packed(const struct rs_queue *q, u64 used, u64 consumed)
{
	const struct vring_packed_desc_event *driver = rs_layout_driver_event(q->vq);
	u16 flags, event;

	if (!driver)
		return false;
	flags = word(&driver->flags);
	event = word(&driver->off_wrap);
	if (flags != VRING_PACKED_EVENT_FLAG_DESC)
		return flags == VRING_PACKED_EVENT_FLAG_ENABLE;
	event = event & WRAP ? event & ~WRAP : event + q->ring.size;
	return rs_ring_ahead(&q->ring, consumed, event) < used - consumed;
}

static bool asked(const struct rs_queue *q, u64 used, u64 consumed)
{
	const struct vring *vring = q->ring.vring;

	if (used == consumed)
		return false;
	if (!vring)
		return asked_packed(q, used, consumed);
	if (!has_events(q))
		return !(word(&vring->avail->flags) & VRING_AVAIL_F_NO_INTERRUPT);
	return vring_need_event(word(&vring_used_event(vring)), used, consumed);
}

/* A packed ring is walked three times by each try, with interrupts off. */
#define TRIES_SPLIT 8
#define TRIES_PACKED 3

/**
 * rs_fact_ring_read - where driver and device are in the ring, of one instant
 * @q: the queue; the caller holds its virtqueue's lock
 * @r: receives it
 *
 * Return: false while the ring is reset, where no such instant was met, or where
 * the device returned more than it was given.
 */
bool rs_fact_ring_read(const struct rs_queue *q, struct rs_fact_ring *r)
{
	u64 used, consumed;
	unsigned int i, tries = q->ring.vring ? TRIES_SPLIT : TRIES_PACKED;

	if (READ_ONCE(q->off))
		return false;
	for (i = 0; i < tries; i++) {
		rs_queue_progress(q, &used, &consumed);
		smp_rmb();	/* what is offered is never behind what was returned */
		r->outstanding = offered(&q->ring, used);
		r->asked = asked(q, used, consumed);
		smp_rmb();	/* nothing was returned or consumed meanwhile */
		rs_queue_progress(q, &r->used, &r->consumed);
		if (r->used == used && r->consumed == consumed)
			return r->outstanding <= q->ring.size;
	}
	return false;
}

static void read_split(const struct rs_queue *q, struct rs_facts *f)
{
	const struct vring *vring = q->ring.vring;

	set(f, RS_F_ring_avail_idx, word(&vring->avail->idx));
	set(f, RS_F_ring_used_idx, word(&vring->used->idx));
	set(f, RS_F_avail_flags, word(&vring->avail->flags));
	set(f, RS_F_used_flags, word(&vring->used->flags));
	if (!has_events(q))
		return;
	set(f, RS_F_used_event, word(&vring_used_event(vring)));
	set(f, RS_F_avail_event, word(&vring_avail_event(vring)));
}

/* As both sides write a position: the first lap has the wrap counter. */
static u16 position(const struct rs_ring *r, u64 count)
{
	u16 i = rs_ring_index(r, count);

	return i < r->size ? i | WRAP : i - r->size;
}

static void read_packed(const struct rs_queue *q, struct rs_facts *f)
{
	const struct vring_packed_desc_event *driver = rs_layout_driver_event(q->vq);
	const struct vring_packed_desc_event *device = rs_layout_device_event(q->vq);

	if (!driver || !device)
		return;
	set(f, RS_F_avail_flags, word(&driver->flags));
	set(f, RS_F_used_flags, word(&device->flags));
	if (!has_events(q))
		return;
	set(f, RS_F_used_event, word(&driver->off_wrap));
	set(f, RS_F_avail_event, word(&device->off_wrap));
}

/* How long it has lasted; the watcher saw it begin, if it is older than the last look. */
static u64 lasted_ms(u64 since_ns, bool same)
{
	return same && since_ns ? div_u64(ktime_get_ns() - since_ns, NSEC_PER_MSEC) : 0;
}

static void read_ring(const struct rs_queue *q, struct rs_facts *f)
{
	struct rs_fact_ring r;

	if (READ_ONCE(q->off))
		return;
	if (q->ring.vring)
		read_split(q, f);
	else
		read_packed(q, f);
	if (!rs_fact_ring_read(q, &r))
		return;
	if (!q->ring.vring) {
		set(f, RS_F_ring_avail_idx, position(&q->ring, r.used + r.outstanding));
		set(f, RS_F_ring_used_idx, position(&q->ring, r.used));
	}
	set(f, RS_F_outstanding, r.outstanding);
	if (r.outstanding)
		set(f, RS_F_outstanding_ms,
		    lasted_ms(q->track.outstanding_ns, r.used == q->track.returned));
}

#define NAPI_OFF (NAPIF_STATE_SCHED | NAPIF_STATE_NPSVC)

/*
 * napi_disable() leaves both bits set. A NAPI that is scheduled while netpoll
 * polls it has both, too: then netpoll owns it.
 */
static void read_napi_off(const struct napi_struct *napi, struct rs_facts *f)
{
	bool off = (READ_ONCE(napi->state) & NAPI_OFF) == NAPI_OFF;
	bool owned;

	smp_rmb();	/* a poll of netpoll's begins and ends between two reads, or is seen */
	owned = rs_napi_is_owned(napi);
	smp_rmb();	/* as above */
	if (off && (owned || (READ_ONCE(napi->state) & NAPI_OFF) != NAPI_OFF))
		return;
	set(f, RS_F_napi_disabled, off);
	if (!off)	/* else the bit is cleared in any case */
		set(f, RS_F_napi_threaded, rs_napi_is_threaded(napi));
}

/* A transmit queue without weight does without its NAPI. */
static void read_napi(const struct rs_queue *q, struct rs_facts *f)
{
	const struct napi_struct *napi = q->napi;
	unsigned long state;

	if (!napi || !napi->weight)
		return;
	state = READ_ONCE(napi->state);
	set(f, RS_F_napi_scheduled, !!(state & NAPIF_STATE_SCHED));
	set(f, RS_F_napi_busy, !!(state & NAPIF_STATE_IN_BUSY_POLL));
	read_napi_off(napi, f);
}

/* The stack's transmit queue, by the number in the name that the driver gave the virtqueue. */
static const struct netdev_queue *txq_of(const struct rs_queue *q)
{
	const struct net_device *netdev = q->device->netdev;
	const char *number = strchr(q->name, '.');
	unsigned int n;

	if (q->dir != RS_TX || !netdev || !number || kstrtouint(number + 1, 10, &n) ||
	    n >= netdev->num_tx_queues)
		return NULL;
	return netdev_get_tx_queue(netdev, n);
}

/* Whether the driver stopped the transmit queue. The caller holds the virtqueue's lock. */
bool rs_fact_tx_stopped(const struct rs_queue *q)
{
	const struct netdev_queue *txq = txq_of(q);

	return txq && netif_tx_queue_stopped(txq);
}

static void read_tx(const struct rs_queue *q, struct rs_facts *f)
{
	const struct netdev_queue *txq = txq_of(q);
	bool stopped;

	if (!txq)
		return;
	stopped = netif_tx_queue_stopped(txq);
	set(f, RS_F_tx_stopped, stopped);
	if (stopped)
		set(f, RS_F_tx_stopped_ms,
		    lasted_ms(q->track.stopped_ns,
			      READ_ONCE(txq->trans_start) == q->track.trans_start));
}

/* All facts of a queue. The caller holds its virtqueue's lock. */
void rs_fact_read(struct rs_queue *q, struct rs_facts *f)
{
	f->known = 0;
	read_ring(q, f);
	set(f, RS_F_broken, virtqueue_is_broken(q->vq));
	read_napi(q, f);
	read_tx(q, f);
}

/**
 * rs_fact_track - notice since when entries are outstanding and the queue stopped
 * @q: the queue; the caller holds its virtqueue's lock
 * @now_ns: CLOCK_MONOTONIC
 *
 * Called again and again. What is the same in two calls has lasted in between:
 * the number of returned entries only grows, and a queue that was woken and
 * stopped again has transmitted something.
 */
void rs_fact_track(struct rs_queue *q, u64 now_ns)
{
	const struct netdev_queue *txq = txq_of(q);
	struct rs_track *t = &q->track;
	struct rs_fact_ring r;
	unsigned long start;
	bool known = rs_fact_ring_read(q, &r);

	if (!known)
		r.outstanding = 0;
	t->outstanding = r.outstanding;
	t->bare = known && !r.outstanding;
	if (!r.outstanding) {
		t->outstanding_ns = 0;
	} else if (!t->outstanding_ns || r.used != t->returned) {
		t->outstanding_ns = now_ns;
		t->returned = r.used;
	}
	if (!txq)
		return;
	start = READ_ONCE(txq->trans_start);
	if (!netif_tx_queue_stopped(txq))
		t->stopped_ns = 0;
	else if (!t->stopped_ns || start != t->trans_start)
		t->stopped_ns = now_ns;
	t->trans_start = start;
}

/* False: the virtqueue is deleted, or has no line. */
bool rs_fact_irq_read(struct rs_queue *q, struct rs_irq_facts *f)
{
	const struct cpumask *cpus;
	struct irq_desc *desc;
	unsigned long flags;

	if (!q->line || !rs_queue_lock(q, &flags))
		return false;
	desc = q->line->desc;
	raw_spin_lock(&desc->lock);
	f->masked = irqd_irq_masked(&desc->irq_data);
	f->depth = desc->depth;
	cpus = irq_data_get_effective_affinity_mask(&desc->irq_data);
	f->cpu = cpumask_weight(cpus) == 1 ? (int)cpumask_first(cpus) : -1;
	f->online = f->cpu >= 0 && cpu_online(f->cpu);
	raw_spin_unlock(&desc->lock);
	rs_queue_unlock(flags);
	return true;
}
