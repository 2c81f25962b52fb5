// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/kernel.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>
#include "fact.h"
#include "reading.h"
#include "registry.h"
#include "stall.h"
#include "trace.h"

#define STALL_MS_MIN 20
#define STALL_MS_MAX 600000

static unsigned int stall_ms = 200;

static int stall_ms_set(const char *text, const struct kernel_param *kp)
{
	unsigned int ms;
	int err = kstrtouint(text, 0, &ms);

	if (!err && (ms < STALL_MS_MIN || ms > STALL_MS_MAX))
		err = -EINVAL;
	if (err)
		pr_err("stall_ms must be a number of milliseconds from %u to %u\n",
		       STALL_MS_MIN, STALL_MS_MAX);
	else
		stall_ms = ms;
	return err;
}

static const struct kernel_param_ops stall_ms_ops = {
	.set = stall_ms_set,
	.get = param_get_uint,
};
module_param_cb(stall_ms, &stall_ms_ops, &stall_ms, 0644);
MODULE_PARM_DESC(stall_ms, "milliseconds after which unserved work counts as a standstill (20 to 600000, default 200)");

static void look(struct work_struct *work);
static DECLARE_DELAYED_WORK(stall_work, look);

static bool is_in_use(const struct rs_queue *q)
{
	return !q->off && !q->unfollowed && q->device->netdev &&
	       netif_running(q->device->netdev);
}

/*
 * Returned transmit entries may wait for the next packet: that is how the
 * driver saves interrupts. With no room left for one, nothing will clean them.
 */
static bool is_waiting(const struct rs_queue *q, u64 pending)
{
	if (!pending || !is_in_use(q))
		return false;
	if (q->dir == RS_RX)
		return true;
	return q->dir == RS_TX && q->vq->num_free < 2 + MAX_SKB_FRAGS;
}

static void report(const struct rs_queue *q, const struct rs_event *event)
{
	trace_ring_stall(q, rs_event_name(event->kind), event->pending, event->since_ms);
	rs_event_add(event);
}

static void note(struct rs_queue *q, enum rs_event_kind kind, u64 now_ns)
{
	struct rs_event event;

	rs_queue_event(q, kind, now_ns, &event);
	report(q, &event);
}

/* As note(), of what the device has had, or the driver has left, since @since_ns. */
static void note_since(struct rs_queue *q, enum rs_event_kind kind, u64 since_ns, u64 now_ns)
{
	struct rs_event event;

	rs_queue_event(q, kind, now_ns, &event);
	event.pending = q->track.outstanding;
	event.since_ms = div_u64(now_ns - since_ns, NSEC_PER_MSEC);
	report(q, &event);
}

static bool is_late(u64 since_ns, u64 now_ns)
{
	return since_ns && now_ns - since_ns >= stall_ms * (u64)NSEC_PER_MSEC;
}

/*
 * The device has entries of this queue and returns none. Of a receive queue it always
 * has: they are for packets that may never come.
 */
static void look_at_device(struct rs_queue *q, u64 now_ns)
{
	struct rs_track *t = &q->track;

	if (q->dir == RS_RX || READ_ONCE(q->unfollowed))
		return;
	if (is_late(t->outstanding_ns, now_ns)) {
		if (!t->unreturned_ns)
			note_since(q, RS_EVENT_UNRETURNED, t->outstanding_ns, now_ns);
		t->unreturned_ns = t->outstanding_ns;
	} else if (t->unreturned_ns) {
		note_since(q, RS_EVENT_RETURNED, t->unreturned_ns, now_ns);
		t->unreturned_ns = 0;
	}
}

/*
 * Nothing of this ring is anywhere, and it is the driver's turn: to add buffers, or to
 * start a transmit queue that it stopped for lack of room. Without a link all are stopped,
 * and pairs that the driver does not use have no buffers.
 */
static bool is_abandoned(const struct rs_queue *q, u64 pending)
{
	const struct net_device *dev = q->device->netdev;

	if (pending || !q->track.bare || !is_in_use(q))
		return false;
	if (q->dir == RS_RX)
		return q->index / 2 < READ_ONCE(dev->real_num_rx_queues);
	return q->dir == RS_TX && rs_fact_tx_stopped(q) && netif_carrier_ok(dev);
}

static void look_at_driver(struct rs_queue *q, u64 pending, bool moved, u64 now_ns)
{
	bool rx = q->dir == RS_RX;
	struct rs_track *t = &q->track;

	if (moved && !t->abandoned)
		t->abandoned_ns = 0;
	if (!is_abandoned(q, pending)) {
		if (t->abandoned)
			note_since(q, rx ? RS_EVENT_FILLED : RS_EVENT_STARTED,
				   t->abandoned_ns, now_ns);
		t->abandoned = false;
		t->abandoned_ns = 0;
		return;
	}
	if (!t->abandoned_ns)
		t->abandoned_ns = now_ns;
	if (t->abandoned || !is_late(t->abandoned_ns, now_ns))
		return;
	t->abandoned = true;
	note_since(q, rx ? RS_EVENT_UNFILLED : RS_EVENT_STOPPED, t->abandoned_ns, now_ns);
}

static void serve(struct rs_queue *q, u64 consumed, bool waiting, u64 now_ns)
{
	if (q->stalled)
		note(q, RS_EVENT_SERVED, now_ns);
	q->stalled = false;
	q->stall_from = consumed;
	q->stall_since_ns = waiting ? now_ns : 0;
}

/* The caller holds the virtqueue's lock. */
static void look_at(struct rs_queue *q, u64 now_ns)
{
	u64 used, consumed;
	bool waiting;

	rs_queue_progress(q, &used, &consumed);
	look_at_driver(q, used - consumed, consumed != q->stall_from, now_ns);
	waiting = is_waiting(q, used - consumed);
	if (consumed != q->stall_from || !waiting || !q->stall_since_ns) {
		serve(q, consumed, waiting, now_ns);
		return;
	}
	if (q->stalled || !is_late(q->stall_since_ns, now_ns))
		return;
	q->stalled = true;
	note(q, q->dir == RS_TX ? RS_EVENT_FULL : RS_EVENT_STALLED, now_ns);
}

static void look(struct work_struct *work)
{
	u64 now_ns = ktime_get_ns();
	struct rs_device *d;
	struct rs_queue *q;
	unsigned long flags;

	mutex_lock(&rs_registry_lock);
	list_for_each_entry(d, &rs_registry_devices, list) {
		list_for_each_entry(q, &d->queues, list) {
			if (!rs_queue_lock(q, &flags))
				continue;
			rs_fact_track(q, now_ns);
			look_at(q, now_ns);
			look_at_device(q, now_ns);
			if (q->line)
				rs_line_sample_rate(q->line, now_ns);
			rs_queue_unlock(flags);
		}
	}
	mutex_unlock(&rs_registry_lock);
	queue_delayed_work(system_freezable_wq, &stall_work,
			   msecs_to_jiffies(min(stall_ms / 4, 250U)));
}

void rs_stall_init(void)
{
	queue_delayed_work(system_freezable_wq, &stall_work, 0);
}

void rs_stall_exit(void)
{
	cancel_delayed_work_sync(&stall_work);
}
