/* SPDX-License-Identifier: GPL-2.0-only */
/* Applies the rules to a ledger. Pure, like the ledger. */
#ifndef RS_VERDICT_H
#define RS_VERDICT_H

#include "rules.h"

struct rs_finding {
	const struct rs_rule *rule;
	const struct rs_row *row;
};

struct rs_verdict {
	struct rs_finding *findings; /* critical ones first, then in the order of the queues */
	size_t n;
};

/* Whether a rule fires on a row of this ledger. */
bool rs_rule_fires(const struct rs_rule *rule, const struct rs_ledger *l, const struct rs_row *row);

/* Return: 0 with v filled (n = 0: everything adds up), or -1 with err set. Free with
 * rs_verdict_clear(). */
int rs_verdict_reach(struct rs_verdict *v, const struct rs_ledger *l, struct rs_error *err);
void rs_verdict_clear(struct rs_verdict *v);

/* The sentence of a finding: its rule's, or the flaw of its row. */
const char *rs_finding_sentence(const struct rs_finding *f);

/* Calls @figure for each known figure that belongs to a finding. */
void rs_finding_evidence(const struct rs_finding *f,
			 void (*figure)(void *ctx, enum rs_figure figure, struct rs_num value),
			 void *ctx);

#endif
