/* SPDX-License-Identifier: GPL-2.0-only */
/* What a support case needs, in one archive. */
#ifndef RS_COLLECT_H
#define RS_COLLECT_H

#include "source.h"

struct rs_collect {
	const struct rs_source *source;
	struct rs_filter filter; /* with a guest's CID, both sides are collected */
	uint64_t duration_ns;
	const char *output; /* NULL = a name of this machine and time, here */
	bool quiet;
	int (*check)(rs_check_fn row, void *ctx); /* the source's */
};

/* Return: 0, or -1 with err set: there is no archive then, and nothing else of it. */
int rs_collect_run(const struct rs_collect *c, struct rs_error *err);

#endif
