/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_GUEST_H
#define RS_GUEST_H

#include "source.h"

#define RS_GUEST_DEBUGFS "/sys/kernel/debug"
#define RS_GUEST_FORMAT	 "ringside snapshot 1"

extern const struct rs_source rs_guest_source;

/* Calls @row for each thing this side needs or can do. Return: 0 = all works, -1 = not all. */
int rs_guest_check(rs_check_fn row, void *ctx);

/**
 * rs_guest_parse() - read the text of the module's snapshot file
 * @text: the text, NUL-terminated; it is cut into pieces on the way
 * @where: what to call it in messages
 *
 * Lines and keys it does not know are ignored, so that the module may be newer.
 * Return: 0, or -1 with RS_EXIT_DATA naming the line and the key.
 */
int rs_guest_parse(struct rs_sample *s, char *text, const char *where, struct rs_error *err);

#endif
