// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>

#include "evidence.h"
#include "headline.h"

static void label_print(FILE *out, const struct rs_row *row)
{
	fputs(row->label, out);
	if (row->guest && row->host && *row->host->tap && row->host->queue.known)
		fprintf(out, " (%s queue %" PRIu64 ")", row->host->tap, row->host->queue.value);
}

/* What the packets suffered by this finding. */
static void drops_print(FILE *out, const struct rs_finding *f)
{
	struct rs_num dropped = f->row->figures[RS_FIG_HOST(tun_dropped)];

	if (f->turn && dropped.known && dropped.value)
		fprintf(out, "; %" PRIu64 " drops follow from it", dropped.value);
}

/* Calls for each cause that the answer names, or for all that remain. Return: what @print left. */
static const char *causes_print(FILE *out, const struct rs_turn *t, bool all, const char *before,
				void (*print)(FILE *out, const char **before,
					      const struct rs_cause *c))
{
	for (size_t i = 0; i < RS_STEPS; i++) {
		const struct rs_step *step = rs_step_at(i);

		for (size_t c = 0; c < step->causes_n; c++)
			if (t->links[i].causes & (1U << c) &&
			    (all || (!step->causes[c].minor && rs_turn_names(t, i))))
				print(out, &before, &step->causes[c]);
	}
	return before;
}

static void cause_count(FILE *out, const char **before, const struct rs_cause *c)
{
	(void)out;
	(void)c;
	*before = NULL;
}

static void id_print(FILE *out, const char **before, const struct rs_cause *c)
{
	fprintf(out, "%s%s", *before, c->id);
	*before = ", ";
}

static void possible_print(FILE *out, const char **before, const struct rs_cause *c)
{
	fprintf(out, "%s%s: %s [%s]\n", *before, rs_party_names[c->party], c->sentence, c->id);
}

/* Where the answer names none of the causes, all are printed. */
static void named_print(FILE *out, const struct rs_turn *t, bool all, const char *before,
			void (*print)(FILE *out, const char **before, const struct rs_cause *c))
{
	all |= causes_print(out, t, false, before, cause_count) != NULL;
	causes_print(out, t, all, before, print);
}

static bool is_undecided(const struct rs_finding *f)
{
	return f->turn && f->root == RS_ROOT && rs_turn_open(f->turn) > 1;
}

void rs_headline_print(FILE *out, bool colour, const struct rs_finding *f)
{
	bool critical = f->severity == RS_SEVERITY_CRITICAL;
	char party[200];

	if (colour)
		fputs(critical ? "\033[1;31m" : "\033[33m", out);
	label_print(out, f->row);
	if (colour)
		fputs("\033[0m", out);
	fprintf(out, ": %s: ", rs_finding_party(f, party, sizeof(party)));
	if (is_undecided(f)) {
		named_print(out, f->turn, false, "undecided between ", id_print);
		if (f->named != f->parties)
			fputs(", and less likely ones", out);
	} else {
		fputs(f->sentence, out);
	}
	if (f->turn && f->turn->since_ms.known)
		fprintf(out, ", for %.1f s at least", f->turn->since_ms.value / 1e3);
	drops_print(out, f);
	fprintf(out, " (%s)\n", rs_confidence_names[f->confidence]);
}

static bool is_line(const struct rs_finding *f)
{
	return !f->suppressed && !(f->rule && f->rule->alarm) &&
	       (f->root == RS_ROOT || (f->turn && !f->rule));
}

static void ended(const struct rs_headlines *h, enum rs_headline kind)
{
	if (h->ended)
		h->ended(h->ctx, kind);
}

struct count {
	size_t sick, well, unknown;
};

/* Beside a finding that is suppressed a queue may have one that is not. */
static bool is_sick(const struct rs_verdict *v, const struct rs_ledger *l, size_t row)
{
	for (size_t i = v->first[row]; i < v->n; i++)
		if (v->findings[i].row == &l->rows[row] && !v->findings[i].suppressed)
			return true;
	return false;
}

static void rows_count(struct count *n, const struct rs_ledger *l, const struct rs_verdict *v)
{
	for (size_t i = 0; i < l->rows_n; i++) {
		if (is_sick(v, l, i))
			n->sick++;
		else if (rs_verdict_is_unjudged(v, l, i))
			n->unknown++;
		else
			n->well += v->turns[i].motion != RS_MOTION_UNKNOWN;
	}
}

/* Queues of which nothing moved: what they may wait for. */
static void unknown_print(FILE *out, const struct rs_ledger *l, const struct rs_verdict *v)
{
	const char *before = "";

	for (size_t i = 0; i < l->rows_n; i++) {
		if (!rs_verdict_is_unjudged(v, l, i))
			continue;
		fprintf(out, "%s%s", before, l->rows[i].label);
		before = ", ";
	}
}

/* Findings that count, and the parties that the headlines of them name. */
static size_t findings_count(const struct rs_verdict *v, unsigned int *parties)
{
	size_t n = 0;

	*parties = 0;
	for (size_t i = 0; i < v->n; i++) {
		n += !v->findings[i].suppressed;
		if (is_line(&v->findings[i]) && v->findings[i].root == RS_ROOT)
			*parties |= v->findings[i].named;
	}
	return n;
}

static void sum_print(FILE *out, const struct rs_ledger *l, const struct rs_verdict *v,
		      const struct count *n)
{
	unsigned int parties;
	char text[300];

	if (findings_count(v, &parties) && parties)
		fprintf(out, "%zu of %zu queues are sick: %s\n", n->sick,
			n->sick + n->well + n->unknown,
			rs_parties_name(parties, ", ", text, sizeof(text)));
	else if (rs_verdict_exit(v, l) == RS_EXIT_VERDICT)
		fprintf(out, "the counts do not balance, see below\n");
	else if (findings_count(v, &parties))
		fprintf(out, "the counts cannot be compared, see below\n");
	else if (n->unknown)
		fprintf(out, "nothing wrong was seen; %zu queue%s could not be judged\n",
			n->unknown, n->unknown == 1 ? "" : "s");
	else
		fputs(l->rows_n ? "nothing wrong\n" : "no queue was seen\n", out);
}

static void machine_print(const struct rs_headlines *h, const struct rs_ledger *l,
			  const struct rs_verdict *v)
{
	struct count n = {0};
	unsigned int parties;

	rows_count(&n, l, v);
	if (h->quiet && !findings_count(v, &parties) && !n.unknown)
		return;
	if (n.well && !h->quiet) {
		fprintf(h->out, "nothing wrong with %zu queue%s\n", n.well, n.well == 1 ? "" : "s");
		ended(h, RS_HEADLINE_OTHER);
	}
	if (n.unknown) {
		fputs("no traffic, and not known whether anything waits: ", h->out);
		unknown_print(h->out, l, v);
		fputc('\n', h->out);
		ended(h, RS_HEADLINE_OTHER);
	}
	fputs("machine: ", h->out);
	ended(h, RS_HEADLINE_LEAD);
	sum_print(h->out, l, v, &n);
	ended(h, RS_HEADLINE_MACHINE);
}

/* What somebody has accepted is no fault, and is not hidden either. */
static void suppressed_print(const struct rs_headlines *h, const struct rs_verdict *v)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct rs_finding *f = &v->findings[i];

		if (!f->suppressed || f->root != RS_ROOT)
			continue;
		fputs("suppressed: ", h->out);
		label_print(h->out, f->row);
		fprintf(h->out, ": %s [%s]: %s\n", f->sentence, f->id, f->suppressed);
		ended(h, RS_HEADLINE_OTHER);
	}
}

/* What ringside says of its own counts. */
static void alarms_print(FILE *out, const struct rs_verdict *v)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct rs_finding *f = &v->findings[i];

		if (f->suppressed || is_line(f) || !f->rule || !f->rule->alarm ||
		    f->root != RS_ROOT)
			continue;
		fputs("  ", out);
		label_print(out, f->row);
		fprintf(out, ": %s [%s]\n", f->sentence, f->id);
	}
}

void rs_headlines_print(const struct rs_headlines *h, const struct rs_ledger *l,
			const struct rs_verdict *v)
{
	for (size_t i = 0; i < v->n; i++) {
		if (!is_line(&v->findings[i]))
			continue;
		rs_headline_print(h->out, h->colour, &v->findings[i]);
		ended(h, RS_HEADLINE_SICK);
	}
	if (!h->quiet)
		suppressed_print(h, v);
	machine_print(h, l, v);
	if (h->alone)
		alarms_print(h->out, v);
}

struct evidence {
	FILE *out;
	const char *before;
};

static void figure_print(void *ctx, enum rs_figure figure, struct rs_num value)
{
	struct rs_figure_info info = rs_figure_info(figure);
	struct evidence *e = ctx;

	if (info.negative)
		fprintf(e->out, "%s%s %" PRId64, e->before, info.name, (int64_t)value.value);
	else
		fprintf(e->out, "%s%s %" PRIu64, e->before, info.name, value.value);
	e->before = ", ";
}

static void fact_print(void *ctx, const char *key)
{
	struct evidence *e = ctx;

	fprintf(e->out, "%s%s", e->before, key);
	e->before = ", ";
}

static void shown_print(void *ctx, const struct rs_shown *shown)
{
	char text[240];

	rs_shown_tell(shown, text, sizeof(text));
	fact_print(ctx, text);
}

static void end_print(const struct evidence *e)
{
	if (e->before[0] == ',')
		fputc('\n', e->out);
}

/* The steps that are ruled out, each with the figure that proves it. */
static void chain_print(FILE *out, const struct rs_turn *t)
{
	const char *before = "  ruled out: ";

	for (size_t i = 0; i < RS_STEPS; i++) {
		const struct rs_link *link = &t->links[i];

		if (link->state != RS_LINK_DONE || !link->why.name)
			continue;
		fprintf(out, "%s%s (%s ", before, rs_step_at(i)->done_sentence, link->why.name);
		if (link->why.text)
			fprintf(out, "%s)", link->why.text);
		else
			fprintf(out, "%" PRIu64 ")", link->why.value);
		before = ", ";
	}
	if (before[0] == ',')
		fputc('\n', out);
}

/* All causes that remain, those that the line above does not name, too. */
static void open_print(FILE *out, const struct rs_turn *t)
{
	for (size_t i = 0; i < RS_STEPS; i++) {
		const struct rs_step *step = rs_step_at(i);

		for (size_t c = 0; c < step->causes_n; c++)
			if (t->links[i].causes & (1U << c))
				fprintf(out, "  possible: %s: %s [%s]\n",
					rs_party_names[step->causes[c].party],
					step->causes[c].sentence, step->causes[c].id);
	}
}

static void measured_print(FILE *out, const char *indent, const struct rs_finding *f)
{
	const char *name = f->turn ? "stands still " : "";

	if (f->measured.name)
		fprintf(out,
			"%s  measured: %s%" PRIu64 " %s (threshold %" PRIu64 ", margin %" PRIu64
			")\n",
			indent, name, f->measured.value, f->unit, f->threshold,
			f->measured.value - f->threshold);
}

/* What a finding says of its queue, and the figures that it is made from. */
static void finding_print(FILE *out, const char *indent, const struct rs_finding *f)
{
	struct evidence e = {out, *indent ? "    figures: " : "  figures: "};

	fprintf(out, "%s ", rs_severity_names[f->severity]);
	label_print(out, f->row);
	fprintf(out, ": %s [%s]\n", f->sentence, f->id);
	if (f->rule || f->root == RS_ROOT)
		measured_print(out, indent, f);
	rs_evidence_figures(f, figure_print, &e);
	end_print(&e);
}

static void detail_print(FILE *out, bool verbose, const struct rs_finding *f)
{
	struct evidence facts = {out, "  facts: "}, missing = {out, "  to settle it: "};

	finding_print(out, "", f);
	if (f->turn) {
		chain_print(out, f->turn);
		rs_evidence_facts(f, shown_print, &facts);
		end_print(&facts);
		if (verbose)
			open_print(out, f->turn);
		else if (is_undecided(f))
			named_print(out, f->turn, f->named == f->parties,
				    "  possible: ", possible_print);
		rs_evidence_missing(f, fact_print, &missing);
		end_print(&missing);
	}
	fprintf(out, "  do: %s\n", f->advice);
}

/* Findings by their root. */
static uint64_t root_hash(const void *ctx, size_t i)
{
	const struct rs_verdict *v = ctx;

	return v->findings[i].root == RS_ROOT
		       ? 0
		       : rs_hash_num(RS_HASH, rs_num_of(v->findings[i].root));
}

static void consequences_print(FILE *out, const struct rs_verdict *v, const struct rs_index *roots,
			       size_t root)
{
	RS_INDEX_EACH (i, roots, rs_hash_num(RS_HASH, rs_num_of(root))) {
		if (v->findings[i].root != root || v->findings[i].suppressed)
			continue;
		fputs(rs_finding_precedes(&v->findings[i]) ? "  before it: "
							   : "  from it follows: ",
		      out);
		finding_print(out, "  ", &v->findings[i]);
	}
}

/* Who would have to act if something waits in a queue that could not be judged. */
static void unjudged_print(FILE *out, const struct rs_ledger *l, const struct rs_verdict *v)
{
	char text[300];

	for (size_t i = 0; i < l->rows_n; i++)
		if (rs_verdict_is_unjudged(v, l, i) && v->turns[i].named)
			fprintf(out, "%s: if something waits, the turn is with: %s\n",
				l->rows[i].label,
				rs_parties_name(v->turns[i].named, ", ", text, sizeof(text)));
}

void rs_headline_details(FILE *out, bool verbose, const struct rs_ledger *l,
			 const struct rs_verdict *v)
{
	struct rs_index roots;

	if (verbose)
		unjudged_print(out, l, v);
	if (rs_index_make(&roots, v->n, root_hash, v)) {
		fputs("out of memory: the findings are not explained\n", out);
		return;
	}
	for (size_t i = 0; i < v->n; i++) {
		if (v->findings[i].suppressed || v->findings[i].root != RS_ROOT)
			continue;
		detail_print(out, verbose, &v->findings[i]);
		consequences_print(out, v, &roots, i);
	}
	rs_index_clear(&roots);
}
