/* SPDX-License-Identifier: GPL-2.0-only */
/* Rules that could not run, and the fact that each lacks: what was not checked is said. */
#ifndef RS_UNRUN_H
#define RS_UNRUN_H

#include <stdio.h>

#include "rules.h"

/* A rule, the fact that it lacks, and in how many of the queues that it is about. */
struct rs_unrun {
	const struct rs_rule *rule;
	const char *missing;
	size_t rows, of;
};

/* Calls @unrun for each rule and each fact without which it did not run. */
void rs_unrun_each(const struct rs_ledger *l, void (*unrun)(void *ctx, const struct rs_unrun *u),
		   void *ctx);

/* How many rules did not run; @verbose: a line for each missing fact. */
void rs_unrun_print(FILE *out, bool verbose, const struct rs_ledger *l);

#endif
