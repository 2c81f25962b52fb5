// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "hist.h"
#include "rules.h"
#include "rule_tables.h"

const char *const rs_severity_names[] = {
	[RS_SEVERITY_WARNING] = "warning",
	[RS_SEVERITY_CRITICAL] = "critical",
};

static const struct rs_rule_table *const tables[] = {&rs_fault_rules, &rs_waste_rules,
						     &rs_slow_rules, &rs_alarm_rules};

enum { TABLES = sizeof(tables) / sizeof(tables[0]) };

size_t rs_rules_count(void)
{
	size_t n = 0;

	for (size_t t = 0; t < TABLES; t++)
		n += tables[t]->count;
	return n;
}

const struct rs_rule *rs_rule_at(size_t i)
{
	size_t t = 0;

	while (i >= tables[t]->count)
		i -= tables[t++]->count;
	return &tables[t]->rows[i];
}

bool rs_rule_is_exact(const struct rs_rule *rule, const struct rs_ledger *l)
{
	struct rs_num guest = l->total.figures[RS_FIG_DERIVED(guest_missed)];
	struct rs_num host = l->total.figures[RS_FIG_DERIVED(host_missed)];

	if (rule->exact & RS_ON_GUEST && (!guest.known || guest.value))
		return false;
	return !(rule->exact & RS_ON_HOST && (!host.known || host.value));
}

static const char *row_dir(const struct rs_row *row)
{
	return row->guest ? row->guest->dir : row->host ? row->host->dir : "";
}

bool rs_rule_is_about(const struct rs_rule *rule, const struct rs_ledger *l,
		      const struct rs_row *row)
{
	return rule->total == (row == &l->total) && !(rule->dir && strcmp(rule->dir, row_dir(row)));
}

bool rs_rule_applies(const struct rs_rule *rule, const struct rs_ledger *l,
		     const struct rs_row *row)
{
	return rs_rule_is_about(rule, l, row) && rs_rule_is_exact(rule, l);
}

static bool hist_known(const struct rs_row *row, const char *name)
{
	for (int side = 0; side < RS_SIDES; side++) {
		int i = rs_hist_find(side, name);

		if (i >= 0)
			return row->hists[side][i].known;
	}
	return false;
}

const char *rs_rule_missing(const struct rs_rule *rule, const struct rs_row *row)
{
	for (size_t i = 0; i < rule->needs_n; i++)
		if (!row->figures[rule->needs[i]].known)
			return rs_figure_info(rule->needs[i]).name;
	for (size_t i = 0; i < RS_RULE_HISTS && rule->hists[i]; i++)
		if (!hist_known(row, rule->hists[i]))
			return rule->hists[i];
	return NULL;
}

bool rs_rule_fires(const struct rs_rule *rule, const struct rs_ledger *l, const struct rs_row *row,
		   uint64_t *measured)
{
	*measured = 0;
	if (!rs_rule_applies(rule, l, row) || rs_rule_missing(rule, row))
		return false;
	*measured = rule->measure(rule, row);
	return *measured >= rule->threshold;
}
