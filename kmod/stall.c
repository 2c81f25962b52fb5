// SPDX-License-Identifier: GPL-2.0-only
/* Looks, from time to time, for a ring with work that nobody serves. */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>
#include "queue.h"
#include "ringside.h"

#define STALL_MS_MIN 20
#define STALL_MS_MAX 600000

static unsigned int stall_ms = 200;

static int stall_ms_set(const char *text, const struct kernel_param *kp)
{
	int err = param_set_uint_minmax(text, kp, STALL_MS_MIN, STALL_MS_MAX);

	if (err)
		pr_err("stall_ms must be a number of milliseconds from %u to %u\n",
		       STALL_MS_MIN, STALL_MS_MAX);
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

/*
 * Returned transmit entries may wait for the next packet: that is how the
 * driver saves interrupts. With no room left for one, nothing will clean them.
 */
static bool is_waiting(const struct rs_queue *q, u64 pending)
{
	if (!pending || !q->device->netdev || !netif_running(q->device->netdev))
		return false;
	if (q->dir == RS_RX)
		return true;
	return q->dir == RS_TX && q->vq->num_free < 2 + MAX_SKB_FRAGS;
}

static void serve(struct rs_queue *q, u64 consumed, bool waiting, u64 now_ns)
{
	if (q->stalled)
		rs_event_note(RS_EVENT_SERVED, q, now_ns);
	q->stalled = false;
	q->stall_from = consumed;
	q->stall_since_ns = waiting ? now_ns : 0;
}

/* The caller holds @q. */
static void look_at(struct rs_queue *q, u64 now_ns)
{
	u64 used, consumed;
	bool waiting;

	rs_queue_progress(q, &used, &consumed);
	waiting = is_waiting(q, used - consumed);
	if (consumed != q->stall_from || !waiting || !q->stall_since_ns) {
		serve(q, consumed, waiting, now_ns);
		return;
	}
	if (q->stalled || now_ns - q->stall_since_ns < stall_ms * (u64)NSEC_PER_MSEC)
		return;
	q->stalled = true;
	rs_event_note(q->dir == RS_TX ? RS_EVENT_FULL : RS_EVENT_STALLED, q, now_ns);
}

static void look(struct work_struct *work)
{
	u64 now_ns = ktime_get_ns();
	struct rs_device *d;
	struct rs_queue *q;

	mutex_lock(&rs_lock);
	list_for_each_entry(d, &rs_devices, list) {
		list_for_each_entry(q, &d->queues, list) {
			if (!rs_queue_hold(q))
				continue;
			look_at(q, now_ns);
			if (q->irq)
				rs_irq_sample_rate(q->irq, now_ns);
			rs_queue_release();
		}
	}
	mutex_unlock(&rs_lock);
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
