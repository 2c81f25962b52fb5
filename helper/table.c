// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "table.h"

void rs_table_init(struct rs_table *t, size_t columns)
{
	memset(t, 0, sizeof(*t));
	t->columns = columns;
	t->heads = t->keys = 1;
}

/* The array doubles when it is full: the time for a table stays proportional to its cells. */
static bool room_make(struct rs_table *t)
{
	size_t n = t->cells_n;
	char **more = t->cells;

	if (!(n & (n - 1)))
		more = reallocarray(t->cells, n ? 2 * n : 1, sizeof(*more));
	if (more)
		t->cells = more;
	return more;
}

void rs_table_add(struct rs_table *t, const char *fmt, ...)
{
	char *text;
	va_list args;

	if (!room_make(t))
		return;
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
	return i < t->cells_n && t->cells[i] && !strcmp(t->cells[i], CONTINUES);
}

static const char *cell(const struct rs_table *t, size_t i)
{
	return t->cells[i] ? t->cells[i] : "";
}

/* The characters of a text in UTF-8: bytes that do not continue one. */
static size_t length(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

/* Prints at most @max characters of a text. Return: how many. */
static size_t text_print(FILE *out, const char *text, size_t max)
{
	size_t n = 0;

	for (; *text; text++) {
		n += ((unsigned char)*text & 0xc0) != 0x80;
		if (n > max)
			return max;
		fputc(*text, out);
	}
	return n;
}

static size_t first_row(const struct rs_table *t, const struct rs_page *page)
{
	return page->bare ? t->heads : 0;
}

static size_t column_width(const struct rs_table *t, size_t column, size_t from_row)
{
	size_t width = 0;

	for (size_t i = from_row * t->columns + column; i < t->cells_n; i += t->columns) {
		bool wide = column + 1 < t->columns && continues(t, i + 1);

		if (!wide && !continues(t, i) && length(cell(t, i)) > width)
			width = length(cell(t, i));
	}
	return width;
}

/* What is printed before a column. */
static const char *gap(const struct rs_table *t, size_t column)
{
	return !column ? "" : t->bar[column] ? " | " : " ";
}

/* The columns of one part: the keys, and those from @from up to @to. */
struct part {
	const struct rs_table *t;
	const size_t *width;
	size_t from, to;
};

/* Return: how many columns the cell in column @c covers in this part. */
static size_t cell_columns(const struct part *p, size_t i, size_t c, size_t *width)
{
	size_t end = c < p->t->keys ? p->t->keys : p->to, n = 1;

	*width = p->width[c];
	for (; c + n < end && continues(p->t, i + n); n++)
		*width += p->width[c + n] + strlen(gap(p->t, c + n));
	return n;
}

static size_t cell_print(const struct part *p, FILE *out, size_t i, size_t c)
{
	const struct rs_table *t = p->t;
	size_t width, n = cell_columns(p, i, c, &width), text = i, pad;
	bool last = c + n == p->to, cut;

	while (continues(t, text)) /* it began in the part before */
		text--;
	cut = text != i || continues(t, i + n);
	pad = length(cell(t, text)) < width ? width - length(cell(t, text)) : 0;
	if (c && last && !*cell(t, text))
		fputs(t->bar[c] ? " |" : "", out);
	else
		fputs(gap(t, c), out);
	if (!t->left[c] && n == 1)
		fprintf(out, "%*s", (int)pad, "");
	text_print(out, cell(t, text), cut ? width : SIZE_MAX);
	if ((t->left[c] || n > 1) && !last)
		fprintf(out, "%*s", (int)pad, "");
	return n;
}

static void part_print(const struct part *p, const struct rs_page *page)
{
	const struct rs_table *t = p->t;

	for (size_t row = first_row(t, page); (row + 1) * t->columns <= t->cells_n; row++) {
		for (size_t c = 0; c < p->to;) {
			c += cell_print(p, page->out, row * t->columns + c, c);
			if (c >= t->keys && c < p->from)
				c = p->from;
		}
		fputc('\n', page->out);
	}
}

/* Return: the column behind the last one that fits beside the keys; at least one does. */
static size_t part_end(const struct rs_table *t, const size_t *width, size_t from, size_t max)
{
	size_t used = 0, c;

	for (c = 0; c < t->keys; c++)
		used += strlen(gap(t, c)) + width[c];
	for (c = from; c < t->columns; c++) {
		used += strlen(gap(t, c)) + width[c];
		if (max && c > from && used > max)
			break;
	}
	return c;
}

static size_t sum_width(const struct rs_table *t, const size_t *width)
{
	size_t sum = 0;

	for (size_t c = 0; c < t->columns; c++)
		sum += strlen(gap(t, c)) + width[c];
	return sum;
}

static void widths_find(const struct rs_table *t, size_t from_row, size_t *width)
{
	for (size_t c = 0; c < t->columns; c++)
		width[c] = column_width(t, c, from_row);
}

size_t rs_table_width(const struct rs_table *t)
{
	size_t width[RS_TABLE_COLUMNS];

	widths_find(t, 0, width);
	return sum_width(t, width);
}

void rs_table_print(const struct rs_table *t, const struct rs_page *page)
{
	size_t width[RS_TABLE_COLUMNS];
	struct part part = {.t = t, .width = width, .to = t->keys};

	widths_find(t, first_row(t, page), width);
	while (part.to < t->columns) {
		part.from = part.to;
		part.to = part_end(t, width, part.from, page->width);
		if (part.from > t->keys)
			fputc('\n', page->out);
		part_print(&part, page);
	}
}

void rs_table_clear(struct rs_table *t)
{
	for (size_t i = 0; i < t->cells_n; i++)
		free(t->cells[i]);
	free(t->cells);
	memset(t, 0, sizeof(*t));
}

size_t rs_terminal_width(FILE *out)
{
	struct winsize size;

	return ioctl(fileno(out), TIOCGWINSZ, &size) ? 0 : size.ws_col;
}
