/* SPDX-License-Identifier: GPL-2.0-only */
/* The labels of Prometheus' text format, so that no two rows of a list have the same ones. */
#ifndef RS_LABELS_H
#define RS_LABELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Prints a text as the value of a label: with escapes, without quotes. */
void rs_label_escape(FILE *out, const char *text);

/* Prints name="value", and a comma if it is not the first label in @out, which is a memory stream.
 * An empty value prints nothing: the format does not tell it from a label that is absent. */
void rs_label_print(FILE *out, const char *name, const char *value);

/* The labels of each row: `vm="web1",tap="vnet37"`. */
struct rs_labels {
	char **text;
	size_t n;
};

/* Prints the labels of row @i. @more: the usual ones do not tell it from another row. */
typedef void (*rs_labels_fn)(FILE *out, const void *ctx, size_t i, bool more);

/**
 * rs_labels_make() - the labels of @n rows
 *
 * Rows with the same labels are printed again with @more. Those that are still the same get a label
 * "nth" from the second one on.
 * Return: 0, or -1: out of memory, and there is nothing to clear.
 */
int rs_labels_make(struct rs_labels *l, size_t n, rs_labels_fn print, const void *ctx);
void rs_labels_clear(struct rs_labels *l);

#endif
