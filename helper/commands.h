/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands, and the options that they are given. */
#ifndef RS_COMMANDS_H
#define RS_COMMANDS_H

#include "show.h"
#include "window.h"

#define RS_FOREVER (1ULL << 62) /* ns: 146 years */

struct rs_opts {
	const struct rs_command *command; /* NULL = --help or --version was printed */
	struct rs_filter filter;
	struct rs_window window; /* with -i and without -d the duration is RS_FOREVER */
	const char *output;	 /* -o; NULL = standard output */
	enum rs_colour colour;
	bool bare; /* -H */
	struct rs_suppression suppressed[32];
	size_t suppressed_n;
	bool json;
	bool quiet;
	bool verbose;
	const char *args[2];
	int args_n;
};

/* A command. The table of all of them ends with a row without a name. */
struct rs_command {
	const char *name;
	const char *args; /* as --help shows them; NULL = none */
	int args_min;
	int args_max;
	bool runs;	      /* it takes -- COMMAND, and counts while that runs */
	const char *options;  /* the long names of its options, separated by spaces */
	uint64_t duration_ns; /* default of -d */
	const char *summary;
	const char *more; /* for --help: details and examples */
	int (*run)(const struct rs_opts *opts, struct rs_error *err);
};

extern const struct rs_command rs_commands[];

#endif
