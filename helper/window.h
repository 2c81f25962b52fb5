/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_WINDOW_H
#define RS_WINDOW_H

#include "source.h"

struct rs_window {
	uint64_t duration_ns; /* 0 = look once: figures since counting began */
	uint64_t interval_ns; /* 0 = one snapshot over the whole window */
	bool progress;	      /* show on standard error, where that is a terminal */
};

/* Gets each finished snapshot. Return: 0 to go on, -1 to stop with err set. */
typedef int (*rs_window_fn)(void *ctx, const struct rs_snapshot *s, struct rs_error *err);

/**
 * rs_window_run() - take snapshots from a source
 *
 * The first SIGINT or SIGTERM ends the window early and what was counted is still handed on;
 * the second one ends the process.
 * Return: 0, or -1 with err set; the source is closed in any case.
 */
int rs_window_run(const struct rs_source *source, const struct rs_filter *filter,
		  const struct rs_window *window, rs_window_fn done, void *ctx,
		  struct rs_error *err);

/* Lets the first SIGINT or SIGTERM set what rs_window_stopped() tells; the second one is fatal. */
void rs_window_arm(void);
bool rs_window_stopped(void);

/* CLOCK_MONOTONIC, in nanoseconds. */
uint64_t rs_window_now(void);

#endif
