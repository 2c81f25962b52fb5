// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ktime.h>
#include <linux/percpu.h>
#include "account.h"
#include "event.h"
#include "hook.h"
#include "irq.h"
#include "poll.h"
#include "reading.h"
#include "trace.h"

/* Not a row: the interrupt waits for the end of a poll. */
#define DEFERRED RS_COUNTERS

/* Whether entries were consumed that are not counted yet. */
static __always_inline bool has_moved(const struct rs_queue *q, u64 seen)
{
	return rs_ring_moved(&q->ring, seen);
}

/*
 * The index of a receive ring moves during a poll; the origin of the poll is
 * known when it is over. A poll writes q->consumer after it moved the index and
 * before it brings q->consumed forward: if the index did not move while
 * q->consumer was read, that is the consumer.
 */
static noinline unsigned int receive_theft(struct rs_queue *q)
{
	u8 before = READ_ONCE(q->consumer), who;
	u64 seen;

	smp_rmb();	/* it is not newer than what was seen */
	seen = smp_load_acquire(&q->consumed);	/* consumed_by() in poll.c */
	q->irq_consumed = seen;
	if (has_moved(q, seen))
		return DEFERRED;
	rs_widen();
	who = READ_ONCE(q->consumer);
	smp_rmb();	/* it is not newer than the index */
	if (has_moved(q, seen) && who != before)
		return RS_C_none_unknown;
	return RS_C_none_softirq + who;
}

/* The function that entered the transmit ring last moves its index. */
static noinline unsigned int transmit_theft(const struct rs_queue *q)
{
	unsigned long site = smp_load_acquire(&q->entered);	/* rs_poll_enter() */

	if (READ_ONCE(q->unfollowed))
		return RS_C_none_unknown;
	if (has_moved(q, smp_load_acquire(&q->consumed)))	/* rs_poll_enter() */
		return RS_C_none_softirq + rs_poll_cleaner(site);
	return RS_C_none_softirq + rs_poll_cleaner(READ_ONCE(q->previous));
}

/* The row of the consumer that was last. */
static __always_inline unsigned int theft(struct rs_queue *q)
{
	return q->dir == RS_TX ? transmit_theft(q) : receive_theft(q);
}

/*
 * An interrupt that found nothing was empty when, as it came in, the device had
 * returned nothing since the interrupt before. Else its entries were consumed
 * before it came.
 */
static __always_inline unsigned int none_cause(struct rs_queue *q)
{
	return q->irq_seen == q->irq_used ? RS_C_none_empty : theft(q);
}

/* A broken virtqueue serves nothing, whatever its handler returns. */
static __always_inline unsigned int cause(struct rs_queue *q, bool handled)
{
	if (unlikely(READ_ONCE(*q->broken)))
		return RS_C_none_broken;
	return handled ? RS_C_handled : none_cause(q);
}

static noinline void trace_row(const struct rs_queue *q, unsigned int row)
{
	trace_ring_irq(q, row == DEFERRED ? RS_C_none_unknown : row);
}

/*
 * The poll that consumed the entries may be over by now, and may have looked for
 * deferred interrupts before this one was there. Then it is this interrupt's
 * consumer, and not the next poll.
 */
static noinline void defer(struct rs_queue *q)
{
	u8 who;

	__this_cpu_inc(q->counts->deferred);
	rs_widen();
	atomic_inc(&q->pending);
	smp_mb__after_atomic();	/* pairs with consumed_by() in poll.c */
	rs_widen();
	if (READ_ONCE(q->consumed) == q->irq_consumed)
		return;
	who = READ_ONCE(q->consumer);
	if (who < RS_POLL_ORIGINS && atomic_dec_if_positive(&q->pending) >= 0)
		__this_cpu_inc(q->counts->settled[who]);
}

/*
 * Each interrupt adds to exactly one row, or is deferred. Interrupts are
 * disabled and nothing comes between: plain addition will do.
 */
static __always_inline void count_row(struct rs_queue *q, unsigned int row)
{
	if (likely(row != DEFERRED))
		__this_cpu_inc(q->counts->v[row]);
	else
		defer(q);
	if (trace_ring_irq_enabled())
		trace_row(q, row);
}

/* And what it found is not found again. */
static __always_inline void count(struct rs_queue *q, unsigned int row)
{
	q->irq_used = q->irq_seen;
	count_row(q, row);
}

static noinline void count_none(struct rs_queue *q)
{
	count(q, cause(q, false));
}

/*
 * The consumer of a device that is not a network one is mostly the handler
 * itself: the count is brought forward at its interrupts.
 */
static unsigned int other_row(struct rs_queue *q, bool handled)
{
	rs_queue_advance(q);
	return cause(q, handled);
}

/*
 * On a shared line the handler's result is that of all queues together, and that
 * of a handler that asks the device first says only that the device was meant.
 */
static bool other_meant(struct rs_line *line, bool handled)
{
	struct rs_queue *q;
	bool meant = line->config;

	line->config = false;
	if (!line->asks)
		return handled;
	list_for_each_entry_rcu(q, &line->queues, line_list)
		meant |= this_cpu_read(q->counts->called);
	return meant;
}

/*
 * Which queue had work shows in the callbacks that ran meanwhile. A handler
 * that visits no queue was not meant at all. While its ring is reset, a virtqueue
 * is not in use.
 */
static unsigned int shared_row(struct rs_line *line, struct rs_queue *q, bool other)
{
	struct rs_counts *counts = this_cpu_ptr(q->counts);
	bool called = counts->called, visited = counts->visited || !line->asks;

	counts->called = false;
	counts->visited = false;
	if (smp_load_acquire(&q->off))	/* rs_queue_ring_on() */
		return RS_C_none_broken;
	if (called)
		return cause(q, true);
	return other || !visited ? RS_C_none_shared : cause(q, false);
}

static unsigned int each_row(struct rs_line *line, struct rs_queue *q, bool handled, bool other)
{
	if (line->shared)
		return shared_row(line, q, other);
	if (smp_load_acquire(&q->off))	/* rs_queue_ring_on() */
		return handled ? RS_C_handled : RS_C_none_broken;
	return other_row(q, handled);
}

/* An action that is freed may be another's now: its dev_id must match as well. */
static struct rs_line *find_line(const struct irqaction *action)
{
	struct rs_line *line = rs_line_by_action(action);

	return line && line->dev_id == action->dev_id ? line : NULL;
}

static noinline void enter_each(struct rs_line *line)
{
	struct rs_queue *q;

	list_for_each_entry_rcu(q, &line->queues, line_list)
		if (!smp_load_acquire(&q->off))	/* rs_queue_ring_on() */
			q->irq_seen = rs_queue_returned(q);
}

static noinline void leave_each(struct rs_line *line, bool handled)
{
	bool other = line->shared && other_meant(line, handled);
	struct rs_queue *q;

	list_for_each_entry_rcu(q, &line->queues, line_list) {
		unsigned int row = each_row(line, q, handled, other);

		if (smp_load_acquire(&q->off))	/* rs_queue_ring_on() sets irq_used itself */
			count_row(q, row);
		else
			count(q, row);
	}
}

/* The watched line with its handler now running on this CPU, or NULL. */
static DEFINE_PER_CPU(struct rs_line *, running);

/* A handler is about to run: what the device has returned so far is for it. */
static __always_inline void line_enter(struct rs_line *line)
{
	struct rs_queue *own = READ_ONCE(line->own);

	if (likely(own && own->ring.vring))
		own->irq_seen = rs_queue_returned(own);
	else
		enter_each(line);
}

/* The handler has run. */
static __always_inline void line_leave(struct rs_line *line, bool handled)
{
	struct rs_queue *own = READ_ONCE(line->own);

	if (unlikely(!own))
		leave_each(line, handled);
	else if (handled)
		count(own, cause(own, true));
	else
		count_none(own);
}

static void irq_enter_probe(void *data, int number, struct irqaction *action)
{
	struct rs_line *line = find_line(action);

	if (!line)
		return;
	__this_cpu_write(running, line);
	rs_widen();
	line_enter(line);
}

/*
 * The handler has run, on the same CPU and with interrupts disabled all the
 * while: only an NMI can have come between. A handler that was running when
 * ringside was loaded has no entry, and does not count.
 */
static void irq_leave_probe(void *data, int number, struct irqaction *action, int ret)
{
	struct rs_line *line = __this_cpu_read(running);

	if (!line || line->irq != number)
		return;
	__this_cpu_write(running, NULL);
	rs_widen();
	line_leave(line, ret);
}

/* The same where there are no tracepoints: the descriptor with its handlers now running. */
static DEFINE_PER_CPU(const struct irq_desc *, serving);
static bool noted;
static bool unnoted;

/*
 * handle_irq_event(desc) begins: the handlers of an interrupt run next. A vector
 * of a queue has one handler; on other lines each device's handler runs.
 */
static void serve_hit(unsigned long ip, unsigned long parent_ip,
		      struct ftrace_ops *ops, struct rs_regs *regs)
{
	const struct irq_desc *desc = (void *)rs_regs_arg(regs, 0);
	struct rs_key *key;

	if (!rs_map_find(&rs_desc_map, desc))
		return;
	if (unlikely(__this_cpu_read(serving) && !noted))
		WRITE_ONCE(unnoted, true);
	__this_cpu_write(serving, desc);
	rs_widen();
	rs_map_for_each(&rs_desc_map, key, desc)
		line_enter(container_of(key, struct rs_line, desc_key));
}

/* note_interrupt(desc, result) begins: they have run, on the same CPU. */
static void note_hit(unsigned long ip, unsigned long parent_ip,
		     struct ftrace_ops *ops, struct rs_regs *regs)
{
	const struct irq_desc *desc = (void *)rs_regs_arg(regs, 0);
	struct rs_key *key;

	if (!desc || __this_cpu_read(serving) != desc)
		return;
	__this_cpu_write(serving, NULL);
	WRITE_ONCE(noted, true);
	rs_widen();
	rs_map_for_each(&rs_desc_map, key, desc)
		line_leave(container_of(key, struct rs_line, desc_key), rs_regs_arg(regs, 1));
}

/*
 * Whether the results of interrupts are seen. With the kernel's parameter
 * noirqdebug note_interrupt() is never called.
 */
bool rs_irq_results_seen(void)
{
	return !READ_ONCE(unnoted) || READ_ONCE(noted);
}

/* Whether a queue's interrupts and their results are counted. */
bool rs_irq_counted(const struct rs_queue *q)
{
	return q->counted && rs_irq_results_seen();
}

/* virtio_config_changed(dev) begins: a line's handler that asks the device got that answer. */
static void config_hit(unsigned long ip, unsigned long parent_ip,
		       struct ftrace_ops *ops, struct rs_regs *regs)
{
	struct rs_line *line = rs_line_by_config((void *)rs_regs_arg(regs, 0));

	if (line && rs_in_interrupt_handler())
		line->config = true;
}

/* The callback of a virtqueue begins: its interrupt found work. */
static void callback_hit(unsigned long ip, unsigned long parent_ip,
			 struct ftrace_ops *ops, struct rs_regs *regs)
{
	struct rs_queue *q = rs_queue_by_vq((void *)rs_regs_arg(regs, 0));

	if (q && rs_in_interrupt_handler())
		this_cpu_write(q->counts->called, true);
}

/* vring_interrupt(irq, vq) begins, on a line with a handler that asks the device first. */
static void visit_hit(unsigned long ip, unsigned long parent_ip,
		      struct ftrace_ops *ops, struct rs_regs *regs)
{
	struct rs_queue *q = rs_queue_by_vq((void *)rs_regs_arg(regs, 1));

	if (q)
		this_cpu_write(q->counts->visited, true);
}

static void line_disabled(struct rs_line *line)
{
	struct rs_event event;
	struct rs_queue *q;
	u64 now_ns = ktime_get_ns();

	WRITE_ONCE(line->given_up_ns, now_ns);
	smp_store_release(&line->given_up, line->given_up + 1);	/* readers have its time then */
	trace_irq_disabled(line->irq, line->desc->irqs_unhandled);
	list_for_each_entry_rcu(q, &line->queues, line_list) {
		rs_queue_event(q, RS_EVENT_DISABLED, now_ns, &event);
		rs_event_add(&event);
	}
}

/*
 * __report_bad_irq(desc, ret) begins: with a result that handlers may give,
 * the kernel is about to disable the line.
 */
static void disabled_hit(unsigned long ip, unsigned long parent_ip,
			 struct ftrace_ops *ops, struct rs_regs *regs)
{
	const void *desc = (void *)rs_regs_arg(regs, 0);
	struct rs_key *key;

	if (rs_regs_arg(regs, 1) > (IRQ_HANDLED | IRQ_WAKE_THREAD))
		return;
	rs_map_for_each(&rs_desc_map, key, desc)
		line_disabled(container_of(key, struct rs_line, desc_key));
}

static struct rs_hook by_tracepoint[] = {
	{ .symbols = { "irq_handler_entry" }, .kind = RS_TRACEPOINT,
	  .handler = irq_enter_probe, .needed = true, .loses = "everything" },
	{ .symbols = { "irq_handler_exit" }, .kind = RS_TRACEPOINT,
	  .handler = irq_leave_probe, .needed = true, .loses = "everything" },
};

/* Where there are no tracepoints. */
static struct rs_hook by_function[] = {
	{ .symbols = { "handle_irq_event" }, .kind = RS_FUNCTION,
	  .handler = serve_hit, .needed = true, .loses = "everything" },
	{ .symbols = { "note_interrupt" }, .kind = RS_FUNCTION,
	  .handler = note_hit, .needed = true, .loses = "everything" },
};

static struct rs_hook hooks[] = {
	{ .symbols = { "__report_bad_irq" }, .kind = RS_FUNCTION,
	  .handler = disabled_hit, .loses = "when-an-irq-was-disabled" },
	{ .symbols = { "vring_interrupt" }, .kind = RS_FUNCTION, .on_demand = true,
	  .handler = visit_hit, .loses = "results-of-shared-interrupts" },
	{ .symbols = { "virtio_config_changed" }, .kind = RS_FUNCTION, .on_demand = true,
	  .handler = config_hit, .loses = "results-of-shared-interrupts" },
	{ .symbols = { "skb_recv_done" }, .kind = RS_FUNCTION, .on_demand = true,
	  .module = "virtio_net",
	  .handler = callback_hit, .loses = "results-of-shared-interrupts" },
	{ .symbols = { "skb_xmit_done" }, .kind = RS_FUNCTION, .on_demand = true,
	  .module = "virtio_net",
	  .handler = callback_hit, .loses = "results-of-shared-interrupts" },
};

static struct rs_hook_set tracepoints = {
	.hooks = by_tracepoint, .n = ARRAY_SIZE(by_tracepoint),
};
static struct rs_hook_set functions = { .hooks = by_function, .n = ARRAY_SIZE(by_function) };
static struct rs_hook_set set = { .hooks = hooks, .n = ARRAY_SIZE(hooks) };

int rs_irq_init(void)
{
	return rs_hook_add(RS_HAS_TRACEPOINTS ? &tracepoints : &functions) ?: rs_hook_add(&set);
}

/**
 * rs_irq_want_shared - attach what tells the queues of a shared line apart
 * @asks: whether the line's handler asks the device before it visits queues
 *
 * Return: 0, or an errno: then the results of their interrupts are not known.
 */
int rs_irq_want_shared(bool asks)
{
	int err = rs_hook_want(callback_hit);

	if (!err && asks)
		err = rs_hook_want(visit_hit) ?: rs_hook_want(config_hit);
	return err;
}
