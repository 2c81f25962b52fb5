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

/* Whether a finding counts that is not suppressed. */
bool rs_verdict_is_fault(const struct rs_verdict *v);

#endif
