// SPDX-License-Identifier: GPL-2.0-only
/*
 * How far the kernel is from "nobody cared". The rules are note_interrupt()'s
 * in kernel/irq/spurious.c: it decides once per 100000 interrupts, and gives a
 * line up when more than 99900 of them went unhandled without a pause.
 */
#include <linux/irqdesc.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include "map.h"
#include "ringside.h"
#include "trace.h"

#define WINDOW 100000
#define TRIP 99901

/* The caller holds the descriptor's lock while no handler of it runs. */
void rs_spurious_read(struct irq_desc *desc, struct rs_spurious *s)
{
	s->count = desc->irq_count;
	s->unhandled = desc->irqs_unhandled;
	s->last_unhandled = desc->last_unhandled;
	s->disabled = irqd_irq_disabled(&desc->irq_data);
}

/* After a pause the next one nobody handles starts again from 1. */
static unsigned int unhandled_now(const struct rs_spurious *s)
{
	return time_after(jiffies, s->last_unhandled + HZ / 10) ? 0 : s->unhandled;
}

/* Whether the present window can still end with the line disabled. */
bool rs_spurious_can_trip(const struct rs_spurious *s)
{
	return unhandled_now(s) + (WINDOW - s->count) >= TRIP;
}

/* Interrupts until the kernel decides. */
unsigned int rs_spurious_left(const struct rs_spurious *s)
{
	return WINDOW - s->count;
}

/* How many of those must go unhandled for it to give the line up. */
unsigned int rs_spurious_none_left(const struct rs_spurious *s)
{
	return TRIP - unhandled_now(s);
}

/*
 * __report_bad_irq(desc, ret) begins: with a result that handlers may give,
 * the kernel is about to disable the line.
 */
void rs_spurious_given_up(unsigned long ip, unsigned long parent_ip,
			  struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct rs_irq *irq = rs_map_find((void *)rs_ftrace_arg(fregs, 0));
	struct rs_queue *q;

	if (!irq || rs_ftrace_arg(fregs, 1) > (IRQ_HANDLED | IRQ_WAKE_THREAD))
		return;
	irq->given_up_ns = ktime_get_ns();
	irq->given_up++;
	trace_irq_disabled(irq->irq, irq->desc->irqs_unhandled);
	list_for_each_entry_rcu(q, &irq->queues, irq_list)
		rs_event_note(RS_EVENT_DISABLED, q, irq->given_up_ns);
}
