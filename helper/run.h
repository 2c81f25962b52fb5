/* SPDX-License-Identifier: GPL-2.0-only */
/* What each command does, and the options that it is given. */
#ifndef RS_RUN_H
#define RS_RUN_H

#include "show.h"
#include "trip.h"
#include "window.h"

#define RS_FOREVER (1ULL << 62) /* ns: 146 years */

struct rs_command;

struct rs_opts {
	const struct rs_command *command; /* NULL = --help or --version was printed */
	struct rs_filter filter;
	struct rs_window window; /* with -i and without -d the duration is RS_FOREVER */
	const char *output;	 /* -o; NULL = standard output */
	enum rs_colour colour;
	bool bare; /* -H */
	struct rs_suppression suppressed[32];
	size_t suppressed_n;
	const char *exec;		 /* --exec; NULL = none */
	unsigned int trip_need, trip_of; /* --trip */
	bool once;
	bool bell;
	bool json;
	bool quiet;
	bool verbose;
	const char *args[2];
	int args_n;
};

/* Return: its exit status, or -1 with err set. */
int rs_run_guest(const struct rs_opts *opts, struct rs_error *err);
int rs_run_host(const struct rs_opts *opts, struct rs_error *err);
int rs_run_agent(const struct rs_opts *opts, struct rs_error *err);
int rs_run_watch(const struct rs_opts *opts, struct rs_error *err);
int rs_run_collect(const struct rs_opts *opts, struct rs_error *err);
int rs_run_diff(const struct rs_opts *opts, struct rs_error *err);
int rs_run_report(const struct rs_opts *opts, struct rs_error *err);
int rs_run_list(const struct rs_opts *opts, struct rs_error *err);
int rs_run_check(const struct rs_opts *opts, struct rs_error *err);
int rs_run_top(const struct rs_opts *opts, struct rs_error *err);
int rs_run_metrics(const struct rs_opts *opts, struct rs_error *err);

#endif
