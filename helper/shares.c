// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "hist.h"
#include "shares.h"

static const char *time_text(uint64_t ns, char *text, size_t size)
{
	snprintf(text, size, ns < 10000 ? "%.1f" : "%.0f", ns / 1e3);
	return text;
}

static void share_print(FILE *out, enum rs_part part, const struct rs_share *s)
{
	char from[24], to[24];

	fprintf(out, "  %5.1f %%  %s to %s us  %s\n", s->permille / 10.0,
		time_text(s->from_ns, from, sizeof(from)), time_text(s->to_ns, to, sizeof(to)),
		rs_part_names[part]);
}

/* What no histogram has is in no share: it is named, not counted as 0. */
static void rest_print(FILE *out, const struct rs_share shares[RS_PARTS])
{
	const char *before = "  not measured, and in no share: ";

	for (size_t i = 0; i < RS_PARTS; i++) {
		if (shares[i].known)
			continue;
		fprintf(out, "%s%s", before, rs_part_names[i]);
		before = "; ";
	}
	fprintf(out, "%s%s\n", before, RS_PARTS_BEYOND);
}

static void row_print(FILE *out, const struct rs_row *row)
{
	struct rs_share shares[RS_PARTS];

	if (!rs_slow_shares(row, shares))
		return;
	fprintf(out, "%s: where a packet's time goes\n", row->label);
	for (size_t i = 0; i < RS_PARTS; i++)
		if (shares[i].known)
			share_print(out, i, &shares[i]);
	rest_print(out, shares);
}

void rs_shares_print(FILE *out, const struct rs_ledger *l)
{
	for (size_t i = 0; i < l->rows_n; i++)
		if (l->rows[i].host && !strcmp(l->rows[i].host->dir, "rx"))
			row_print(out, &l->rows[i]);
}
