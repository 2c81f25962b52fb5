/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_WINDOW_H
#define RS_WINDOW_H

#include "child.h"
#include "source.h"

struct rs_window {
	uint64_t duration_ns; /* 0 = one sample: figures since counting started */
	uint64_t interval_ns; /* 0 = one snapshot of the whole window */
	bool needs_queues;    /* a snapshot without a queue is an error; not with interval_ns */
	bool takes_unseen;    /* queues of RS_BACKEND_UNSEEN are enough */
	char *const *command; /* run it, and end the window when it ends; NULL = none */
	bool progress;	      /* show progress on standard error, if it is a terminal */
};

/* Called with each finished snapshot. Return: 0 = go on, -1 = stop, with err set. */
typedef int (*rs_window_fn)(void *ctx, const struct rs_snapshot *s, struct rs_error *err);

/**
 * rs_window_run() - take snapshots of a source
 * @child: how the window's command ended; pid 0 and status 0 without one
 *
 * The first SIGINT or SIGTERM ends the window early; the snapshot is still passed to @done. The
 * second one ends the process. While a command runs, the first one is for the command: it is passed
 * on, unless a terminal sent it, which sends it to both.
 * Return: 0, or -1 with err set. The source is closed and the command has ended in both cases.
 */
int rs_window_run(const struct rs_source *source, const struct rs_filter *filter,
		  const struct rs_window *window, rs_window_fn done, void *ctx,
		  struct rs_child *child, struct rs_error *err);

/* After this the first SIGINT or SIGTERM makes rs_window_stopped() true; the second one ends the
 * process. */
void rs_window_arm(void);
bool rs_window_stopped(void);

/* Waits until this instant of rs_window_now(), or until stopped. */
void rs_window_wait(uint64_t end);

/* CLOCK_MONOTONIC, in nanoseconds; CLOCK_REALTIME. */
uint64_t rs_window_now(void);
struct rs_num rs_window_wall(void);

#endif
