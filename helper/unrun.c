// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "unrun.h"

/* A rule lacks one fact in some queues, and another one in others; further ones are not told. */
enum { FACTS_MAX = 4 };

struct lacks {
	struct rs_unrun facts[FACTS_MAX];
	size_t n, of;
};

static const char *side_missing(const struct rs_ledger *l, const struct rs_rule *rule)
{
	for (size_t i = 0; i < rule->needs_n; i++) {
		const char *side = rs_figure_info(rule->needs[i]).side;

		if (!l->guest && !strcmp(side, "guest"))
			return "the guest's side";
		if (!l->host && !strcmp(side, "host"))
			return "the host's side";
	}
	return NULL;
}

/* Return: why the rule did not run on this row, NULL = it did, or is not about it. */
static const char *missing_of(const struct rs_ledger *l, const struct rs_rule *rule,
			      const struct rs_row *row)
{
	const char *side = side_missing(l, rule);

	if (side)
		return side;
	return rs_rule_is_exact(rule, l) ? rs_rule_missing(rule, row) : "a count of missed hits, 0";
}

static bool is_for_packets(const struct rs_row *row)
{
	const struct rs_queue *q = row->guest ? row->guest : row->host;

	return !q || !strcmp(q->dir, "rx") || !strcmp(q->dir, "tx");
}

static void lack_note(struct lacks *lacks, const struct rs_rule *rule, const char *missing)
{
	size_t i = 0;

	while (i < lacks->n && strcmp(lacks->facts[i].missing, missing))
		i++;
	if (i == FACTS_MAX)
		return;
	if (i == lacks->n)
		lacks->facts[lacks->n++] = (struct rs_unrun){rule, missing, 0, 0};
	lacks->facts[i].rows++;
}

static void lacks_find(struct lacks *lacks, const struct rs_ledger *l, const struct rs_rule *rule)
{
	for (size_t i = 0; i <= l->rows_n; i++) {
		const struct rs_row *row = i < l->rows_n ? &l->rows[i] : &l->total;
		const char *missing;

		if (!rs_rule_is_about(rule, l, row) || !is_for_packets(row))
			continue;
		lacks->of++;
		missing = missing_of(l, rule, row);
		if (missing)
			lack_note(lacks, rule, missing);
	}
}

void rs_unrun_each(const struct rs_ledger *l, void (*unrun)(void *ctx, const struct rs_unrun *u),
		   void *ctx)
{
	for (size_t r = 0; r < rs_rules_count(); r++) {
		struct lacks lacks = {0};

		lacks_find(&lacks, l, rs_rule_at(r));
		for (size_t i = 0; i < lacks.n; i++) {
			lacks.facts[i].of = lacks.of;
			unrun(ctx, &lacks.facts[i]);
		}
	}
}

struct lines {
	FILE *out;
	const char *missing; /* the fact of this line */
	size_t printed;
	const char *next[64]; /* facts that have their line */
	size_t next_n;
};

static void fact_collect(void *ctx, const struct rs_unrun *u)
{
	struct lines *lines = ctx;

	for (size_t i = 0; i < lines->next_n; i++)
		if (!strcmp(lines->next[i], u->missing))
			return;
	if (lines->next_n < sizeof(lines->next) / sizeof(lines->next[0]))
		lines->next[lines->next_n++] = u->missing;
}

static void rule_print(void *ctx, const struct rs_unrun *u)
{
	struct lines *lines = ctx;

	if (strcmp(u->missing, lines->missing))
		return;
	fprintf(lines->out, "%s%s", lines->printed++ ? ", " : "", u->rule->id);
	if (u->rows < u->of)
		fprintf(lines->out, " (%zu of %zu queues)", u->rows, u->of);
}

struct number {
	const struct rs_rule *last;
	size_t n;
};

/* All facts of a rule come one after the other. */
static void rule_count(void *ctx, const struct rs_unrun *u)
{
	struct number *number = ctx;

	number->n += u->rule != number->last;
	number->last = u->rule;
}

static void number_print(FILE *out, const struct rs_ledger *l)
{
	struct number number = {0};

	rs_unrun_each(l, rule_count, &number);
	if (number.n)
		fprintf(out,
			"%zu of %zu rules did not run in each queue: a figure is unknown; "
			"-v names them\n",
			number.n, rs_rules_count());
}

void rs_unrun_print(FILE *out, bool verbose, const struct rs_ledger *l)
{
	struct lines lines = {.out = out};

	if (!verbose) {
		number_print(out, l);
		return;
	}
	rs_unrun_each(l, fact_collect, &lines);
	for (size_t i = 0; i < lines.next_n; i++) {
		lines.missing = lines.next[i];
		lines.printed = 0;
		fprintf(out, "not checked without %s: ", lines.missing);
		rs_unrun_each(l, rule_print, &lines);
		fputc('\n', out);
	}
}
