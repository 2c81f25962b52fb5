/* SPDX-License-Identifier: GPL-2.0-only */
/* What does not add up in a ledger: the rules that fire on its rows. Pure, like the ledger. */
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

/* Whether a rule finds fault with a row of this ledger. */
bool rs_rule_fires(const struct rs_rule *rule, const struct rs_ledger *l, const struct rs_row *row);

/* Return: 0 with v filled (n = 0: all adds up), or -1 with err set. rs_verdict_clear() frees. */
int rs_verdict_reach(struct rs_verdict *v, const struct rs_ledger *l, struct rs_error *err);
void rs_verdict_clear(struct rs_verdict *v);

/* The sentence of a finding: of its rule, or of its row's flaw. */
const char *rs_finding_sentence(const struct rs_finding *f);

/* Calls @figure for each figure that is evidence for a finding, the known ones only. */
void rs_finding_evidence(const struct rs_finding *f,
			 void (*figure)(void *ctx, enum rs_figure figure, struct rs_num value),
			 void *ctx);

#endif
