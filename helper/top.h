/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_TOP_H
#define RS_TOP_H

#include "ledger.h"
#include "source.h"

enum { RS_TOP_FILTER = 32 };

/* The order of the rows, and which rows are shown. */
struct rs_top_view {
	size_t sort;		    /* index of a column; the number of columns = by label */
	bool reverse;		    /* smallest first */
	char filter[RS_TOP_FILTER]; /* part of a label; empty = all */
	const char *note; /* instead of the keys: why a side is missing; NULL, "" = none */
};

/**
 * rs_top_order() - the rows to show, in order
 * @order: room for l->rows_n pointers
 *
 * The largest value first; unknown values last. Return: the number of rows.
 */
size_t rs_top_order(const struct rs_ledger *l, const struct rs_top_view *view,
		    const struct rs_row **order);

/* Return: a figure as text: a level as it is, a count as a rate per second; "-" = unknown. */
const char *rs_top_value(const struct rs_ledger *l, const struct rs_row *row, size_t column,
			 char *text, size_t size);

/* Return: the first column of figures to draw, so that the one to sort by is on the screen, which
 * is @width characters wide. */
size_t rs_top_first(size_t sort, size_t columns, size_t width);

/**
 * rs_top_run() - the live view, until 'q' or a signal
 * @filter: with a guest's CID, both sides are shown
 * @interval_ns: between two samples
 *
 * Return: 0, or -1 with err set; RS_EXIT_CANNOT without a terminal.
 */
int rs_top_run(const struct rs_source *source, const struct rs_filter *filter, uint64_t interval_ns,
	       struct rs_error *err);

#endif
