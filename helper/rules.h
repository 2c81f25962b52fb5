/* SPDX-License-Identifier: GPL-2.0-only */
/* The rules: when a row of the ledger does not add up, the sentence to print, and what to do. */
#ifndef RS_RULES_H
#define RS_RULES_H

#include "ledger.h"
#include "party.h"

enum rs_severity { RS_SEVERITY_WARNING, RS_SEVERITY_CRITICAL };

extern const char *const rs_severity_names[];

enum { RS_RULE_FIGURES = 8 };

struct rs_rule {
	const char *id;
	enum rs_severity severity;
	unsigned int exact;  /* sides (1 << enum rs_side) that must not have missed a hit */
	const char *dir;     /* only queues of this direction; NULL = any */
	enum rs_party party; /* that the finding names */
	bool alarm;	     /* ringside's own: its counts do not balance */
	bool total;	     /* applied once, to the ledger's total */
	/* The rule fires only if all of these are known. needs[0] is the main one. */
	size_t needs_n;
	enum rs_figure needs[RS_RULE_FIGURES];
	/* Printed beside those, if known. */
	size_t also_n;
	enum rs_figure also[RS_RULE_FIGURES];
	bool (*fires)(const struct rs_rule *rule, const struct rs_row *row);
	const char *sentence; /* NULL = the row's flaw, see RS_FLAWS */
	const char *advice;
};

extern const struct rs_rule rs_rules[];
extern const size_t rs_rules_n;

#endif
