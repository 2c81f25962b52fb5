/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables and sentences for people. */
#ifndef RS_SHOW_H
#define RS_SHOW_H

#include <stdio.h>

#include "verdict.h"

enum { RS_SHOW_WIDTH = 120 };

struct rs_show {
	FILE *out;
	bool colour;  /* see rs_show_colour() */
	bool quiet;   /* only the verdicts */
	bool verbose; /* every known figure of each queue, and what each means */
};

struct rs_column {
	enum rs_figure figure;
	const char *heading;
	bool level; /* the value at the end, not a count over the window */
};

struct rs_columns {
	const char *title;
	size_t n;
	size_t backend; /* how many of the first columns are of tun and vhost */
	struct rs_column rows[16];
};

/* The columns if there is only one side. */
extern const struct rs_columns rs_columns_host;
extern const struct rs_columns rs_columns_guest;

/* Whether to use colour: a terminal, NO_COLOR not set, TERM not dumb. */
bool rs_show_colour(FILE *out);

/* Prints the ledger as a table with one row for each queue, then a sentence for each verdict. */
void rs_show_ledger(const struct rs_show *show, const struct rs_ledger *l,
		    const struct rs_verdict *v);

#endif
