/* SPDX-License-Identifier: GPL-2.0-only */
/* Both sides at once, window after window: the host's source here, and the guest's agent. */
#ifndef RS_BOTH_H
#define RS_BOTH_H

#include "source.h"
#include "verdict.h"

struct rs_both {
	const struct rs_source *source;
	void *handle;
	unsigned int cid;
	struct rs_num machine; /* the process that runs the guest, from its CID; or unknown */
	struct rs_snapshot sides[RS_SIDES];
	bool answers;	       /* the guest answered at the end of this window */
	struct rs_error guest; /* why it did not */
	bool compared;	       /* both sides were, at least once */
	struct rs_error apart; /* and why they cannot be in this window; status 0 = they can, or it
				  was not tried */
	uint64_t host; /* the process of the guest's queues in the window before; 0 = none */
	bool fresh; /* this window is the first one after counting began, a restart or a migration
		     */
};

/* One window, judged. Valid until the next window. */
struct rs_judged {
	struct rs_match match;
	struct rs_ledger ledger;
	struct rs_verdict verdict;
	struct rs_snapshot nobody; /* the host's without a queue: they may be of any machine */
	bool matched;		   /* the ledger has both sides */
	bool paired;		   /* and at least one of the guest's queues is on this host */
};

/* Attaches on the host, and takes the first sample of both sides. Return: 0, or -1 with err set:
 * nothing is attached then. */
int rs_both_open(struct rs_both *b, const struct rs_source *source, const struct rs_filter *filter,
		 struct rs_error *err);

/* Ends a window: the end of the one before is its begin. A guest that does not answer is no error.
 * Return: 0, or -1 with err set. */
int rs_both_step(struct rs_both *b, struct rs_error *err);

/* Judges the window: of both sides, or of the host alone while the guest does not answer; of
 * nothing, if then no process is known to be the guest's. Once both were compared, that they cannot
 * be any more is no error: the guest may be migrated, or its device plugged again. Return: 0, or -1
 * with err set. Free with rs_judged_clear(). */
int rs_both_judge(struct rs_both *b, struct rs_judged *j, struct rs_error *err);
void rs_judged_clear(struct rs_judged *j);

/* Return: why the window has not both sides; empty = it has, or they are the first since. */
const char *rs_both_why(const struct rs_both *b);

void rs_both_close(struct rs_both *b);

#endif
