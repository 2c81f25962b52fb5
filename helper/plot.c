// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>

#include "hist.h"
#include "html.h"
#include "plot.h"
#include "svg.h"

static const struct {
	const char *cls, *word;
} kinds[RS_PLOT_KINDS] = {
#define X(name, cls, word) {cls, word},
	RS_PLOT_LIST(X)
#undef X
};

static uint64_t largest(const struct rs_bar *bars, size_t n, size_t *known)
{
	uint64_t max = 0;

	*known = 0;
	for (size_t i = 0; i < n; i++) {
		*known += bars[i].value.known;
		if (bars[i].value.known && bars[i].value.value > max)
			max = bars[i].value.value;
	}
	return max;
}

static void bar_print(FILE *out, const struct rs_bar *bar, uint64_t max)
{
	const char *cls = kinds[bar->kind].cls, *word = kinds[bar->kind].word;

	if (!bar->value.known || (!bar->value.value && bar->kind != RS_PLOT_FLOW))
		return;
	fprintf(out, "<tr class=\"%s\"><th scope=\"row\">", cls);
	rs_html_text(out, bar->name);
	fprintf(out, "</th><td class=\"n\">%" PRIu64 "%s%s</td><td class=\"b\">", bar->value.value,
		*word ? " " : "", word);
	rs_svg_bar(out, cls, bar->value.value, max);
	fputs("</td></tr>\n", out);
}

static void unknown_print(FILE *out, const struct rs_bar *bars, size_t n)
{
	const char *before = "<p class=\"note\">Unknown: ";

	for (size_t i = 0; i < n; i++) {
		if (bars[i].value.known)
			continue;
		fputs(before, out);
		rs_html_text(out, bars[i].name);
		before = "; ";
	}
	if (*before == ';')
		fputs("</p>\n", out);
}

void rs_plot_bars(FILE *out, const char *title, const struct rs_bar *bars, size_t n)
{
	size_t known;
	uint64_t max = largest(bars, n, &known);

	if (!known)
		return;
	fputs("<div class=\"plot\">\n", out);
	rs_html_element(out, "h3", NULL, "%s", title);
	fputs("<table>\n", out);
	for (size_t i = 0; i < n; i++)
		bar_print(out, &bars[i], max);
	fputs("</table>\n", out);
	unknown_print(out, bars, n);
	fputs("</div>\n", out);
}

void rs_plot_histogram(FILE *out, const char *title, const struct rs_histogram *h, const char *unit)
{
	char low[32], half[32], most[32], max[32];
	int from = 0, to = rs_hist_percentile(h, 1000);

	if (!h->known || to < 0)
		return;
	while (!h->bucket[from])
		from++;
	fputs("<div class=\"plot\">\n", out);
	rs_html_element(out, "h3", NULL, "%s", title);
	rs_svg_columns(out, h->bucket + from, to - from + 1);
	rs_html_element(out, "p", "axis",
			"%s on the left, %s on the right, twice as much each column",
			rs_hist_bound(from, unit, low, sizeof(low)),
			rs_hist_bound(to, unit, max, sizeof(max)));
	rs_html_element(out, "p", "note", "%" PRIu64 " values; half %s, 99 %% %s, all %s",
			rs_hist_count(h),
			rs_hist_bound(rs_hist_percentile(h, 500), unit, half, sizeof(half)),
			rs_hist_bound(rs_hist_percentile(h, 990), unit, most, sizeof(most)),
			rs_hist_bound(to, unit, max, sizeof(max)));
	fputs("</div>\n", out);
}
