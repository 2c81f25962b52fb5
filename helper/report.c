// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "chain.h"
#include "embed.h"
#include "evidence.h"
#include "headline.h"
#include "html.h"
#include "panel.h"
#include "report.h"
#include "sheet.h"
#include "show.h"

struct page {
	FILE *out;
	const struct rs_ledger *l;
	const struct rs_verdict *v;
};

/* Headlines as text, of which the last one starts at @from. */
struct lines {
	const struct page *p;
	bool machine; /* that of the machine is wanted; else the others */
	FILE *memory;
	char *text;
	size_t size, from;
};

static void line_print(const struct lines *lines, enum rs_headline kind, const char *text, int n)
{
	if (lines->machine)
		rs_html_print(lines->p->out, "%.*s", n, text);
	else
		rs_html_element(lines->p->out, "li", kind == RS_HEADLINE_OTHER ? "other" : NULL,
				"%.*s", n, text);
}

static void line_ended(void *ctx, enum rs_headline kind)
{
	struct lines *lines = ctx;
	const char *text;

	fflush(lines->memory);
	text = lines->text + lines->from;
	if (lines->machine ? kind == RS_HEADLINE_MACHINE : kind < RS_HEADLINE_LEAD)
		line_print(lines, kind, text, (int)strcspn(text, "\n"));
	lines->from = lines->size;
}

/* @machine: the line of the machine, as text; else the other ones, as entries of a list. */
static int lines_print(const struct page *p, bool machine)
{
	struct lines lines = {.p = p, .machine = machine};
	struct rs_headlines h = {.ended = line_ended, .ctx = &lines};

	h.out = lines.memory = open_memstream(&lines.text, &lines.size);
	if (!h.out)
		return -1;
	rs_headlines_print(&h, p->l, p->v);
	fclose(h.out);
	free(lines.text);
	return 0;
}

static int head_print(const struct page *p)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "style-src 'unsafe-inline'; img-src data:\">\n"
	      "<link rel=\"icon\" href=\"data:,\">\n<title>ringside: ",
	      p->out);
	if (lines_print(p, true))
		return -1;
	fprintf(p->out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n<h1>", rs_sheet);
	if (lines_print(p, true))
		return -1;
	fputs("</h1>\n", p->out);
	return 0;
}

static void side_print(FILE *out, const char *name, const struct rs_snapshot *s, struct rs_num ms)
{
	time_t at = s->end.wall_ns.value / 1000000000;
	char text[40] = "at an unknown time";
	struct tm tm;

	if (s->end.wall_ns.known && gmtime_r(&at, &tm))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &tm);
	rs_html_print(out, "%s %s, kernel %s, %s, %s", name,
		      *s->taken.hostname ? s->taken.hostname : "without a name",
		      *s->taken.kernel ? s->taken.kernel : "unknown",
		      *s->taken.arch ? s->taken.arch : "unknown architecture", text);
	if (ms.known)
		rs_html_print(out, ", counted for %.1f s", ms.value / 1e3);
}

static void sides_print(const struct page *p)
{
	const struct rs_num *figures = p->l->total.figures;

	fputs("<p class=\"taken\">", p->out);
	side_print(p->out, "Guest", p->l->guest, figures[RS_FIG_DERIVED(guest_window)]);
	fputs("<br>", p->out);
	side_print(p->out, "Host", p->l->host, figures[RS_FIG_DERIVED(host_window)]);
	fputs("</p>\n", p->out);
}

struct list {
	FILE *out;
	const char *before;
};

static void figure_print(void *ctx, enum rs_figure figure, struct rs_num value)
{
	struct rs_figure_info info = rs_figure_info(figure);
	struct list *list = ctx;

	fputs(list->before, list->out);
	if (info.negative)
		rs_html_print(list->out, "%s %" PRId64, info.name, (int64_t)value.value);
	else
		rs_html_print(list->out, "%s %" PRIu64, info.name, value.value);
	list->before = ", ";
}

static void fact_print(void *ctx, const char *key)
{
	struct list *list = ctx;

	fputs(list->before, list->out);
	rs_html_text(list->out, key);
	list->before = ", ";
}

static void shown_print(void *ctx, const struct rs_shown *shown)
{
	char text[240];

	rs_shown_tell(shown, text, sizeof(text));
	fact_print(ctx, text);
}

static void list_end(const struct list *list)
{
	if (*list->before == ',')
		fputs("</code></p>\n", list->out);
}

static void follows_print(const struct page *p, const struct rs_finding *f)
{
	const struct rs_finding *root = &p->v->findings[f->root];

	if (rs_finding_precedes(f))
		rs_html_element(p->out, "p", NULL, "Before %s [%s]. Do: %s", root->row->label,
				root->id, f->advice);
	else
		rs_html_element(p->out, "p", NULL, "A consequence of %s [%s].", root->row->label,
				root->id);
}

static void finding_print(const struct page *p, const struct rs_finding *f)
{
	struct list figures = {p->out, "<p>Figures: <code>"};
	struct list facts = {p->out, "<p>Facts: <code>"};
	struct list missing = {p->out, "<p>To settle it: <code>"};
	char party[200];

	fprintf(p->out, "<div class=\"finding %s\">\n",
		f->root == RS_ROOT ? rs_severity_names[f->severity] : "follows");
	rs_html_element(p->out, "p", NULL, "%s: %s (%s) [%s]", rs_severity_names[f->severity],
			rs_finding_party(f, party, sizeof(party)),
			rs_confidence_names[f->confidence], f->id);
	rs_html_element(p->out, "b", NULL, "%s", f->sentence);
	if (f->suppressed)
		rs_html_element(p->out, "p", NULL, "Accepted: %s", f->suppressed);
	rs_evidence_figures(f, figure_print, &figures);
	list_end(&figures);
	if (f->root != RS_ROOT) {
		follows_print(p, f);
	} else {
		rs_evidence_facts(f, shown_print, &facts);
		list_end(&facts);
		rs_evidence_missing(f, fact_print, &missing);
		list_end(&missing);
		rs_html_element(p->out, "p", NULL, "Do: %s", f->advice);
	}
	fputs("</div>\n", p->out);
}

/* Return: how many findings a row has, after calling @print, if any, for each. */
static size_t findings_each(const struct page *p, const struct rs_row *row,
			    void (*print)(const struct page *p, const struct rs_finding *f))
{
	size_t n = 0;

	for (size_t i = 0; i < p->v->n; i++) {
		if (p->v->findings[i].row != row)
			continue;
		n++;
		if (print)
			print(p, &p->v->findings[i]);
	}
	return n;
}

static void sick_print(const struct page *p, const struct rs_row *row)
{
	const struct rs_turn *t = &p->v->turns[row - p->l->rows];

	fputs("<section>\n", p->out);
	rs_html_element(p->out, "h2", NULL, "%s", row->label);
	findings_each(p, row, finding_print);
	if (t->motion == RS_MOTION_STILL)
		rs_chain_print(p->out, t);
	rs_panel_print(p->out, row, t);
	fputs("</section>\n", p->out);
}

/* In the order of the findings: roots first. */
static void sicks_print(const struct page *p)
{
	for (size_t i = 0; i < p->v->n; i++) {
		const struct rs_row *row = p->v->findings[i].row;
		size_t before = 0;

		while (p->v->findings[before].row != row)
			before++;
		if (before == i && row != &p->l->total)
			sick_print(p, row);
	}
}

static void total_print(const struct page *p)
{
	if (!findings_each(p, &p->l->total, NULL))
		return;
	rs_html_element(p->out, "h2", NULL, "All queues together");
	findings_each(p, &p->l->total, finding_print);
}

static void well_print(const struct page *p, size_t i)
{
	const struct rs_row *row = &p->l->rows[i];
	const struct rs_num *n = row->figures;
	enum rs_figure shown[] = {RS_FIG_DERIVED(served), RS_FIG_GUEST(interrupts),
				  RS_FIG_GUEST(none)};

	fputs("<details>\n<summary>", p->out);
	rs_html_print(p->out, "%s: %s", row->label, rs_motion_names[p->v->turns[i].motion]);
	for (size_t k = 0; k < sizeof(shown) / sizeof(*shown); k++)
		if (n[shown[k]].known)
			rs_html_print(p->out, "; %s %" PRIu64, rs_figure_info(shown[k]).name,
				      n[shown[k]].value);
	fputs("</summary>\n", p->out);
	rs_panel_print(p->out, row, &p->v->turns[i]);
	fputs("</details>\n", p->out);
}

static void wells_print(const struct page *p)
{
	bool is_first = true;

	for (size_t i = 0; i < p->l->rows_n; i++) {
		if (findings_each(p, &p->l->rows[i], NULL))
			continue;
		if (is_first)
			rs_html_element(p->out, "h2", NULL, "Queues without a finding");
		is_first = false;
		well_print(p, i);
	}
}

static void diff_embed(const struct page *p)
{
	struct rs_show show = {0};
	char *text = NULL;
	size_t size;

	show.page.out = open_memstream(&text, &size);
	if (!show.page.out)
		return;
	rs_show_ledger(&show, p->l, p->v);
	fclose(show.page.out);
	fputs("<details>\n<summary>What ringside diff prints</summary>\n<pre tabindex=\"0\">",
	      p->out);
	rs_html_text(p->out, text);
	fputs("</pre>\n</details>\n", p->out);
	free(text);
}

static int page_print(const struct page *p)
{
	if (head_print(p))
		return -1;
	sides_print(p);
	fputs("<ul class=\"lines\">\n", p->out);
	if (lines_print(p, false))
		return -1;
	fputs("</ul>\n", p->out);
	sicks_print(p);
	total_print(p);
	wells_print(p);
	rs_html_element(p->out, "h2", NULL, "The same as text and as data");
	diff_embed(p);
	rs_html_element(
		p->out, "p", "note",
		"Both snapshots are in this page: ringside diff with this file reads them.");
	fputs("</main>\n", p->out);
	if (rs_embed_print(p->out, p->l->guest) || rs_embed_print(p->out, p->l->host))
		return -1;
	fputs("</body>\n</html>\n", p->out);
	return 0;
}

char *rs_report_text(const struct rs_ledger *l, const struct rs_verdict *v)
{
	char *text = NULL;
	size_t size;
	struct page p = {open_memstream(&text, &size), l, v};
	int ret;

	if (!p.out)
		return NULL;
	ret = page_print(&p);
	ret |= ferror(p.out);
	if (fclose(p.out) || ret) {
		free(text);
		return NULL;
	}
	return text;
}
