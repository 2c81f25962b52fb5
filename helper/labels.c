// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "labels.h"

void rs_label_escape(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n') {
			fputs("\\n", out);
			continue;
		}
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
}

void rs_label_print(FILE *out, const char *name, const char *value)
{
	if (!*value)
		return;
	fprintf(out, "%s%s=\"", ftell(out) > 0 ? "," : "", name);
	rs_label_escape(out, value);
	fputc('"', out);
}

struct maker {
	struct rs_labels *labels;
	rs_labels_fn print;
	const void *ctx;
};

/* @nth: 0 = it needs no such label */
static int row_make(const struct maker *m, size_t i, bool more, size_t nth)
{
	char *text = NULL, number[24] = "";
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return -1;
	m->print(out, m->ctx, i, more);
	if (nth)
		snprintf(number, sizeof(number), "%zu", nth);
	rs_label_print(out, "nth", number);
	if (fclose(out)) {
		free(text);
		return -1;
	}
	free(m->labels->text[i]);
	m->labels->text[i] = text;
	return 0;
}

static int by_text(const void *a, const void *b)
{
	const char *const *x = *(const char *const *const *)a;
	const char *const *y = *(const char *const *const *)b;
	int order = strcmp(*x, *y);

	return order ? order : (x > y) - (x < y);
}

/* Pointers to the texts, equal ones beside each other, in the order of their rows. */
static char ***texts_sort(const struct rs_labels *l)
{
	char ***sorted = calloc(l->n + 1, sizeof(*sorted));

	for (size_t i = 0; sorted && i < l->n; i++)
		sorted[i] = &l->text[i];
	if (sorted)
		qsort(sorted, l->n, sizeof(*sorted), by_text);
	return sorted;
}

static size_t equal_count(char *const *const *sorted, size_t n)
{
	size_t i = 1;

	while (i < n && !strcmp(*sorted[0], *sorted[i]))
		i++;
	return i;
}

/* Makes each row again whose labels another row has, too. */
static int equals_remake(const struct maker *m, bool number)
{
	struct rs_labels *l = m->labels;
	char ***sorted = texts_sort(l);
	int ret = sorted ? 0 : -1;
	size_t n;

	for (size_t i = 0; !ret && i < l->n; i += n) {
		n = equal_count((char *const *const *)sorted + i, l->n - i);
		for (size_t k = 0; !ret && n > 1 && k < n; k++)
			ret = row_make(m, sorted[i + k] - l->text, true, number && k ? k + 1 : 0);
	}
	free(sorted);
	return ret;
}

int rs_labels_make(struct rs_labels *l, size_t n, rs_labels_fn print, const void *ctx)
{
	const struct maker m = {l, print, ctx};
	int ret = 0;

	*l = (struct rs_labels){.text = calloc(n + 1, sizeof(*l->text)), .n = n};
	if (!l->text)
		return -1;
	for (size_t i = 0; !ret && i < n; i++)
		ret = row_make(&m, i, false, 0);
	if (!ret && !equals_remake(&m, false) && !equals_remake(&m, true))
		return 0;
	rs_labels_clear(l);
	return -1;
}

void rs_labels_clear(struct rs_labels *l)
{
	for (size_t i = 0; l->text && i < l->n; i++)
		free(l->text[i]);
	free(l->text);
	*l = (struct rs_labels){0};
}
