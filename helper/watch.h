/* SPDX-License-Identifier: GPL-2.0-only */
/* Both sides live: a line for each queue in each interval, and findings as they begin and end. */
#ifndef RS_WATCH_H
#define RS_WATCH_H

#include "show.h"
#include "source.h"
#include "trip.h"

struct rs_watch {
	const struct rs_source *source; /* of the host */
	struct rs_filter filter;	/* with the guest's CID */
	uint64_t interval_ns;
	uint64_t duration_ns;
	bool once;	       /* one interval */
	unsigned int need, of; /* see struct rs_trips */
	const char *command;   /* run by the shell when a root begins; NULL = none */
	const char *page;      /* the file for a page of HTML when a root begins; NULL = none */
	const struct rs_suppression *suppressed;
	size_t suppressed_n;
	enum rs_colour colour;
	bool bell;
	bool json;
	bool quiet; /* only what begins and ends */
};

/**
 * rs_watch_run() - watch until the duration is over, or SIGINT or SIGTERM comes
 * @status: RS_EXIT_VERDICT if a root began that names a party; RS_EXIT_UNDECIDED if one began that
 *	    does not, or if no window could be judged
 *
 * Return: 0, or -1 with err set. Nothing is attached any more.
 */
int rs_watch_run(const struct rs_watch *w, enum rs_exit *status, struct rs_error *err);

#endif
