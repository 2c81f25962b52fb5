// SPDX-License-Identifier: GPL-2.0-only
#include "svg.h"

/* The units of a drawing; the page gives it its size. */
enum { WIDTH = 1000, BAR = 10, HEIGHT = 100 };

/* What is not 0 is seen. */
static double length_of(uint64_t value, uint64_t max, double full, double least)
{
	double length;

	if (!value || !max)
		return 0;
	length = value >= max ? full : full * ((double)value / (double)max);
	return length < least ? least : length;
}

static void start(FILE *out, const char *cls, int height)
{
	fprintf(out,
		"<svg class=\"%s\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" "
		"aria-hidden=\"true\">",
		cls, WIDTH, height);
}

void rs_svg_bar(FILE *out, const char *cls, uint64_t value, uint64_t max)
{
	start(out, "bar", BAR);
	fprintf(out, "<rect class=\"%s\" width=\"%.1f\" height=\"%d\"/></svg>", cls,
		length_of(value, max, WIDTH, 3), BAR);
}

void rs_svg_columns(FILE *out, const uint64_t *values, size_t n)
{
	uint64_t max = 0;

	for (size_t i = 0; i < n; i++)
		max = values[i] > max ? values[i] : max;
	start(out, "columns", HEIGHT);
	for (size_t i = 0; i < n; i++) {
		double height = length_of(values[i], max, HEIGHT, 2);

		fprintf(out,
			"<rect class=\"flow\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
			"height=\"%.1f\"/>",
			(double)WIDTH * i / n, HEIGHT - height, (double)WIDTH / n - 4, height);
	}
	fputs("</svg>", out);
}
