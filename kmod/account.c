// SPDX-License-Identifier: GPL-2.0-only
#include <linux/math64.h>
#include <linux/slab.h>
#include "account.h"
#include "layout.h"

bool rs_delaying;

struct rs_map rs_vq_map, rs_napi_map, rs_sq_map;
struct rs_map rs_action_map, rs_desc_map, rs_config_map;

const char * const rs_counter_names[RS_COUNTERS] = {
#define RS_GAUGE(name, unit, meaning)
#define RS_COUNTER(name, unit, meaning)						\
	[RS_C_##name] = #name,
#include "counters.h"
};

const char * const rs_origin_names[RS_POLL_ORIGINS] = {
	[RS_SOFTIRQ] = "softirq", [RS_KSOFTIRQD] = "ksoftirqd",
	[RS_BUSY_POLL] = "busy", [RS_THREADED] = "threaded",
	[RS_NETPOLL] = "netpoll",
};

/* The queue that the end of a poll on that CPU is reading: see rs_poll_done(). */
DEFINE_PER_CPU(struct rs_queue *, rs_queue_polled);

/* Orders deletion and reset of virtqueues against everything else that reads them. */
static DEFINE_RAW_SPINLOCK(vq_lock);

/**
 * rs_queue_lock - keep the virtqueue of a queue from being deleted or reset
 * @q: the queue
 * @flags: for rs_queue_unlock()
 *
 * Return: false, and nothing is locked, when the virtqueue is deleted already.
 */
bool rs_queue_lock(struct rs_queue *q, unsigned long *flags)
{
	raw_spin_lock_irqsave(&vq_lock, *flags);
	if (!q->gone)
		return true;
	raw_spin_unlock_irqrestore(&vq_lock, *flags);
	return false;
}

void rs_queue_unlock(unsigned long flags)
{
	raw_spin_unlock_irqrestore(&vq_lock, flags);
}

/* The poll that deferred interrupts waited for is over. Softirqs are disabled. */
void rs_queue_settle(struct rs_queue *q, enum rs_consumer who)
{
	int n = atomic_xchg(&q->pending, 0);

	rs_widen();
	if (n)
		this_cpu_add(q->counts->settled[who], n);
}

/* Nothing waits for the end of that poll any more. Return: how many interrupts did. */
unsigned int rs_queue_give_up(struct rs_queue *q)
{
	int n = atomic_xchg(&q->pending, 0);

	rs_widen();
	if (n)
		this_cpu_add(q->counts->given_up, n);
	return n;
}

/*
 * Wait until no handler that found @q earlier still reads it: an interrupt
 * handler of its line, or the end of a poll, which comes after the driver's
 * napi_disable() may have returned. Neither takes longer than a few microseconds.
 */
static void queue_drain(const struct rs_queue *q)
{
	int cpu;

	smp_mb();	/* they see q->off, or are seen */
	if (q->line)
		synchronize_hardirq(q->line->irq);
	for_each_possible_cpu(cpu)
		while (READ_ONCE(per_cpu(rs_queue_polled, cpu)) == q)
			cpu_relax();
}

void rs_line_unmap(struct rs_line *line)
{
	rs_map_del(&line->action_key);
	rs_map_del(&line->desc_key);
	rs_map_del(&line->config_key);
}

/* The line serves @q from here on. The caller has put it in the maps, or does so next. */
void rs_queue_join(struct rs_queue *q, struct rs_line *line)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vq_lock, flags);
	q->line = line;
	if (!q->gone) {
		list_add_tail_rcu(&q->line_list, &line->queues);
		if (q->own)
			WRITE_ONCE(line->own, q);
	}
	raw_spin_unlock_irqrestore(&vq_lock, flags);
}

/* A line keeps serving the queues that it has left. */
static void line_leave(struct rs_queue *q)
{
	struct rs_line *line = q->line;

	if (!line)
		return;
	if (line->own == q)
		WRITE_ONCE(line->own, NULL);
	list_del_rcu(&q->line_list);
	if (list_empty(&line->queues))
		rs_line_unmap(line);
}

/**
 * rs_queue_unmap - the virtqueue of a queue is about to be deleted
 * @q: the queue
 *
 * When this returns, nothing reads the virtqueue any more, or ever will.
 * Callable from any context but an interrupt handler of the queue's line.
 */
void rs_queue_unmap(struct rs_queue *q)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&vq_lock, flags);
	if (q->gone) {
		raw_spin_unlock_irqrestore(&vq_lock, flags);
		return;
	}
	WRITE_ONCE(q->gone, true);
	WRITE_ONCE(q->off, true);
	rs_map_del(&q->vq_key);
	rs_map_del(&q->napi_key);
	rs_map_del(&q->sq_key);
	line_leave(q);
	raw_spin_unlock_irqrestore(&vq_lock, flags);
	rs_widen();
	queue_drain(q);
}

/*
 * 64-bit counts of entries returned and consumed. The caller holds the virtqueue's
 * lock, or is its interrupt handler, as for the next.
 */
void rs_queue_progress(const struct rs_queue *q, u64 *used, u64 *consumed)
{
	u64 seen = READ_ONCE(q->consumed);

	if (READ_ONCE(q->off)) {
		*used = max(q->off_used, seen);
		*consumed = seen;
		return;
	}
	smp_rmb();	/* the index is never behind a count taken before it */
	*consumed = seen + rs_ring_moved(&q->ring, seen);
	*used = rs_ring_returned(&q->ring, *consumed);
}

void rs_queue_indexes(const struct rs_queue *q, u16 *used_idx, u16 *last_used_idx)
{
	u64 used, consumed;

	rs_queue_progress(q, &used, &consumed);
	*used_idx = rs_ring_index(&q->ring, used);
	*last_used_idx = rs_ring_index(&q->ring, consumed);
}

/**
 * rs_queue_ring_off - the ring of a queue is about to be reset
 * @q: the queue
 *
 * Its counts go on. Until rs_queue_ring_on() its interrupts are counted, but
 * the ring is not read; entries that the device returns meanwhile are lost to
 * the driver and are not counted.
 */
void rs_queue_ring_off(struct rs_queue *q)
{
	unsigned long flags;
	u64 used, consumed;

	if (!rs_queue_lock(q, &flags))
		return;
	if (!q->off) {
		rs_queue_progress(q, &used, &consumed);
		q->off_used = used;
		WRITE_ONCE(q->consumed, consumed);
		WRITE_ONCE(q->off, true);
		if (q->line && q->line->own == q)
			WRITE_ONCE(q->line->own, NULL);
	}
	rs_queue_unlock(flags);
	rs_widen();
	queue_drain(q);
}

/* Counts go up to the next one with the new ring's index, and what that adds is taken off again. */
static void ring_restart(struct rs_queue *q)
{
	u64 used = q->off_used, consumed = q->consumed, next;
	struct rs_ring ring;

	rs_layout_ring(&ring, q->vq);
	q->ring = ring;	/* interrupts of a shared line may read it, never one without a size */
	q->used_addr = virtqueue_get_used_addr(q->vq);
	next = roundup(max(used, consumed), (u64)rs_ring_modulus(&q->ring));
	next += rs_ring_last_used(&q->ring);
	q->used_skip += next - used;
	q->consumed_skip += next - consumed;
	q->raw = READ_ONCE(*q->ring.last_used);
	q->irq_used = next;
	q->irq_seen = next;
	WRITE_ONCE(q->consumed, next);
	rs_queue_give_up(q);	/* no poll of the new ring was their consumer */
}

/* The ring was reset, and the device does not use it yet. */
void rs_queue_ring_on(struct rs_queue *q, unsigned int generation)
{
	unsigned long flags;

	if (!rs_queue_lock(q, &flags))
		return;
	if (q->off) {
		ring_restart(q);
		q->generation = generation;
		rs_widen();
		smp_store_release(&q->off, false);	/* the ring is complete */
		if (q->line && q->own)
			smp_store_release(&q->line->own, q);	/* as above */
	}
	rs_queue_unlock(flags);
}

u32 rs_line_kernel_count(const struct rs_line *line)
{
	return READ_ONCE(line->desc->tot_count);
}

/* Bring the 64-bit count forward; at most 2^32 interrupts since the last time. */
void rs_line_kernel_update(struct rs_line *line, u32 now)
{
	line->kernel_sum += (u32)(now - line->kernel_last);
	line->kernel_last = now;
}

#define RATE_NS NSEC_PER_SEC

/* Interrupts per second over the last full second. The caller holds a virtqueue's lock. */
void rs_line_sample_rate(struct rs_line *line, u64 now)
{
	u64 spent = now - line->rate_since_ns;

	if (spent < RATE_NS)
		return;
	rs_line_kernel_update(line, rs_line_kernel_count(line));
	line->rate = div64_u64((line->kernel_sum - line->rate_from) * NSEC_PER_SEC, spent);
	line->rate_from = line->kernel_sum;
	line->rate_since_ns = now;
}

void rs_queue_destroy(struct rs_queue *q)
{
	free_percpu(q->counts);
	free_percpu(q->hist);
	free_percpu(q->delays);
	kfree(q->delays_base);
	kfree(q);
}

/* Histograms of times; they stay until the queue goes. Return: false without memory. */
bool rs_queue_delays_alloc(struct rs_queue *q)
{
	if (!q->delays_base)
		q->delays_base = kzalloc(sizeof(*q->delays_base), GFP_KERNEL);
	if (q->delays_base && !q->delays)
		smp_store_release(&q->delays, alloc_percpu(struct rs_delays));	/* delays_of() in delay.c */
	return q->delays;
}

/* Both of one instant, while the ring is in use. */
static void ring_start(struct rs_queue *q)
{
	rs_layout_ring(&q->ring, q->vq);
	q->used_addr = virtqueue_get_used_addr(q->vq);
	do {
		q->raw = READ_ONCE(*q->ring.last_used);
		q->consumed = rs_ring_last_used(&q->ring);
	} while (q->raw != READ_ONCE(*q->ring.last_used));
	q->irq_seen = rs_queue_returned(q);
	q->irq_used = q->irq_seen;
}

/**
 * rs_queue_alloc - a queue that counts nothing yet
 * @vq: its virtqueue, which is not deleted meanwhile
 * @polled: whether NAPI polls it, and histograms are wanted
 *
 * Return: the queue, or NULL without memory.
 */
struct rs_queue *rs_queue_alloc(struct virtqueue *vq, bool polled)
{
	struct rs_queue *q = kzalloc(sizeof(*q), GFP_KERNEL);

	if (!q)
		return NULL;
	q->counts = alloc_percpu(struct rs_counts);
	if (polled)
		q->hist = alloc_percpu(struct rs_hist);
	if (!q->counts || (polled && !q->hist)) {
		rs_queue_destroy(q);
		return NULL;
	}
	if (polled && rs_delaying)
		rs_queue_delays_alloc(q);
	strscpy(q->name, vq->name ?: "", sizeof(q->name));
	q->vq = vq;
	q->index = vq->index;
	q->broken = (const void *)vq + rs_layout.broken;
	q->polled = U64_MAX;
	q->consumer = RS_UNKNOWN;
	ring_start(q);
	return q;
}
