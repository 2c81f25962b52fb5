/* SPDX-License-Identifier: GPL-2.0-only */
/* Plots of a report: lists of bars, each with its figure in words. */
#ifndef RS_PLOT_H
#define RS_PLOT_H

#include <stdio.h>

#include "snapshot.h"

/* The class of a bar in the page's style, and what stands behind its figure. */
#define RS_PLOT_LIST(X)                                           \
	X(FLOW, "flow", "")                                       \
	X(ASIDE, "aside", "")	     /* left the way, as meant */ \
	X(WAITS, "waits", "waiting") /* stands, not lost */       \
	X(LOST, "lost", "lost")

enum rs_plot_kind {
#define X(name, cls, word) RS_PLOT_##name,
	RS_PLOT_LIST(X)
#undef X
		RS_PLOT_KINDS
};

struct rs_bar {
	const char *name;
	struct rs_num value;
	enum rs_plot_kind kind;
};

/**
 * rs_plot_bars() - a title, and a bar for each value
 *
 * A bar whose value is 0 and that is not RS_PLOT_FLOW is left out. Those that are unknown are named
 * below, without a bar. Nothing at all is printed if none is known.
 */
void rs_plot_bars(FILE *out, const char *title, const struct rs_bar *bars, size_t n);

/* A histogram as columns, with its bounds, median, 99 % and maximum. Nothing if it has no value. */
void rs_plot_histogram(FILE *out, const char *title, const struct rs_histogram *h,
		       const char *unit);

#endif
