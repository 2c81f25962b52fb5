// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "hist.h"
#include "rules.h"
#include "rule_tables.h"

const char *const rs_severity_names[] = {
	[RS_SEVERITY_WARNING] = "warning",
	[RS_SEVERITY_CRITICAL] = "critical",
};

static const struct rs_rule_table *const tables[] = {
	&rs_fault_rules, &rs_waste_rules, &rs_slow_rules, &rs_drops_rules, &rs_alarm_rules};

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

bool rs_rule_is_waste(const struct rs_rule *rule)
{
	return rule >= rs_waste_rules.rows && rule < rs_waste_rules.rows + rs_waste_rules.count;
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

/* How many hits may be missing in a figure; 0 = no hook counts it. */
static uint64_t missing_in(enum rs_figure figure, const uint64_t missed[RS_SIDES])
{
	struct rs_figure_info info = rs_figure_info(figure);

	if (!strcmp(info.unit, "flag") || !strcmp(info.unit, "ms") || !strcmp(info.unit, "hits"))
		return 0;
	if (!strcmp(info.side, "both"))
		return missed[RS_SIDE_GUEST] + missed[RS_SIDE_HOST];
	return missed[strcmp(info.side, "guest") ? RS_SIDE_HOST : RS_SIDE_GUEST];
}

/* A count can only be higher than what was counted. A difference of counts can be either way: it is
 * taken closer to none. */
static void figure_correct(struct rs_row *row, enum rs_figure figure, uint64_t by)
{
	uint64_t *value = &row->figures[figure].value;
	int64_t is = (int64_t)*value;
	uint64_t size = is < 0 ? -(uint64_t)is : (uint64_t)is;

	if (!rs_figure_info(figure).negative)
		*value += by;
	else if (size <= by)
		*value = 0;
	else
		*value = is < 0 ? *value + by : *value - by;
}

bool rs_rule_is_firm(const struct rs_rule *rule, const struct rs_row *row,
		     const uint64_t missed[RS_SIDES])
{
	struct rs_row all = *row;

	/* how long what was missed took is unknown */
	if (rule->hists[0])
		return false;
	for (size_t i = 0; i < rule->needs_n; i++) {
		struct rs_row one = *row;
		uint64_t by = missing_in(rule->needs[i], missed);

		figure_correct(&one, rule->needs[i], by);
		if (rule->measure(rule, &one) < rule->threshold)
			return false;
		if (i || rs_figure_info(rule->needs[i]).negative)
			figure_correct(&all, rule->needs[i], by);
	}
	return rule->measure(rule, &all) >= rule->threshold;
}
