// SPDX-License-Identifier: GPL-2.0-only
/* What an interrupt of a virtqueue was worth, and why it was not. */
#include <linux/percpu.h>
#include "map.h"
#include "queue.h"
#include "ringside.h"
#include "trace.h"

#define PENDING RS_COUNTERS

/* Whether someone has consumed and not said so yet. */
static __always_inline bool has_moved(const struct rs_queue *q)
{
	u64 seen = smp_load_acquire(&q->consumed);	/* rs_queue_enter() */

	return rs_queue_ahead(q, seen, rs_queue_last_used(q));
}

/* A receive ring's index moves under a poll, which will tell who it is when it is over. */
static __always_inline unsigned int receive_theft(const struct rs_queue *q)
{
	u8 who = READ_ONCE(q->consumer);

	return has_moved(q) ? PENDING : RS_C_none_softirq + who;
}

/* A transmit ring's index moves under whoever entered last. */
static noinline unsigned int transmit_theft(const struct rs_queue *q)
{
	unsigned long site = smp_load_acquire(&q->entered);	/* rs_queue_enter() */

	if (!has_moved(q))
		site = READ_ONCE(q->previous);
	return RS_C_none_softirq + rs_poll_cleaner(site);
}

/* Who consumed last. */
static __always_inline unsigned int theft(const struct rs_queue *q)
{
	return q->dir == RS_TX ? transmit_theft(q) : receive_theft(q);
}

/*
 * An interrupt that found nothing was empty when, as it came in, the device had
 * returned nothing since the interrupt before. Else someone was faster.
 */
static __always_inline unsigned int none_cause(struct rs_queue *q)
{
	if (unlikely(virtqueue_is_broken(q->vq)))
		return RS_C_none_broken;
	return q->irq_seen == q->irq_used ? RS_C_none_empty : theft(q);
}

static noinline void say(const struct rs_queue *q, unsigned int row)
{
	trace_ring_irq(q, min_t(unsigned int, row, RS_C_none_unknown));
}

/*
 * Each interrupt adds to exactly one row, now or when the poll is over. With
 * interrupts off nothing comes between: plain addition will do.
 */
static __always_inline void count(struct rs_queue *q, unsigned int row)
{
	q->irq_used = q->irq_seen;
	if (likely(row != PENDING))
		__this_cpu_inc(q->counts->v[row]);
	else
		atomic_inc(&q->pending);
	if (trace_ring_irq_enabled())
		say(q, row);
}

static noinline void count_none(struct rs_queue *q)
{
	count(q, none_cause(q));
}

/* A poll is over that interrupts have found going on: it was their thief. */
void rs_irq_settle(struct rs_queue *q, enum rs_consumer who)
{
	raw_write_seqcount_begin(&q->settling);
	this_cpu_add(q->counts->v[RS_C_none_softirq + who], atomic_xchg(&q->pending, 0));
	raw_write_seqcount_end(&q->settling);
}

/*
 * Of a device that is not a network one nobody tells who consumes, mostly the
 * handler itself: its interrupts are where the count is brought forward.
 */
static unsigned int other_row(struct rs_queue *q, bool handled)
{
	rs_queue_advance(q);
	return handled ? RS_C_handled : none_cause(q);
}

/*
 * On a shared line the handler's result tells of all queues, and that of one
 * that asks the device first tells only that the device was meant.
 */
static bool other_meant(struct rs_irq *irq, bool handled)
{
	struct rs_queue *q;
	bool meant = irq->config;

	irq->config = false;
	if (!irq->asks)
		return handled;
	list_for_each_entry_rcu(q, &irq->queues, irq_list)
		meant |= this_cpu_read(q->counts->called);
	return meant;
}

/*
 * Which queue had work shows in the callbacks that ran meanwhile. A handler
 * that visits no queue was not meant at all.
 */
static unsigned int shared_row(struct rs_irq *irq, struct rs_queue *q, bool other)
{
	struct rs_counts *counts = this_cpu_ptr(q->counts);
	bool called = counts->called, visited = counts->visited || !irq->asks;

	counts->called = false;
	counts->visited = false;
	if (called)
		return RS_C_handled;
	return other || !visited ? RS_C_none_shared : none_cause(q);
}

/* An action that is freed may be another's now: its dev_id must match as well. */
static struct rs_irq *find_irq(const struct irqaction *action)
{
	struct rs_irq *irq = rs_map_find(action);

	return irq && irq->dev_id == action->dev_id ? irq : NULL;
}

/* Of a packed ring the walk alone is long. */
static noinline void enter_each(struct rs_irq *irq)
{
	struct rs_queue *q;

	list_for_each_entry_rcu(q, &irq->queues, irq_list)
		q->irq_seen = rs_queue_returned(q);
}

static noinline void leave_each(struct rs_irq *irq, bool handled)
{
	bool other = irq->shared && other_meant(irq, handled);
	struct rs_queue *q;

	list_for_each_entry_rcu(q, &irq->queues, irq_list)
		count(q, irq->shared ? shared_row(irq, q, other) : other_row(q, handled));
}

/* The watched line whose handler now runs on this CPU, or NULL. */
static DEFINE_PER_CPU(struct rs_irq *, running);

/* A handler is about to run: what the device has returned so far is its business. */
void rs_irq_enter(void *data, int number, struct irqaction *action)
{
	struct rs_irq *irq = find_irq(action);

	if (!irq)
		return;
	__this_cpu_write(running, irq);
	if (likely(irq->own && irq->own->vring))
		irq->own->irq_seen = rs_queue_returned(irq->own);
	else
		enter_each(irq);
}

/*
 * The handler has run, on the same CPU and with interrupts off all the while:
 * what came between was an NMI. One that was running when ringside came has no
 * entry, and does not count.
 */
void rs_irq_leave(void *data, int number, struct irqaction *action, int ret)
{
	struct rs_irq *irq = __this_cpu_read(running);

	if (!irq || irq->irq != number)
		return;
	__this_cpu_write(running, NULL);
	if (unlikely(!irq->own))
		leave_each(irq, ret);
	else if (ret)
		count(irq->own, RS_C_handled);
	else
		count_none(irq->own);
}

/* virtio_config_changed(dev) begins: a line whose handler asks the device told of that. */
void rs_irq_config(unsigned long ip, unsigned long parent_ip,
		   struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct rs_irq *irq = rs_map_find((void *)rs_ftrace_arg(fregs, 0));

	if (irq && hardirq_count())
		irq->config = true;
}

/* The callback of a virtqueue begins: its interrupt found work. */
void rs_irq_callback(unsigned long ip, unsigned long parent_ip,
		     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct rs_queue *q = rs_map_find((void *)rs_ftrace_arg(fregs, 0));

	if (q && hardirq_count())
		this_cpu_write(q->counts->called, true);
}

/* vring_interrupt(irq, vq) begins, on a line whose handler asks the device first. */
void rs_irq_visit(unsigned long ip, unsigned long parent_ip,
		  struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct rs_queue *q = rs_map_find((void *)rs_ftrace_arg(fregs, 1));

	if (q)
		this_cpu_write(q->counts->visited, true);
}
