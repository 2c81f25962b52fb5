// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "columns.h"
#include "headline.h"
#include "hist.h"
#include "list.h"
#include "losses.h"
#include "shares.h"
#include "show.h"
#include "unrun.h"
#include "table.h"

/* Short units, under the headings; a unit that is not listed is printed in full. */
static const struct {
	const char *unit, *shortened;
} units[] = {
	{"packets", "pkts"},	{"entries", "ents"}, {"signals", "sigs"}, {"decisions", "sigs"},
	{"interrupts", "irqs"}, {"wakeups", "wake"}, {"writes", "writ"},
};

static const char *unit_short(const char *unit)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(units[i].unit, unit))
			return units[i].shortened;
	return unit;
}

bool rs_show_colour(FILE *out, enum rs_colour when)
{
	const char *term = getenv("TERM");
	const char *no = getenv("NO_COLOR");

	if (when != RS_COLOUR_AUTO)
		return when == RS_COLOUR_ALWAYS;
	return isatty(fileno(out)) && !(no && *no) && term && strcmp(term, "dumb");
}

static void value_text(enum rs_figure figure, struct rs_num num, char *text, size_t size)
{
	if (!num.known)
		snprintf(text, size, "-");
	else if (rs_figure_info(figure).negative)
		snprintf(text, size, "%" PRId64, (int64_t)num.value);
	else
		snprintf(text, size, "%" PRIu64, num.value);
}

const char *rs_show_word(const struct rs_ledger *l, const struct rs_verdict *v,
			 const struct rs_row *row)
{
	const struct rs_finding *finding = rs_verdict_find(v, l, row);

	if (finding)
		return finding->id;
	if (l->guest && l->host && (!row->guest || !row->host))
		return row->guest ? "guest only" : "host only";
	return v->turns[row - l->rows].motion == RS_MOTION_MOVES ? "ok" : "idle";
}

static void headings_add(struct rs_table *t, const struct rs_columns *const *parts, size_t parts_n,
			 bool want_units)
{
	rs_table_add(t, "%s", want_units ? "" : "queue");
	rs_table_add(t, "%s", want_units ? "" : "irq");
	for (size_t p = 0; p < parts_n; p++)
		for (size_t c = 0; c < parts[p]->n; c++) {
			const struct rs_column *column = &parts[p]->rows[c];

			rs_table_add(t, "%s",
				     want_units ? unit_short(rs_figure_info(column->figure).unit)
						: column->heading);
		}
	rs_table_add(t, "%s", want_units ? "" : "verdict");
}

static bool is_vdpa(const struct rs_queue *host)
{
	return !strcmp(host->backend, RS_BACKEND_VDPA);
}

/* Instead of tun's and vhost's figures, which it has not: the backend, and in user space the thread
 * that writes the eventfd. */
static size_t backend_add(struct rs_table *t, const struct rs_columns *columns,
			  const struct rs_queue *host)
{
	if (!columns->backend || !host || (*host->tap && !is_vdpa(host)) || !*host->backend)
		return 0;
	if (rs_queue_is_unseen(host) || is_vdpa(host)) /* comm is the VMM's */
		rs_table_add(t, "%s", host->backend);
	else
		rs_table_add(t, "%s: %s %s", host->backend, host->comm, host->thread_name);
	for (size_t c = 1; c < columns->backend; c++)
		rs_table_continue(t);
	return columns->backend;
}

static void row_add(struct rs_table *t, const struct rs_columns *const *parts, size_t parts_n,
		    const struct rs_row *row, const char *word)
{
	struct rs_num irq = row->guest ? row->guest->irq : (struct rs_num){0, false};
	char text[24];

	rs_table_add(t, "%s", row->label);
	value_text(RS_FIG_DERIVED(irq_count), irq, text, sizeof(text));
	rs_table_add(t, "%s", text);
	for (size_t p = 0; p < parts_n; p++)
		for (size_t c = backend_add(t, parts[p], row->host); c < parts[p]->n; c++) {
			enum rs_figure figure = parts[p]->rows[c].figure;

			value_text(figure, row->figures[figure], text, sizeof(text));
			rs_table_add(t, "%s", text);
		}
	rs_table_add(t, "%s", word);
}

static void table_fill(struct rs_table *t, const struct rs_columns *const *parts, size_t parts_n,
		       const struct rs_ledger *l, const struct rs_verdict *v)
{
	size_t columns = 3, at = 2;

	for (size_t p = 0; p < parts_n; p++)
		columns += parts[p]->n;
	rs_table_init(t, columns);
	t->heads = 2;
	t->left[0] = t->left[columns - 1] = t->bar[columns - 1] = true;
	for (size_t p = 0; p < parts_n; at += parts[p++]->n)
		t->bar[at] = true;
	headings_add(t, parts, parts_n, false);
	headings_add(t, parts, parts_n, true);
	for (size_t i = 0; i < l->rows_n; i++)
		row_add(t, parts, parts_n, &l->rows[i], rs_show_word(l, v, &l->rows[i]));
}

/* Both sides beside each other if they fit, otherwise one below the other. */
static void tables_print(const struct rs_show *show, const struct rs_columns *const *parts,
			 size_t parts_n, const struct rs_ledger *l, const struct rs_verdict *v)
{
	size_t room = show->page.width ? show->page.width : RS_SHOW_WIDTH;
	struct rs_table t;
	bool fits;

	table_fill(&t, parts, parts_n, l, v);
	fits = parts_n == 1 || rs_table_width(&t) <= room;
	if (fits)
		rs_table_print(&t, &show->page);
	rs_table_clear(&t);
	if (fits)
		return;
	for (size_t p = 0; p < parts_n; p++) {
		fprintf(show->page.out, "%s:\n", parts[p]->title);
		tables_print(show, parts + p, 1, l, v);
	}
}

/* Names each hook that is missing, and the figures that are unknown without it. */
static void hooks_print(const struct rs_show *show, const char *title, const struct rs_snapshot *s)
{
	for (size_t i = 0; s && i < s->end.hooks_n; i++) {
		const struct rs_hook *hook = &s->end.hooks[i];

		if (!strcmp(hook->state, "attached") || !*hook->loses)
			continue;
		fprintf(show->page.out, "%s: %s is %s here; without it unknown: %s\n", title,
			hook->name, hook->state, rs_loss_words(hook->loses));
	}
}

/* Names each queue of which the module cannot follow the entries, and what is unknown there. */
static void unfollowed_print(const struct rs_show *show, const struct rs_ledger *l)
{
	for (size_t i = 0; i < l->rows_n; i++) {
		const struct rs_queue *q = l->rows[i].guest;

		if (!q || !*q->unfollowed)
			continue;
		fprintf(show->page.out,
			"guest: %s: %s consumes its entries, or did since counting began; unknown: "
			"used, served, and what consumed entries before their interrupt\n",
			l->rows[i].label, strcmp(q->unfollowed, "xdp") ? q->unfollowed : "XDP");
	}
}

/* Median, 99 % and maximum of a histogram: the bounds of their buckets. */
static void hist_cells(struct rs_table *t, const struct rs_histogram *h, const char *unit)
{
	static const unsigned int permille[] = {500, 990, 1000};
	char text[24];

	for (size_t i = 0; i < 3; i++)
		rs_table_add(t, "%s",
			     rs_hist_bound(h->known ? rs_hist_percentile(h, permille[i]) : -1, unit,
					   text, sizeof(text)));
}

static bool has_values(const struct rs_ledger *l, enum rs_side side, size_t hist)
{
	for (size_t i = 0; i < l->rows_n; i++)
		if (rs_hist_count(&l->rows[i].hists[side][hist]))
			return true;
	return false;
}

/* A row for each queue that counted something in this histogram. */
static void hist_rows(struct rs_table *t, const struct rs_ledger *l, enum rs_side side, size_t hist)
{
	const struct rs_counter *row = &rs_hists[side].rows[hist];

	for (size_t i = 0; i < l->rows_n; i++) {
		const struct rs_histogram *h = &l->rows[i].hists[side][hist];

		if (!rs_hist_count(h))
			continue;
		rs_table_add(t, "%s", l->rows[i].label);
		rs_table_add(t, "%s", row->name);
		rs_table_add(t, "%" PRIu64, rs_hist_count(h));
		hist_cells(t, h, row->unit);
	}
}

/* The histograms of times and of ring occupancy. */
static void hists_print(const struct rs_show *show, const struct rs_ledger *l, enum rs_side side)
{
	static const char *const headings[] = {"queue", "step", "count", "half", "99 %", "max"};
	struct rs_table t;

	rs_table_init(&t, 6);
	t.keys = 2;
	t.left[0] = t.left[1] = true;
	for (size_t i = 0; i < 6; i++)
		rs_table_add(&t, "%s", headings[i]);
	for (size_t i = 0; i < rs_hists[side].count; i++)
		if (has_values(l, side, i))
			hist_rows(&t, l, side, i);
	if (t.cells_n > 6)
		rs_table_print(&t, &show->page);
	rs_table_clear(&t);
}

static void hists_explain(const struct rs_show *show, enum rs_side side)
{
	for (size_t i = 0; i < rs_hists[side].count; i++)
		fprintf(show->page.out, "  %-20s %s (%s)\n", rs_hists[side].rows[i].name,
			rs_hists[side].rows[i].meaning, rs_hists[side].rows[i].unit);
}

static uint64_t entries_apart(struct rs_num skew)
{
	int64_t entries = skew.known ? (int64_t)skew.value : 0;

	return entries < 0 ? -entries : entries;
}

/* The windows may differ; then the columns of both sides differ, too: print by how much. */
static void windows_compare(const struct rs_show *show, const struct rs_ledger *l)
{
	uint64_t begin = 0, end = 0;

	for (size_t i = 0; i < l->rows_n; i++) {
		begin += entries_apart(l->rows[i].figures[RS_FIG_DERIVED(skew_begin)]);
		end += entries_apart(l->rows[i].figures[RS_FIG_DERIVED(skew_end)]);
	}
	if (begin || end)
		fprintf(show->page.out,
			"the windows differ: %" PRIu64 " entries at the start and %" PRIu64
			" at the end were seen by one side only\n",
			begin, end);
}

static void columns_explain(const struct rs_show *show, const struct rs_columns *columns)
{
	for (size_t c = 0; c < columns->n; c++) {
		struct rs_figure_info info = rs_figure_info(columns->rows[c].figure);

		fprintf(show->page.out, "  %-9s %s: %s (%s)\n", columns->rows[c].heading,
			columns->title, info.meaning, info.unit);
	}
}

/* When the window ended, by the clock of that side: beside other logs. */
static void wall_print(FILE *out, struct rs_num ns)
{
	time_t seconds = ns.value / 1000000000;
	struct tm tm;
	char text[40];

	if (ns.known && gmtime_r(&seconds, &tm) &&
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm))
		fprintf(out, ", ended %s UTC", text);
}

static void side_print(const struct rs_show *show, const char *title, const struct rs_snapshot *s)
{
	uint64_t since = s->has_begin ? s->begin.time_ns.value : s->end.started_ns.value;
	bool known = s->has_begin || s->end.started_ns.known;

	fprintf(show->page.out, "%-6s %s, kernel %s %s", title,
		*s->taken.hostname ? s->taken.hostname : "-",
		*s->taken.kernel ? s->taken.kernel : "-", *s->taken.arch ? s->taken.arch : "-");
	if (known && s->end.time_ns.value >= since)
		fprintf(show->page.out, ", %.3f s%s", (s->end.time_ns.value - since) / 1e9,
			s->has_begin ? "" : " since counting began");
	wall_print(show->page.out, s->end.wall_ns);
	fputc('\n', show->page.out);
}

static void row_explain(const struct rs_show *show, const struct rs_row *row)
{
	char text[24];

	fprintf(show->page.out, "%s\n", row->label);
	for (int i = 0; i < RS_FIGURES; i++) {
		struct rs_figure_info info = rs_figure_info(i);

		if (!row->figures[i].known)
			continue;
		value_text(i, row->figures[i], text, sizeof(text));
		fprintf(show->page.out, "  %-5s %-26s %12s %-10s %s\n", info.side, info.name, text,
			info.unit, info.meaning);
	}
}

static void proof_print(FILE *out, const char **before, const char *name, struct rs_num count,
			struct rs_num differ)
{
	if (!count.known)
		return;
	fprintf(out, "%s%s %" PRIu64, *before, name, count.value);
	if (differ.known)
		fprintf(out, " (differ %" PRId64 ")", (int64_t)differ.value);
	*before = ", ";
}

/* What the module's parameter prove counted: a line for each queue. */
static void proofs_print(const struct rs_show *show, const struct rs_ledger *l)
{
	for (size_t i = 0; i < l->rows_n; i++) {
		const struct rs_queue *q = l->rows[i].guest;
		const char *before = ": ";

		if (!q || !rs_proof_known(&q->proof))
			continue;
		fprintf(show->page.out, "proof: %s", l->rows[i].label);
#define X(name) proof_print(show->page.out, &before, #name, q->proof.name, q->proof.name##_differ);
		RS_PROOF_LIST(X)
#undef X
		fputc('\n', show->page.out);
	}
}

void rs_show_ledger(const struct rs_show *show, const struct rs_ledger *l,
		    const struct rs_verdict *v)
{
	struct rs_headlines headlines = {
		.out = show->page.out, .colour = show->colour, .quiet = show->quiet};
	const struct rs_columns *parts[2];
	size_t n = 0;

	if (l->host)
		parts[n++] = l->guest ? &rs_columns_diff_host : &rs_columns_host;
	if (l->guest)
		parts[n++] = l->host ? &rs_columns_diff_guest : &rs_columns_guest;
	rs_headlines_print(&headlines, l, v);
	if (!show->quiet) {
		if (l->host)
			side_print(show, "host:", l->host);
		if (l->guest)
			side_print(show, "guest:", l->guest);
		tables_print(show, parts, n, l, v);
		fprintf(show->page.out, "%s\n",
			show->verbose ? "-: unknown on this side or kernel"
				      : "-: unknown on this side or kernel; -v explains each "
					"column");
		if (l->host && (!l->guest || show->verbose))
			hists_print(show, l, RS_SIDE_HOST);
		if (l->guest && (!l->host || show->verbose))
			hists_print(show, l, RS_SIDE_GUEST);
		hooks_print(show, "host", l->host);
		hooks_print(show, "guest", l->guest);
		unfollowed_print(show, l);
		windows_compare(show, l);
		rs_shares_print(show->page.out, l);
		rs_unrun_print(show->page.out, show->verbose, l);
	}
	for (size_t p = 0; show->verbose && p < n; p++)
		columns_explain(show, parts[p]);
	if (show->verbose && l->host)
		hists_explain(show, RS_SIDE_HOST);
	if (show->verbose && l->guest)
		hists_explain(show, RS_SIDE_GUEST);
	if (show->verbose && l->host)
		rs_list_hooks(&show->page, RS_SIDE_HOST, &l->host->end);
	if (show->verbose && l->guest)
		rs_list_hooks(&show->page, RS_SIDE_GUEST, &l->guest->end);
	if (show->verbose)
		proofs_print(show, l);
	for (size_t i = 0; show->verbose && i < l->rows_n; i++)
		row_explain(show, &l->rows[i]);
	rs_headline_details(show->page.out, show->verbose, l, v);
}
