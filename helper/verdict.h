/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds what is wrong in a ledger, and what follows from what. Pure, like the ledger. */
#ifndef RS_VERDICT_H
#define RS_VERDICT_H

#include "finding.h"

struct rs_verdict {
	struct rs_finding
		*findings; /* roots of queues that stand still, then critical ones first */
	size_t n;
	struct rs_turn *turns; /* one for each row */
	size_t *first;	       /* for each row the index of its first finding; SIZE_MAX = none */
};

/* Return: 0 with v filled (n = 0: everything adds up), or -1 with err set. Free with
 * rs_verdict_clear(). */
int rs_verdict_reach(struct rs_verdict *v, const struct rs_ledger *l, struct rs_error *err);
void rs_verdict_clear(struct rs_verdict *v);

/* Return: the first finding of a row, NULL = none. */
const struct rs_finding *rs_verdict_find(const struct rs_verdict *v, const struct rs_ledger *l,
					 const struct rs_row *row);

/* A verdict that somebody has accepted, and why. */
struct rs_suppression {
	char id[RS_STR_LEN];
	const char *reason;
};

/* Whether a rule, a cause or the answer itself has this name. */
bool rs_verdict_known(const char *id);

/* Marks the findings with these names, and what follows from them, as suppressed. */
void rs_verdict_suppress(struct rs_verdict *v, const struct rs_suppression *list, size_t n);

/* Return: RS_EXIT_OK, RS_EXIT_VERDICT or RS_EXIT_UNDECIDED. */
enum rs_exit rs_verdict_exit(const struct rs_verdict *v, const struct rs_ledger *l);

/* Whether nothing moved in a queue for packets, and it is not known whether anything waits. */
bool rs_verdict_is_unjudged(const struct rs_verdict *v, const struct rs_ledger *l, size_t row);

#endif
