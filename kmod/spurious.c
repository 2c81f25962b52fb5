// SPDX-License-Identifier: GPL-2.0-only
#include <linux/irq.h>
#include <linux/jiffies.h>
#include "spurious.h"

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

/* After a pause the next unhandled interrupt starts again from 1. */
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

/* How many of those must go unhandled for it to disable the line. */
unsigned int rs_spurious_none_left(const struct rs_spurious *s)
{
	return TRIP - unhandled_now(s);
}
