/* SPDX-License-Identifier: GPL-2.0-only */
/* A rule about a row of the ledger: what it measures, from which value on it fires, what to do. */
#ifndef RS_RULE_H
#define RS_RULE_H

#include "ledger.h"
#include "party.h"

enum rs_severity { RS_SEVERITY_WARNING, RS_SEVERITY_CRITICAL };

enum { RS_RULE_FIGURES = 12, RS_RULE_HISTS = 2 };

struct rs_rule {
	const char *id;
	enum rs_severity severity;
	enum rs_party party;	 /* that the finding names */
	unsigned int or_parties; /* further ones that the figures cannot tell from it, 1 << party */
	bool alarm;		 /* ringside's own: its counts do not balance */
	bool total;		 /* applied once, to the ledger's total */
	unsigned int exact;	 /* sides (1 << enum rs_side) that must not have missed a hit */
	const char *dir;	 /* only queues of this direction; NULL = any */
	/* The rule runs only if all of these are known. needs[0] is the main one. */
	size_t needs_n;
	enum rs_figure needs[RS_RULE_FIGURES];
	const char *hists[RS_RULE_HISTS]; /* histograms that must be known */
	/* Printed beside those, if known. */
	size_t also_n;
	enum rs_figure also[RS_RULE_FIGURES];
	/* It fires if the measured value reaches the threshold; 0 = a condition does not hold. */
	uint64_t (*measure)(const struct rs_rule *rule, const struct rs_row *row);
	uint64_t threshold; /* at least 1 */
	const char *unit;
	const char *sentence; /* NULL = the row's flaw, see RS_FLAWS */
	const char *advice;
	const char *instead; /* a rule that says the same of more parties: silent beside this one */
};

/* Measures the main figure as it is. */
static inline uint64_t rs_rule_main_value(const struct rs_rule *rule, const struct rs_row *row)
{
	return row->figures[rule->needs[0]].value;
}

struct rs_rule_table {
	const struct rs_rule *rows;
	size_t count;
};

#define RS_RULE_LIST(member, ...)                                                       \
	.member##_n = sizeof((enum rs_figure[]){__VA_ARGS__}) / sizeof(enum rs_figure), \
	.member = {__VA_ARGS__}
#define RS_NEEDS(...) RS_RULE_LIST(needs, __VA_ARGS__)
#define RS_ALSO(...)  RS_RULE_LIST(also, __VA_ARGS__)
#define RS_ON_GUEST   (1U << RS_SIDE_GUEST)
#define RS_ON_HOST    (1U << RS_SIDE_HOST)

#endif
