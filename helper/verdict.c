// SPDX-License-Identifier: GPL-2.0-only
/* Applies the table of rules to a ledger. */
#include <stdlib.h>
#include <string.h>

#include "verdict.h"

static bool is_exact(const struct rs_rule *rule, const struct rs_ledger *l)
{
	struct rs_num guest = l->total.figures[RS_FIG_DERIVED(guest_missed)];
	struct rs_num host = l->total.figures[RS_FIG_DERIVED(host_missed)];

	if (rule->exact & (1U << RS_SIDE_GUEST) && (!guest.known || guest.value))
		return false;
	return !(rule->exact & (1U << RS_SIDE_HOST) && (!host.known || host.value));
}

static const char *row_dir(const struct rs_row *row)
{
	return row->guest ? row->guest->dir : row->host ? row->host->dir : "";
}

bool rs_rule_fires(const struct rs_rule *rule, const struct rs_ledger *l, const struct rs_row *row)
{
	if (rule->total != (row == &l->total) || !is_exact(rule, l))
		return false;
	if (rule->dir && strcmp(rule->dir, row_dir(row)))
		return false;
	for (size_t i = 0; i < rule->needs_n; i++)
		if (!row->figures[rule->needs[i]].known)
			return false;
	return rule->fires(rule, row);
}

/* Whether an earlier rule of the same group has fired on this row. */
static bool is_covered(const struct rs_verdict *v, const struct rs_rule *rule,
		       const struct rs_row *row)
{
	for (size_t i = v->n; rule->group && i-- && v->findings[i].row == row;)
		if (v->findings[i].rule->group && !strcmp(v->findings[i].rule->group, rule->group))
			return true;
	return false;
}

static void severity_reach(struct rs_verdict *v, const struct rs_ledger *l,
			   enum rs_severity severity)
{
	for (size_t i = 0; i <= l->rows_n; i++) {
		const struct rs_row *row = i < l->rows_n ? &l->rows[i] : &l->total;

		for (size_t r = 0; r < rs_rules_n; r++)
			if (rs_rules[r].severity == severity && !is_covered(v, &rs_rules[r], row) &&
			    rs_rule_fires(&rs_rules[r], l, row))
				v->findings[v->n++] = (struct rs_finding){&rs_rules[r], row};
	}
}

int rs_verdict_reach(struct rs_verdict *v, const struct rs_ledger *l, struct rs_error *err)
{
	v->n = 0;
	v->findings = calloc((l->rows_n + 1) * rs_rules_n, sizeof(*v->findings));
	if (!v->findings)
		return rs_error_set(err, RS_EXIT_ERROR, "out of memory");
	severity_reach(v, l, RS_SEVERITY_CRITICAL);
	severity_reach(v, l, RS_SEVERITY_WARNING);
	return 0;
}

void rs_verdict_clear(struct rs_verdict *v)
{
	free(v->findings);
	memset(v, 0, sizeof(*v));
}

const char *rs_finding_sentence(const struct rs_finding *f)
{
	if (f->rule->sentence)
		return f->rule->sentence;
	if (f->row->guest_flaw)
		return f->row->guest_flaw;
	return f->row->host_flaw ? f->row->host_flaw : f->row->ring_flaw;
}

void rs_finding_evidence(const struct rs_finding *f,
			 void (*figure)(void *ctx, enum rs_figure figure, struct rs_num value),
			 void *ctx)
{
	for (size_t i = 0; i < f->rule->needs_n; i++)
		figure(ctx, f->rule->needs[i], f->row->figures[f->rule->needs[i]]);
	for (size_t i = 0; i < f->rule->also_n; i++)
		if (f->row->figures[f->rule->also[i]].known)
			figure(ctx, f->rule->also[i], f->row->figures[f->rule->also[i]]);
}
