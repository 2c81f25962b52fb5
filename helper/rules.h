/* SPDX-License-Identifier: GPL-2.0-only */
/* All rules, and what keeps a rule from running. */
#ifndef RS_RULES_H
#define RS_RULES_H

#include "rule.h"

extern const char *const rs_severity_names[];

/* In the order in which findings are printed. */
size_t rs_rules_count(void);
const struct rs_rule *rs_rule_at(size_t i);

/* Whether a rule is about interrupts that came and served nothing. */
bool rs_rule_is_waste(const struct rs_rule *rule);

/* Whether a rule is about this row of the ledger: its direction, or the total. */
bool rs_rule_is_about(const struct rs_rule *rule, const struct rs_ledger *l,
		      const struct rs_row *row);

/* Whether no hit was missed on the sides where the rule needs that. */
bool rs_rule_is_exact(const struct rs_rule *rule, const struct rs_ledger *l);

/* Both. */
bool rs_rule_applies(const struct rs_rule *rule, const struct rs_ledger *l,
		     const struct rs_row *row);

/* Return: the name of the first figure or histogram that is unknown, NULL = the rule can run. */
const char *rs_rule_missing(const struct rs_rule *rule, const struct rs_row *row);

/* Whether a rule fires on a row of this ledger; @measured gets the value. */
bool rs_rule_fires(const struct rs_rule *rule, const struct rs_ledger *l, const struct rs_row *row,
		   uint64_t *measured);

/*
 * Whether a rule that fired would do so whatever its hooks missed: up to @missed hits of each side,
 * in any of the figures that it needs. Of one that measures times, that is never known.
 */
bool rs_rule_is_firm(const struct rs_rule *rule, const struct rs_row *row,
		     const uint64_t missed[RS_SIDES]);

#endif
