/* SPDX-License-Identifier: GPL-2.0-only */
/* A table of texts. Each column is as wide as its widest cell. */
#ifndef RS_TABLE_H
#define RS_TABLE_H

#include <stdbool.h>
#include <stdio.h>

enum { RS_TABLE_COLUMNS = 32 };

/* Where tables are printed, and how. */
struct rs_page {
	FILE *out;
	size_t width; /* of the terminal; 0 = out is none: a line may have any length */
	bool bare;    /* print no headings */
};

struct rs_table {
	char **cells; /* row by row */
	size_t columns;
	size_t cells_n;
	size_t heads; /* the first rows are headings */
	size_t keys;  /* the first columns say what a row is: each part of the table has them */
	bool left[RS_TABLE_COLUMNS]; /* align to the left; default: to the right */
	bool bar[RS_TABLE_COLUMNS];  /* print a bar before this column */
};

/* One heading, one key. columns: 2 to RS_TABLE_COLUMNS */
void rs_table_init(struct rs_table *t, size_t columns);
/* Adds the next cell, row by row. Without memory the cell is empty. */
void rs_table_add(struct rs_table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Extends the cell before over this column. */
void rs_table_continue(struct rs_table *t);
/* Return: the width of the table in characters. */
size_t rs_table_width(const struct rs_table *t);

/*
 * Prints the table. One that is wider than the terminal is printed in parts, below each other: a
 * figure is never cut. Only a cell that covers columns of two parts is, so that it fits.
 */
void rs_table_print(const struct rs_table *t, const struct rs_page *page);
void rs_table_clear(struct rs_table *t);

/* Return: the characters in a line of the terminal behind @out, 0 = it is none. */
size_t rs_terminal_width(FILE *out);

#endif
