/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How far the kernel is from "nobody cared". The rules are note_interrupt()'s
 * in kernel/irq/spurious.c: it decides once per 100000 interrupts, and disables a
 * line when more than 99900 of them went unhandled without a pause.
 */
#ifndef RS_SPURIOUS_H
#define RS_SPURIOUS_H

#include <linux/irqdesc.h>

/**
 * struct rs_spurious - the kernel's count of unhandled interrupts of a line
 * @count: interrupts in the present window, as /proc/irq/N/spurious shows it
 * @unhandled: of those, unhandled ones, each less than 100 ms after the one before
 * @last_unhandled: jiffies of the last unhandled one; 0: never
 * @disabled: the line is disabled, for whatever reason
 */
struct rs_spurious {
	unsigned int count;
	unsigned int unhandled;
	unsigned long last_unhandled;
	bool disabled;
};

void rs_spurious_read(struct irq_desc *desc, struct rs_spurious *s);
bool rs_spurious_can_trip(const struct rs_spurious *s);
unsigned int rs_spurious_left(const struct rs_spurious *s);
unsigned int rs_spurious_none_left(const struct rs_spurious *s);

#endif
