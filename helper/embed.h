/* SPDX-License-Identifier: GPL-2.0-only */
/* Snapshots within a page of HTML: put there by a report, and read back. */
#ifndef RS_EMBED_H
#define RS_EMBED_H

#include <stdio.h>

#include "snapshot.h"

/* Prints a snapshot as a block of data that no browser runs or shows. Return: 0, or -1 without
 * memory. */
int rs_embed_print(FILE *out, const struct rs_snapshot *s);

/* Whether a file starts as a page does. A pipe is none: to look at it would empty it. */
bool rs_embed_is_page(const char *path);

/**
 * rs_embed_load() - read both snapshots of a page
 *
 * The page is not trusted: each snapshot is read as one from a file of its own.
 * Return: 0, or -1 with RS_EXIT_NOINPUT, or RS_EXIT_DATA. After 0 clear both.
 */
int rs_embed_load(const char *path, struct rs_snapshot *guest, struct rs_snapshot *host,
		  struct rs_error *err);

#endif
