/* SPDX-License-Identifier: GPL-2.0-only */
/* Whole files: read at once, written whole or not at all. */
#ifndef RS_FILE_H
#define RS_FILE_H

#include <stddef.h>

#include "error.h"

/* Return: all of a file with a NUL behind it, to be freed; NULL = errno says why. */
char *rs_file_read(const char *path, size_t *len);

/* First line of a small file without its line feed, "" where it cannot be read. */
void rs_file_line(const char *path, char *line, size_t size);

/* Whether a file can be written there at all, asked before the work begins. 0, or -1 with
 * RS_EXIT_NOOUTPUT. */
int rs_file_probe(const char *path, struct rs_error *err);

/**
 * rs_file_write() - write text to a file, or to standard output
 * @path: NULL or "-" = standard output
 *
 * A regular file is replaced in one step once all of it is on disk; until then, and on any
 * error, what was there before stays.
 * Return: 0, or -1 with RS_EXIT_NOOUTPUT or RS_EXIT_IO.
 */
int rs_file_write(const char *path, const char *text, struct rs_error *err);

#endif
