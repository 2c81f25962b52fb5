/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_MATCH_H
#define RS_MATCH_H

#include "facts.h"
#include "span.h"

/* A virtqueue as the guest and as the host see it. */
struct rs_pair {
	const struct rs_queue *guest;
	const struct rs_queue *host; /* NULL = not in the host's snapshot */
	struct rs_facts facts;	     /* what agrees, and what differs all the same */
	int score;		     /* how strong the evidence is */
};

struct rs_match {
	struct rs_pair *pairs; /* one for each of the guest's queues, in its order */
	size_t n;
};

/**
 * rs_match_make() - find each of the guest's virtqueues on the host
 * @m: filled; rs_match_clear() frees it. It points into both snapshots.
 *
 * Two queues are the same if, strongest first:
 *
 * - their used rings have the same address;
 * - they have the same MSI, of which the guest's device has no other queue, and uuid, MAC or the
 *   process agree;
 * - direction and number agree, uuid, MAC or the process agree, and the MAC or the MSI agrees.
 *
 * The host's queue with the strongest evidence is taken. What differs must not contradict it: a
 * different MSI is none if uuid or MAC agree, because an interrupt that moved to another CPU has
 * another MSI; a different device id is none either, because it may be the fault that is looked
 * for. A different MAC is none if uuid and ring agree: the guest may have changed its MAC. A tap
 * that the machine left within the window, because it was migrated or stopped, is not taken.
 *
 * Where the host's snapshot names the process that runs this guest (guest_pid), that none of the
 * queues is found is no error.
 *
 * Return: 0, or -1 with RS_EXIT_MISMATCH naming what agrees and what differs, or RS_EXIT_DATA for a
 * snapshot of the wrong side.
 */
int rs_match_make(const struct rs_snapshot *guest, const struct rs_snapshot *host,
		  struct rs_match *m, struct rs_error *err);
void rs_match_clear(struct rs_match *m);

#endif
