/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_TOP_H
#define RS_TOP_H

#include "ledger.h"
#include "source.h"

enum { RS_TOP_FILTER = 32 };

/* How the rows are ordered and which of them are shown. */
struct rs_top_view {
	size_t sort;		    /* a column of the side's; its number of columns = by label */
	bool reverse;		    /* smallest first */
	char filter[RS_TOP_FILTER]; /* part of the label; empty = all */
};

/**
 * rs_top_order() - the rows to show, in order
 * @order: room for l->rows_n pointers
 *
 * The largest first; unknown figures come last. Return: how many there are.
 */
size_t rs_top_order(const struct rs_ledger *l, const struct rs_top_view *view,
		    const struct rs_row **order);

/* Return: a figure's text: a level as it is, otherwise per second; "-" = unknown. */
const char *rs_top_value(const struct rs_ledger *l, const struct rs_row *row, size_t column,
			 char *text, size_t size);

/**
 * rs_top_run() - the live view, until 'q' or a signal
 * @interval_ns: between two looks
 *
 * Return: 0, or -1 with RS_EXIT_CANNOT where there is no terminal.
 */
int rs_top_run(const struct rs_source *source, const struct rs_filter *filter, uint64_t interval_ns,
	       struct rs_error *err);

#endif
