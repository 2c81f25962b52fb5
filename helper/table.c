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

#define CONTINUES "\t"

void rs_table_continue(struct rs_table *t)
{
	rs_table_add(t, CONTINUES);
}

static bool continues(const struct rs_table *t, size_t i)
{
	return t->cells[i] && !strcmp(t->cells[i], CONTINUES);
}

static const char *cell(const struct rs_table *t, size_t i)
{
	return t->cells[i] ? t->cells[i] : "";
}

static size_t column_width(const struct rs_table *t, size_t column)
{
	size_t width = 0;

	for (size_t i = column; i < t->cells_n; i += t->columns) {
		bool wide = column + 1 < t->columns && continues(t, i + 1);

		if (!wide && strlen(cell(t, i)) > width)
			width = strlen(cell(t, i));
	}
	return width;
}

/* Return: how many columns the cell covers. */
static size_t cell_print(const struct rs_table *t, size_t i, const size_t *width, FILE *out)
{
	size_t c = i % t->columns, n = 1, all = width[c];
	bool last;

	for (; c + n < t->columns && continues(t, i + n); n++)
		all += width[c + n] + (t->bar[c + n] ? 3 : 1);
	last = c + n == t->columns;
	fprintf(out, "%s", !c ? "" : t->bar[c] ? " |" : "");
	if (c && !(last && !*cell(t, i)))
		fputc(' ', out);
	if (!t->left[c] && n == 1)
		fprintf(out, "%*s", (int)all, cell(t, i));
	else
		fprintf(out, "%-*s", last ? 0 : (int)all, cell(t, i));
	if (last)
		fputc('\n', out);
	return n;
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
	for (size_t i = 0; i < t->cells_n;)
		i += cell_print(t, i, width, out);
}

void rs_table_clear(struct rs_table *t)
{
	for (size_t i = 0; i < t->cells_n; i++)
		free(t->cells[i]);
	free(t->cells);
	memset(t, 0, sizeof(*t));
}
