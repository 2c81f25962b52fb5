/* SPDX-License-Identifier: GPL-2.0-only */
/* What `ringside watch` prints: lines of text, or one JSON object a line. */
#ifndef RS_LINE_H
#define RS_LINE_H

#include <json-c/json.h>
#include <stdio.h>

#include "both.h"
#include "trip.h"

#define RS_LINE_SCHEMA "ringside-watch/1"

struct rs_lines {
	FILE *out;
	bool colour;
	bool quiet;		  /* only what begins and ends */
	struct json_object *json; /* of this window; NULL = text */
	const struct rs_both *both;
	const struct rs_judged *judged;
};

/* Starts the lines of a window that was judged. */
void rs_lines_begin(struct rs_lines *l, bool json);

/* A line for each queue; while the guest does not answer, what the host alone shows. */
void rs_lines_queues(struct rs_lines *l);

/* What began or ended with it: is a rs_trip_fn but for @l. @now_ns: the end of the window. */
void rs_lines_change(struct rs_lines *l, enum rs_trip_change change, const struct rs_trip *trip,
		     const struct rs_finding *f, uint64_t now_ns);

/* Ends them, and flushes. Return: 0, or -1: writing failed. */
int rs_lines_end(struct rs_lines *l);

#endif
