/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * begin and end of one snapshot. What may be compared depends on the guest's generations:
 *
 * - The device's generation changed: its virtqueues were made again, and their counters started
 *   from zero. Nothing of its queues is compared.
 * - Only the queue's own generation changed: its ring was reset (ethtool -G, AF_XDP). Its counters
 *   continue, so end less begin is exact. The ring's indexes started from zero and used_addr may
 *   be another one: whatever depends on them is unknown.
 * - Both are the same: another used_addr is a ring of which ringside does not know how it came
 *   there. Nothing of this queue is compared.
 *
 * If the device's generation is unknown, a queue's changed generation may mean either: then it is
 * treated like the device's.
 */
#ifndef RS_SPAN_H
#define RS_SPAN_H

#include "lookup.h"

/* Both samples of a snapshot, and their rows by name. */
struct rs_span {
	const struct rs_snapshot *s;
	struct rs_lookup begin, end;
};

/* @s may be NULL: nothing is found. Return: 0, or -1: out of memory; rs_span_clear() in either
 * case. */
int rs_span_make(struct rs_span *span, const struct rs_snapshot *s);
void rs_span_clear(struct rs_span *span);

/* Return: the queue of begin that @end is, NULL = it was not there, or there is no begin. */
const struct rs_queue *rs_span_begin(const struct rs_span *span, const struct rs_queue *end);

/* Whether only the ring of @end was reset since begin. */
bool rs_span_ring_reset(const struct rs_span *span, const struct rs_queue *end);

/* Whether the device of @end was reset since begin, or may have been. */
bool rs_span_device_reset(const struct rs_span *span, const struct rs_queue *end);

#endif
