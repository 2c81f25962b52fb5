/* SPDX-License-Identifier: GPL-2.0-only */
/* Which figures of a queue a table shows, in which order. */
#ifndef RS_COLUMNS_H
#define RS_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "row.h"

struct rs_column {
	enum rs_figure figure;
	const char *heading;
	bool level; /* the value at the end, not a count over the window */
};

struct rs_columns {
	const char *title;
	size_t n;
	size_t backend; /* how many of the first columns are of tun and vhost */
	const struct rs_column *rows;
};

/* The columns if there is only one side. */
extern const struct rs_columns rs_columns_host;
extern const struct rs_columns rs_columns_guest;

/* Those of each side beside the other one, and both in one list: the host first, as a packet for
 * the guest passes it first. */
extern const struct rs_columns rs_columns_diff_host;
extern const struct rs_columns rs_columns_diff_guest;
extern const struct rs_columns rs_columns_both;

#endif
