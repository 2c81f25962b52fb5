/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_GUEST_H
#define RS_GUEST_H

#include "source.h"

#define RS_GUEST_DEBUGFS "/sys/kernel/debug"
#define RS_GUEST_FORMAT	 "ringside snapshot 1"

extern const struct rs_source rs_guest_source;

/* Calls @row for each thing that this side needs. Return: 0 = everything works, -1 = it does not.
 */
int rs_guest_check(rs_check_fn row, void *ctx);

/* The same for a sample. Return: 0 = all of its hooks work. */
int rs_guest_check_sample(const struct rs_sample *s, rs_check_fn row, void *ctx);

/**
 * rs_guest_parse() - read the text of the module's snapshot file
 * @text: NUL-terminated; it is changed
 * @where: the file's name, for messages
 *
 * Unknown lines and keys are ignored: the module may be newer.
 * Return: 0, or -1 with RS_EXIT_DATA naming the line and the key.
 */
int rs_guest_parse(struct rs_sample *s, char *text, const char *where, struct rs_error *err);

#endif
