/* SPDX-License-Identifier: GPL-2.0-only */
/* A snapshot as JSON: read, checked, written. */
#ifndef RS_SNAPSHOT_JSON_H
#define RS_SNAPSHOT_JSON_H

#include "snapshot.h"

#define RS_SNAPSHOT_SCHEMA "ringside-snapshot/1"

#define RS_SNAPSHOT_MEMORY 512

/**
 * rs_snapshot_parse() - read a snapshot from JSON text
 * @text: ends with a NUL, which is not part of @len
 * @where: the file's name, for messages
 *
 * Checks schema, side, and the type and range of each field; ignores unknown keys. A file of
 * another machine is not trusted: its texts are made plain, its rows have an identity and a
 * highest number, and while it is read it takes at most RS_SNAPSHOT_MEMORY times its size.
 * Return: 0, or -1 with RS_EXIT_DATA naming the place (line, or the path of the key).
 */
int rs_snapshot_parse(struct rs_snapshot *s, const char *text, size_t len, const char *where,
		      struct rs_error *err);

/* Like rs_snapshot_parse(), from a file. RS_EXIT_NOINPUT where it cannot be read. */
int rs_snapshot_load(struct rs_snapshot *s, const char *path, struct rs_error *err);

/* Return: the snapshot as JSON that ends with a line feed, to be freed; NULL = out of memory. */
char *rs_snapshot_text(const struct rs_snapshot *s);

#endif
