/* SPDX-License-Identifier: GPL-2.0-only */
/* Copies entries from the tables of the BPF programs while these write to them. */
#ifndef RS_TABLES_H
#define RS_TABLES_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../bpf/maps.h"

#define RS_TABLES_CALLS (1U << RS_EVENTFDS_BITS)

/* The tables, and which virtqueue the eventfd in each slot belongs to. */
struct rs_tables {
	const struct rs_tun *tuns;
	const struct rs_vq *vqs;
	const struct rs_eventfd *eventfds;
	uint64_t call_vq[RS_TABLES_CALLS]; /* 0 = of no virtqueue, or an empty slot */
};

/* What one queue is made of; 0 = it has no such part. */
struct rs_keys {
	uint64_t ring; /* of the tap's queue */
	uint64_t vq;
	uint64_t ctx;	/* the call eventfd that vhost has now */
	uint64_t error; /* its error eventfd */
};

struct rs_entries {
	struct rs_tun tun;
	struct rs_vq vq;
	/*
	 * The counts of all call eventfds of the virtqueue: while a vector is masked, the virtual
	 * machine gives vhost another one. Everything else is from the eventfd that has an irqfd.
	 */
	struct rs_eventfd call;
	uint64_t masked; /* of call.eventfd_writes: to an eventfd without irqfd */
	uint64_t errors; /* writes to the error eventfd */
	bool has_tun, has_vq, has_call, has_error;
	bool is_masked; /* the eventfd that vhost has now has no irqfd, another one has */
};

/* Notes the virtqueue of each eventfd; called once a sample, before rs_tables_copy(). */
void rs_tables_index(struct rs_tables *t);

/**
 * rs_tables_copy() - copy the entries of one queue so that they belong together
 * @e: filled; an entry that does not exist is all zero
 *
 * Each counter only grows. Two copies that are equal are therefore of one moment: between them no
 * counter changed. At that moment the writer can be between two stations, with one event.
 *
 * Return: false = the entries changed all the time: they do not belong together.
 */
bool rs_tables_copy(const struct rs_tables *t, const struct rs_keys *keys, struct rs_entries *e);

/* Copies the eventfd in slot @slot, in the same way, into @e->call. */
bool rs_tables_copy_slot(const struct rs_tables *t, size_t slot, struct rs_entries *e);

#endif
