/* SPDX-License-Identifier: GPL-2.0-only */
/* Texts that others wrote, as a terminal may show them. */
#ifndef RS_PLAIN_H
#define RS_PLAIN_H

#include <stdbool.h>
#include <stddef.h>

/**
 * rs_plain_copy() - copy a text, with each dangerous byte as \xHH
 *
 * These are control characters (also C1, which start an escape sequence on some terminals), those
 * that change the direction of the text or end a line, and bytes that are no UTF-8. What remains is
 * printable, and valid in JSON and in metrics. A text that is too long is cut between characters.
 * Return: whether all of it fits.
 */
bool rs_plain_copy(char *to, size_t size, const char *from);

/* The same within one buffer of up to 512 bytes. */
void rs_plain_make(char *text, size_t size);

#endif
