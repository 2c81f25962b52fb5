/* SPDX-License-Identifier: GPL-2.0-only */
/* Text in HTML. Names and words come from snapshots of other machines: all of it is escaped. */
#ifndef RS_HTML_H
#define RS_HTML_H

#include <stdio.h>

/* Prints a text so that no character of it is markup, also within the quotes of an attribute. */
void rs_html_text(FILE *out, const char *text);

/* The same of a formatted text. */
void rs_html_print(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* An element with a class (NULL = none) and a formatted text, on a line of its own. */
void rs_html_element(FILE *out, const char *tag, const char *cls, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif
