// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>

#include "chain.h"
#include "html.h"

static const struct {
	const char *cls, *word;
} states[] = {
	[RS_LINK_DONE] = {"done", "done"},
	[RS_LINK_POSSIBLE] = {"possible", "unknown"},
	[RS_LINK_HOLDER] = {"holder", "not done: the holder"},
	[RS_LINK_LATER] = {"later", "not yet: a consequence"},
};

static void reason_print(FILE *out, const struct rs_reason *why)
{
	if (!why->name)
		return;
	if (why->text)
		rs_html_element(out, "code", NULL, "%s %s", why->name, why->text);
	else
		rs_html_element(out, "code", NULL, "%s %" PRIu64, why->name, why->value);
}

static void causes_print(FILE *out, const struct rs_step *step, unsigned int causes)
{
	if (!causes)
		return;
	fputs("<ul>\n", out);
	for (size_t c = 0; c < step->causes_n; c++)
		if (causes & (1U << c))
			rs_html_element(out, "li", NULL, "%s: %s [%s]",
					rs_party_names[step->causes[c].party],
					step->causes[c].sentence, step->causes[c].id);
	fputs("</ul>\n", out);
}

/* The steps before the one that is asked about have no part in the answer: they are one line. */
static void unasked_print(FILE *out, const struct rs_turn *t)
{
	const char *before = "<p class=\"note\">No part in it: ";

	for (size_t i = 0; i < RS_STEPS; i++) {
		if (t->links[i].state != RS_LINK_UNASKED)
			continue;
		fputs(before, out);
		rs_html_text(out, rs_step_at(i)->done_sentence);
		before = "; ";
	}
	if (*before == ';')
		fputs("</p>\n", out);
}

static void link_print(FILE *out, const struct rs_step *step, const struct rs_link *link)
{
	bool is_open = link->state == RS_LINK_HOLDER || link->state == RS_LINK_POSSIBLE;

	fprintf(out, "<li class=\"%s\">", states[link->state].cls);
	rs_html_element(out, "b", NULL, "%s", step->done_sentence);
	fputs("<span>", out);
	rs_html_element(out, "span", "state", "%s", states[link->state].word);
	if (link->state == RS_LINK_DONE || link->state == RS_LINK_HOLDER)
		reason_print(out, &link->why);
	fputs("</span>", out);
	if (is_open)
		causes_print(out, step, link->causes);
	fputs("</li>\n", out);
}

void rs_chain_print(FILE *out, const struct rs_turn *t)
{
	fputs("<ol class=\"chain\">\n", out);
	for (size_t i = 0; i < RS_STEPS; i++)
		if (t->links[i].state != RS_LINK_UNASKED)
			link_print(out, rs_step_at(i), &t->links[i]);
	fputs("</ol>\n", out);
	unasked_print(out, t);
}
