/* SPDX-License-Identifier: GPL-2.0-only */
/* The rules: when a row of the ledger is at fault, in which words, and what to do about it. */
#ifndef RS_RULES_H
#define RS_RULES_H

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
	bool (*fires)(const struct rs_rule *rule, const struct rs_row *row);
	const char *sentence; /* NULL = the row's flaw */
	const char *advice;
};

extern const struct rs_rule rs_rules[];
extern const size_t rs_rules_n;

#endif
