/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_MATCH_H
#define RS_MATCH_H

#include "snapshot.h"

/* What can show that two virtqueues are the same, strongest first. Bits of rs_pair.facts. */
enum rs_fact {
	RS_FACT_USED_ADDR, /* guest-physical address of the used ring */
	RS_FACT_UUID,	   /* of the virtual machine */
	RS_FACT_MAC,
	RS_FACT_MSI, /* address, data and, where both know it, device id */
	RS_FACT_DIR,
	RS_FACTS
};

extern const char *const rs_fact_names[RS_FACTS];

/* A virtqueue as the guest and as the host see it. */
struct rs_pair {
	const struct rs_queue *guest;
	const struct rs_queue *host; /* NULL = not in the host's snapshot */
	unsigned int facts;	     /* those that agree */
};

struct rs_match {
	struct rs_pair *pairs; /* one for each of the guest's queues, in its order */
	size_t n;
};

/**
 * rs_match_make() - find each of the guest's virtqueues on the host
 * @m: filled; rs_match_clear() frees it. It points into both snapshots.
 *
 * The used ring's address decides if both sides know it, otherwise the MSI together with the
 * machine's uuid or the MAC. No other fact may differ. A different MSI alone is accepted if uuid or
 * MAC agree: an interrupt that moved to another CPU has another MSI.
 *
 * Return: 0, or -1 with RS_EXIT_MISMATCH naming what differs, or RS_EXIT_DATA for a snapshot of the
 * wrong side.
 */
int rs_match_make(const struct rs_snapshot *guest, const struct rs_snapshot *host,
		  struct rs_match *m, struct rs_error *err);
void rs_match_clear(struct rs_match *m);

/*
 * begin and end of one snapshot:
 *
 * A queue of a guest is the one with the same device and index; a queue of a host the one with the
 * same process, tap and number. What may be compared then depends on the guest's generations:
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

/* Return: the queue of begin that @end is, NULL = it was not there, or there is no begin. */
const struct rs_queue *rs_match_begin(const struct rs_snapshot *s, const struct rs_queue *end);

/* Whether only the ring of @end was reset since begin. */
bool rs_match_ring_reset(const struct rs_snapshot *s, const struct rs_queue *end);

/* Whether the device of @end was reset since begin, or may have been. */
bool rs_match_device_reset(const struct rs_snapshot *s, const struct rs_queue *end);

#endif
