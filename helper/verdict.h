/* SPDX-License-Identifier: GPL-2.0-only */
/* What does not add up in a ledger, and what to do about it. Pure, like the ledger. */
#ifndef RS_VERDICT_H
#define RS_VERDICT_H

#include "ledger.h"

enum rs_severity { RS_SEVERITY_WARNING, RS_SEVERITY_CRITICAL };

extern const char *const rs_severity_names[];

enum { RS_RULE_FIGURES = 8 };

struct rs_rule {
	const char *id;
	enum rs_severity severity;
	unsigned int exact; /* sides (1 << enum rs_side) that must not have missed a hit */
	const char *dir;    /* only queues of this direction; NULL = any */
	const char
		*group; /* of rules on one subject only the first that fires is told; NULL = all */
	bool total;	/* asked once, of the ledger's total */
	/* Unless all are known the rule stays silent; needs[0] is what it is about. */
	size_t needs_n;
	enum rs_figure needs[RS_RULE_FIGURES];
	/* Told beside those, where known. */
	size_t tells_n;
	enum rs_figure tells[RS_RULE_FIGURES];
	bool (*fires)(const struct rs_rule *rule, const struct rs_line *line);
	const char *sentence; /* NULL = the line's flaw */
	const char *advice;
};

extern const struct rs_rule rs_rules[];
extern const size_t rs_rules_n;

struct rs_finding {
	const struct rs_rule *rule;
	const struct rs_line *line;
};

struct rs_verdict {
	struct rs_finding *findings; /* critical ones first, then in the order of the queues */
	size_t n;
};

/* Whether a rule finds fault with a line of this ledger. */
bool rs_rule_fires(const struct rs_rule *rule, const struct rs_ledger *l,
		   const struct rs_line *line);

/* Return: 0 with v filled (n = 0: all adds up), or -1 with err set. rs_verdict_clear() frees. */
int rs_verdict_reach(struct rs_verdict *v, const struct rs_ledger *l, struct rs_error *err);
void rs_verdict_clear(struct rs_verdict *v);

/* The sentence of a finding: of its rule, or of its line's flaw. */
const char *rs_finding_sentence(const struct rs_finding *f);

/* Calls @figure for each figure that is evidence for a finding, the known ones only. */
void rs_finding_evidence(const struct rs_finding *f,
			 void (*figure)(void *ctx, enum rs_figure figure, struct rs_num value),
			 void *ctx);

#endif
