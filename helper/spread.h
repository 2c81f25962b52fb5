/* SPDX-License-Identifier: GPL-2.0-only */
/* How the interrupts of a line spread over the guest's CPUs, by the kernel's own counts. */
#ifndef RS_SPREAD_H
#define RS_SPREAD_H

#include "lookup.h"

/*
 * Adds to @s what /sys/kernel/irq/N/per_cpu_count says of each line in it: a row for each CPU that
 * took an interrupt since the line was set up, and one for CPU 0 in any case. A line without that
 * file has no row: unknown.
 */
void rs_spread_read(struct rs_sample *s);

/* The same from the file's text, "12,0,3": a count for each possible CPU. */
void rs_spread_add(struct rs_sample *s, struct rs_num irq, const char *counts);

/**
 * rs_spread_top() - the CPU that took most interrupts of a line between two samples
 * @interrupts: how many it took; a count that fell makes both unknown
 *
 * Return: the CPU; unknown if none was taken, or if either sample does not know.
 */
struct rs_num rs_spread_top(const struct rs_lookup *begin, const struct rs_lookup *end,
			    struct rs_num irq, struct rs_num *interrupts);

#endif
