/* SPDX-License-Identifier: GPL-2.0-only */
/* Whole files: read at once; written completely or not at all. */
#ifndef RS_FILE_H
#define RS_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

/* Return: the text of a file, ended by a NUL, to be freed; NULL = errno says why. */
char *rs_file_read(const char *path, size_t *len);

/* The same by a descriptor that stays open, from the start. */
char *rs_file_read_again(int fd, size_t *len);

/* Reads the first line of a small file, without its line feed; "" = it cannot be read. */
void rs_file_line(const char *path, char *line, size_t size);

/* Whether @path stands for standard output: NULL or "-". */
bool rs_file_is_stdout(const char *path);

/* Checks, before the work starts, that @path can be written. Return: 0, or -1 with
 * RS_EXIT_NOOUTPUT. */
int rs_file_probe(const char *path, struct rs_error *err);

/**
 * rs_file_write() - write text to a file, or to standard output
 * @path: NULL or "-" = standard output
 *
 * A regular file is replaced in one step when the new text is on disk. Until then, and after an
 * error, the old file stays.
 * Return: 0, or -1 with RS_EXIT_NOOUTPUT or RS_EXIT_IO.
 */
int rs_file_write(const char *path, const char *text, struct rs_error *err);

#endif
