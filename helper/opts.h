/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line. */
#ifndef RS_OPTS_H
#define RS_OPTS_H

#include "commands.h"
#include "run.h"

/* An option. The table of all of them ends with a row without a name; the man page has each. */
struct rs_option {
	const char *name;
	int key;	 /* the letter, or a number above all characters */
	const char *arg; /* the name of its argument, NULL = none */
	const char *doc;
	const char *(*set)(struct rs_opts *opts, const char *arg); /* NULL, or what was expected */
};

extern const struct rs_option rs_options[];

/**
 * rs_opts_parse() - read the command line
 *
 * Return: 0, or -1 with RS_EXIT_USAGE. If @err has no text, the message is already printed.
 */
int rs_opts_parse(struct rs_opts *opts, int argc, char **argv, struct rs_error *err);

/**
 * rs_duration_parse() - "10s", "500ms", "2m", "1h", or seconds without a unit
 *
 * Return: NULL with @ns set, 1 ms to 168 h; or what was expected.
 */
const char *rs_duration_parse(const char *text, uint64_t *ns);

#endif
