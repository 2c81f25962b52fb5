/* SPDX-License-Identifier: GPL-2.0-only */
/* Files that are packed into one archive, or none. */
#ifndef RS_BUNDLE_H
#define RS_BUNDLE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "error.h"

enum { RS_BUNDLE_FILE = 16 << 20, RS_BUNDLE_ALL = 64 << 20 }; /* bytes at most */

struct rs_bundle {
	const char *out;     /* the archive */
	char dir[PATH_MAX];  /* where its files are meanwhile */
	char name[NAME_MAX]; /* the directory in the archive */
	size_t bytes;
	int files;
};

/* Checks by the name's end that the archive can be made, and makes a place for its files. Return:
 * 0, or -1 with RS_EXIT_NOOUTPUT or RS_EXIT_USAGE. */
int rs_bundle_open(struct rs_bundle *b, const char *out, struct rs_error *err);

/**
 * rs_bundle_put() - add a file
 * @name: in the archive; no slash
 * @text: freed; NULL = out of memory
 *
 * What is too large is cut. Return: 0, or -1 with err set.
 */
int rs_bundle_put(struct rs_bundle *b, const char *name, char *text, struct rs_error *err);

/* Packs all of it. Return: 0, or -1 with RS_EXIT_IO: there is no archive then. */
int rs_bundle_pack(struct rs_bundle *b, struct rs_error *err);

/* Removes the files that were packed. */
void rs_bundle_close(struct rs_bundle *b);

#endif
