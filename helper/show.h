/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables and sentences for people. */
#ifndef RS_SHOW_H
#define RS_SHOW_H

#include "table.h"
#include "verdict.h"

/* Without a terminal, tables of both sides that are not wider are printed beside each other. */
enum { RS_SHOW_WIDTH = 120 };

enum rs_colour { RS_COLOUR_AUTO, RS_COLOUR_ALWAYS, RS_COLOUR_NEVER };

struct rs_show {
	struct rs_page page;
	bool colour;  /* see rs_show_colour() */
	bool quiet;   /* only what is wrong */
	bool verbose; /* every known figure of each queue, and what each means */
};

/* Whether to use colour. RS_COLOUR_AUTO: on a terminal, if NO_COLOR is not set and TERM not dumb.
 */
bool rs_show_colour(FILE *out, enum rs_colour when);

/* Return: the name of the first finding of a row, or in a word why it has none. */
const char *rs_show_word(const struct rs_ledger *l, const struct rs_verdict *v,
			 const struct rs_row *row);

/* Prints the ledger as a table with one row for each queue, then a sentence for each verdict. */
void rs_show_ledger(const struct rs_show *show, const struct rs_ledger *l,
		    const struct rs_verdict *v);

#endif
