/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands. */
#ifndef RS_COMMANDS_H
#define RS_COMMANDS_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

struct rs_opts;

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
