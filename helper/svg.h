/* SPDX-License-Identifier: GPL-2.0-only */
/* Bars and columns as inline SVG. They hold no text: each figure stands beside them. */
#ifndef RS_SVG_H
#define RS_SVG_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A horizontal bar: @value of @max, in the colour of @cls. */
void rs_svg_bar(FILE *out, const char *cls, uint64_t value, uint64_t max);

/* Columns from left to right; the highest fills the height. */
void rs_svg_columns(FILE *out, const uint64_t *values, size_t n);

#endif
