/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables and sentences for people. */
#ifndef RS_SHOW_H
#define RS_SHOW_H

#include <stdio.h>

#include "verdict.h"

enum { RS_SHOW_WIDTH = 120 };

struct rs_show {
	FILE *out;
	bool colour;  /* rs_show_colour() */
	bool quiet;   /* the verdicts only */
	bool verbose; /* every known figure of each queue, and what each means */
};

struct rs_column {
	enum rs_figure figure;
	const char *heading;
	bool level; /* how much there is now, not how much came within the window */
};

struct rs_columns {
	const char *title;
	size_t n;
	size_t backend; /* the first of them are about tun and vhost: not there in user space */
	struct rs_column rows[16];
};

/* What is shown of a side that stands alone. */
extern const struct rs_columns rs_columns_host;
extern const struct rs_columns rs_columns_guest;

/* Whether a stream is a terminal that may be coloured: NO_COLOR unset, TERM not dumb. */
bool rs_show_colour(FILE *out);

/* The ledger as a table, a row per queue, then a sentence for each that does not add up. */
void rs_show_ledger(const struct rs_show *show, const struct rs_ledger *l,
		    const struct rs_verdict *v);

#endif
