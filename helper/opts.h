/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_OPTS_H
#define RS_OPTS_H

#include "window.h"

#define RS_FOREVER (1ULL << 62) /* ns: 146 years */

#define RS_VERSION "0.1"

struct rs_opts {
	const struct rs_command *command; /* NULL = --help or --version was answered */
	struct rs_filter filter;
	struct rs_window window; /* with -i and no -d its duration has no end */
	const char *output;	 /* -o; NULL = standard output */
	bool json;
	bool quiet;
	bool verbose;
	const char *args[2];
	int args_n;
};

/* A command. The table of all of them is in commands.c and ends with a row without a name. */
struct rs_command {
	const char *name;
	const char *args; /* as the help shows them; NULL = none */
	int args_min;
	int args_max;
	const char *options;  /* the short letters and long names it takes, separated by spaces */
	uint64_t duration_ns; /* default of -d */
	const char *summary;
	const char *more; /* for --help: what it does, examples */
	int (*run)(const struct rs_opts *opts, struct rs_error *err);
};

extern const struct rs_command rs_commands[];

/**
 * rs_opts_parse() - read the command line
 *
 * Return: 0, or -1 with RS_EXIT_USAGE. Without a text in @err the message was printed already.
 */
int rs_opts_parse(struct rs_opts *opts, int argc, char **argv, struct rs_error *err);

/**
 * rs_duration_parse() - "10s", "500ms", "2m", "1h", or seconds without a unit
 *
 * Return: NULL with @ns from 1 ms to 168 h, or what it must be.
 */
const char *rs_duration_parse(const char *text, uint64_t *ns);

#endif
