/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the rows of a sample by what names them. */
#ifndef RS_LOOKUP_H
#define RS_LOOKUP_H

#include "index.h"

struct rs_lookup {
	const struct rs_sample *s;
	enum rs_side side;
	struct rs_index queues; /* by all that tells one from another */
	struct rs_index places; /* a host's: by process, tap and number there */
	struct rs_index groups; /* a guest's by device, a host's by tap */
	struct rs_index vms, taps, devices, irqs;
	struct rs_index irq_cpus; /* by line */
};

/* Return: 0, or -1: out of memory. rs_lookup_clear() frees what there is in either case. */
int rs_lookup_make(struct rs_lookup *l, enum rs_side side, const struct rs_sample *s);
void rs_lookup_clear(struct rs_lookup *l);

/*
 * The first row with this name, NULL = none. A queue of a guest is the one with the same device and
 * index; a queue of a host the one with the same process, tap and number; a tap the one that a
 * queue is of.
 */
const struct rs_queue *rs_lookup_queue(const struct rs_lookup *l, const struct rs_queue *like);
const struct rs_vm *rs_lookup_vm(const struct rs_lookup *l, struct rs_num pid);
const struct rs_tap *rs_lookup_tap(const struct rs_lookup *l, const struct rs_queue *of);
const struct rs_device *rs_lookup_device(const struct rs_lookup *l, const char *name);
const struct rs_irq *rs_lookup_irq(const struct rs_lookup *l, struct rs_num irq);

/* Queues that may be of the same device of a guest, of the same tap, or at the same place of a
 * host: for RS_INDEX_EACH(). */
uint64_t rs_lookup_group(const struct rs_lookup *l, const struct rs_queue *like);
uint64_t rs_lookup_place(const struct rs_queue *like);

/* Rows of the CPUs that may be of the same interrupt line, likewise. */
uint64_t rs_lookup_line(struct rs_num irq);

#endif
