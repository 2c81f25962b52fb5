/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which roots hold over several windows: one window with a finding may be chance, and one without
 * it may be a pause. Pure: no clock, no output.
 */
#ifndef RS_TRIP_H
#define RS_TRIP_H

#include "verdict.h"

enum { RS_TRIP_WINDOWS = 32 };

/* A root of one queue. */
struct rs_trip {
	char queue[3 * RS_STR_LEN]; /* as it is shown */
	char place[4 * RS_STR_LEN]; /* what it is known by: the guest's device and number, or the
				       tap's */
	const char *id;
	const struct rs_rule *rule; /* of this name; NULL = the queue stands still */
	uint32_t seen;		    /* bit 0: in the last window, 1: in the one before it */
	bool on;
	uint64_t since_ns; /* when it tripped */
};

struct rs_trips {
	struct rs_trip *rows;
	size_t n;
	unsigned int need, of; /* it begins when seen in @need of the last @of windows, 1 to 32, and
				  ends when seen in none of them */
};

enum rs_trip_change { RS_TRIP_BEGINS, RS_TRIP_ENDS, RS_TRIP_GONE };

/* @f: NULL where it ends. */
typedef void (*rs_trip_fn)(void *ctx, enum rs_trip_change change, const struct rs_trip *trip,
			   const struct rs_finding *f);

/**
 * rs_trips_step() - take a window
 * @now_ns: the end of the window
 * @changed: called for each root that begins or ends with it
 *
 * A queue that could not be judged is what it was in the window before. The roots of one that is
 * gone end. Return: 0, or -1: out of memory.
 */
int rs_trips_step(struct rs_trips *t, const struct rs_ledger *l, const struct rs_verdict *v,
		  uint64_t now_ns, rs_trip_fn changed, void *ctx);

void rs_trips_clear(struct rs_trips *t);

#endif
