// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

void rs_table_init(struct rs_table *t, size_t columns)
{
	memset(t, 0, sizeof(*t));
	t->columns = columns;
}

void rs_table_add(struct rs_table *t, const char *fmt, ...)
{
	char **more = reallocarray(t->cells, t->cells_n + 1, sizeof(*more));
	char *text;
	va_list args;

	if (!more)
		return;
	t->cells = more;
	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	t->cells[t->cells_n++] = text;
}

static const char *cell(const struct rs_table *t, size_t i)
{
	return t->cells[i] ? t->cells[i] : "";
}

static size_t column_width(const struct rs_table *t, size_t column)
{
	size_t width = 0;

	for (size_t i = column; i < t->cells_n; i += t->columns)
		if (strlen(cell(t, i)) > width)
			width = strlen(cell(t, i));
	return width;
}

size_t rs_table_width(const struct rs_table *t)
{
	size_t width = 0;

	for (size_t c = 0; c < t->columns; c++)
		width += column_width(t, c) + (c ? t->bar[c] ? 3 : 1 : 0);
	return width;
}

void rs_table_print(const struct rs_table *t, FILE *out)
{
	size_t width[RS_TABLE_COLUMNS];

	for (size_t c = 0; c < t->columns; c++)
		width[c] = column_width(t, c);
	for (size_t i = 0; i < t->cells_n; i++) {
		size_t c = i % t->columns;
		bool last = c + 1 == t->columns;

		fprintf(out, "%s", !c ? "" : t->bar[c] ? " |" : "");
		if (c && !(last && !*cell(t, i)))
			fputc(' ', out);
		if (!t->left[c])
			fprintf(out, "%*s", (int)width[c], cell(t, i));
		else
			fprintf(out, "%-*s", last ? 0 : (int)width[c], cell(t, i));
		if (last)
			fputc('\n', out);
	}
}

void rs_table_clear(struct rs_table *t)
{
	for (size_t i = 0; i < t->cells_n; i++)
		free(t->cells[i]);
	free(t->cells);
	memset(t, 0, sizeof(*t));
}
