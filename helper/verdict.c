// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "verdict.h"

/* A new finding at the end of the list; NULL = out of memory. */
static struct rs_finding *finding_add(struct rs_verdict *v)
{
	if (!(v->n & (v->n - 1))) {
		void *more = realloc(v->findings, (v->n ? 2 * v->n : 1) * sizeof(*v->findings));

		if (!more)
			return NULL;
		v->findings = more;
	}
	return &v->findings[v->n++];
}

static int turns_take(struct rs_verdict *v, const struct rs_ledger *l)
{
	for (size_t i = 0; i < l->rows_n; i++) {
		struct rs_finding *f;
		struct rs_scene s;

		rs_scene_make(&s, l, &l->rows[i]);
		rs_turn_take(&v->turns[i], &s);
		if (v->turns[i].motion != RS_MOTION_STILL)
			continue;
		f = finding_add(v);
		if (!f)
			return -1;
		rs_finding_from_turn(f, l, &l->rows[i], &v->turns[i]);
		v->first[i] = v->n - 1;
	}
	return 0;
}

/* The vhost worker that does not run serves both directions of its pair. */
static bool is_of_worker(const struct rs_finding *f)
{
	return f->row->host && f->named == 1U << RS_PARTY_HOST_CPU && f->turn &&
	       f->turn->links[RS_STEP_RUNS].state == RS_LINK_HOLDER;
}

static int worker_finding(struct rs_verdict *v, const struct rs_ledger *l, size_t root, size_t row)
{
	struct rs_finding *f = finding_add(v);

	if (!f)
		return -1;
	*f = v->findings[root];
	f->row = &l->rows[row];
	f->turn = &v->turns[row];
	f->root = root;
	f->sentence = "the same vhost worker serves this queue";
	v->first[row] = v->n - 1;
	return 0;
}

static int pair_follow(struct rs_verdict *v, const struct rs_ledger *l, size_t root)
{
	const struct rs_lookup *host = &l->spans[RS_SIDE_HOST].end;
	const struct rs_queue *q = v->findings[root].row->host;

	RS_INDEX_EACH (i, &host->places, rs_lookup_place(q)) {
		size_t row = l->of_host[i];

		if (row != SIZE_MAX && v->first[row] == SIZE_MAX &&
		    v->turns[row].motion != RS_MOTION_MOVES &&
		    rs_queues_paired(q, &host->s->queues[i]) && worker_finding(v, l, root, row))
			return -1;
	}
	return 0;
}

static int worker_follow(struct rs_verdict *v, const struct rs_ledger *l)
{
	for (size_t n = v->n, i = 0; i < n; i++)
		if (is_of_worker(&v->findings[i]) && pair_follow(v, l, i))
			return -1;
	return 0;
}

static bool is_about_drops(const struct rs_rule *rule)
{
	return !strcmp(rule->id, "drops") || !strncmp(rule->id, "held-back", 9) ||
	       (rule->instead && !strcmp(rule->instead, "drops"));
}

/* Whether other findings of the same queue follow from this one. */
static bool is_cause(const struct rs_finding *f, const struct rs_rule *rule)
{
	bool is_late = f->rule && f->rule->hists[0];

	if (!strcmp(f->id, "qdisc-drops"))
		return rule->party == RS_PARTY_HOST_NET;
	return f->turn || !strcmp(f->id, "irq-disabled") || (is_late && is_about_drops(rule));
}

/* Packets wait before a tap of which a queue stands still. */
static size_t tap_root(const struct rs_verdict *v, const struct rs_ledger *l,
		       const struct rs_row *row)
{
	const struct rs_lookup *host = &l->spans[RS_SIDE_HOST].end;
	size_t root = RS_ROOT;

	if (!row->host)
		return RS_ROOT;
	RS_INDEX_EACH (i, &host->groups, rs_lookup_group(host, row->host)) {
		size_t f = l->of_host[i] == SIZE_MAX ? SIZE_MAX : v->first[l->of_host[i]];

		if (f != SIZE_MAX && v->findings[f].turn && v->findings[f].root == RS_ROOT &&
		    f < root && rs_queues_same_tap(&host->s->queues[i], row->host))
			root = f;
	}
	return root;
}

/* What a rule sees of a queue that stands still follows from that. */
static size_t root_of(const struct rs_verdict *v, const struct rs_ledger *l,
		      const struct rs_rule *rule, const struct rs_row *row, size_t first)
{
	if (first == SIZE_MAX)
		return rule->party == RS_PARTY_HOST_NET ? tap_root(v, l, row) : RS_ROOT;
	if (!is_cause(&v->findings[first], rule))
		return RS_ROOT;
	return v->findings[first].root == RS_ROOT ? first : v->findings[first].root;
}

/* Whether a rule that says the same more exactly has fired on this row. */
static bool is_said(const struct rs_verdict *v, const struct rs_rule *rule, size_t first)
{
	for (size_t i = first; first != SIZE_MAX && i < v->n; i++) {
		const struct rs_finding *f = &v->findings[i];

		if (f->row == v->findings[first].row && f->rule && f->rule->instead &&
		    !strcmp(f->rule->instead, rule->id))
			return true;
	}
	return false;
}

static int rule_apply(struct rs_verdict *v, const struct rs_ledger *l, const struct rs_rule *rule,
		      size_t i)
{
	const struct rs_row *row = i < l->rows_n ? &l->rows[i] : &l->total;
	struct rs_finding *f;
	uint64_t measured;
	size_t root;

	if (!rs_rule_fires(rule, l, row, &measured) || is_said(v, rule, v->first[i]))
		return 0;
	root = root_of(v, l, rule, row, v->first[i]);
	if (root != RS_ROOT && !strcmp(v->findings[root].id, rule->id))
		return 0;
	f = finding_add(v);
	if (!f)
		return -1;
	rs_finding_from_rule(f, l, row, rule, measured);
	f->root = root;
	if (v->first[i] == SIZE_MAX)
		v->first[i] = v->n - 1;
	return 0;
}

static int severity_reach(struct rs_verdict *v, const struct rs_ledger *l,
			  enum rs_severity severity)
{
	for (size_t i = 0; i <= l->rows_n; i++)
		for (size_t r = 0; r < rs_rules_count(); r++)
			if (rs_rule_at(r)->severity == severity &&
			    rule_apply(v, l, rs_rule_at(r), i))
				return -1;
	return 0;
}

int rs_verdict_reach(struct rs_verdict *v, const struct rs_ledger *l, struct rs_error *err)
{
	memset(v, 0, sizeof(*v));
	v->turns = calloc(l->rows_n + 1, sizeof(*v->turns));
	v->first = malloc((l->rows_n + 1) * sizeof(*v->first));
	if (v->first)
		memset(v->first, 0xff, (l->rows_n + 1) * sizeof(*v->first));
	if (!v->turns || !v->first || turns_take(v, l) || worker_follow(v, l) ||
	    severity_reach(v, l, RS_SEVERITY_CRITICAL) ||
	    severity_reach(v, l, RS_SEVERITY_WARNING)) {
		rs_verdict_clear(v);
		return rs_error_set(err, RS_EXIT_ERROR, "out of memory");
	}
	return 0;
}

void rs_verdict_clear(struct rs_verdict *v)
{
	free(v->findings);
	free(v->turns);
	free(v->first);
	memset(v, 0, sizeof(*v));
}

const struct rs_finding *rs_verdict_find(const struct rs_verdict *v, const struct rs_ledger *l,
					 const struct rs_row *row)
{
	size_t i = row == &l->total ? l->rows_n : (size_t)(row - l->rows);

	return v->first[i] == SIZE_MAX ? NULL : &v->findings[v->first[i]];
}

bool rs_verdict_known(const char *id)
{
	for (size_t i = 0; i < rs_rules_count(); i++)
		if (!strcmp(rs_rule_at(i)->id, id))
			return true;
	for (size_t i = 0; i < RS_STEPS; i++)
		for (size_t c = 0; c < rs_step_at(i)->causes_n; c++)
			if (!strcmp(rs_step_at(i)->causes[c].id, id))
				return true;
	return !strcmp(id, RS_UNDECIDED_ID);
}

void rs_verdict_suppress(struct rs_verdict *v, const struct rs_suppression *list, size_t n)
{
	for (size_t i = 0; i < v->n; i++)
		for (size_t k = 0; k < n && !v->findings[i].suppressed; k++)
			if (!strcmp(v->findings[i].id, list[k].id))
				v->findings[i].suppressed = list[k].reason;
	for (size_t i = 0; i < v->n; i++)
		if (v->findings[i].root != RS_ROOT && !v->findings[i].suppressed)
			v->findings[i].suppressed = v->findings[v->findings[i].root].suppressed;
}

bool rs_verdict_is_unjudged(const struct rs_verdict *v, const struct rs_ledger *l, size_t row)
{
	const struct rs_queue *q = l->rows[row].guest ? l->rows[row].guest : l->rows[row].host;

	return v->turns[row].motion == RS_MOTION_UNKNOWN && v->first[row] == SIZE_MAX &&
	       (!strcmp(q->dir, "rx") || !strcmp(q->dir, "tx"));
}

static bool is_any_judged(const struct rs_verdict *v, const struct rs_ledger *l)
{
	for (size_t i = 0; i < l->rows_n; i++)
		if (!rs_verdict_is_unjudged(v, l, i))
			return true;
	return false;
}

/* Whether it says which party is at fault. */
static bool is_answer(const struct rs_finding *f)
{
	return strcmp(f->id, RS_NOT_COMPARABLE_ID) && strcmp(f->id, RS_UNDECIDED_ID);
}

/* What follows from a root counts as the root does. */
enum rs_exit rs_verdict_exit(const struct rs_verdict *v, const struct rs_ledger *l)
{
	bool is_open = !is_any_judged(v, l);

	for (size_t i = 0; i < v->n; i++) {
		if (v->findings[i].suppressed || v->findings[i].root != RS_ROOT)
			continue;
		if (is_answer(&v->findings[i]))
			return RS_EXIT_VERDICT;
		is_open = true;
	}
	return is_open ? RS_EXIT_UNDECIDED : RS_EXIT_OK;
}
