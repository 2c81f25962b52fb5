/* SPDX-License-Identifier: GPL-2.0-only */
/* A table of texts. Each column is as wide as its widest cell. */
#ifndef RS_TABLE_H
#define RS_TABLE_H

#include <stdbool.h>
#include <stdio.h>

enum { RS_TABLE_COLUMNS = 32 };

struct rs_table {
	char **cells; /* row by row */
	size_t columns;
	size_t cells_n;
	bool left[RS_TABLE_COLUMNS]; /* align to the left; default: to the right */
	bool bar[RS_TABLE_COLUMNS];  /* print a bar before this column */
};

/* columns: 1 to RS_TABLE_COLUMNS */
void rs_table_init(struct rs_table *t, size_t columns);
/* Adds the next cell, row by row. Without memory the cell is empty. */
void rs_table_add(struct rs_table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Extends the cell before over this column. */
void rs_table_continue(struct rs_table *t);
/* Return: the width of the table in characters. */
size_t rs_table_width(const struct rs_table *t);
void rs_table_print(const struct rs_table *t, FILE *out);
void rs_table_clear(struct rs_table *t);

#endif
