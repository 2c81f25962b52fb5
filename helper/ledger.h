/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ledger: what each side counted within its window, queue by queue, side
 * by side, and what follows from both. Pure: no kernel, no files, no clock.
 */
#ifndef RS_LEDGER_H
#define RS_LEDGER_H

#include "match.h"
#include "row.h"

struct rs_ledger {
	const struct rs_snapshot *guest; /* NULL = this side is not there */
	const struct rs_snapshot *host;
	struct rs_span spans[RS_SIDES]; /* the rows of both snapshots by name */
	struct rs_row *rows;		/* the guest's queues in their order, then the host's */
	size_t rows_n;
	size_t *of_host;     /* for each queue of the host its row; SIZE_MAX = it has none */
	struct rs_row total; /* figures of a whole side: hits that hooks missed */
};

/**
 * rs_ledger_make() - subtract begin from end on each side and join both
 * @guest, @host: either may be NULL; the ledger points into them
 * @match: NULL unless both are given
 *
 * Return: 0, or -1 with err set.
 */
int rs_ledger_make(struct rs_ledger *l, const struct rs_snapshot *guest,
		   const struct rs_snapshot *host, const struct rs_match *match,
		   struct rs_error *err);
void rs_ledger_clear(struct rs_ledger *l);

/**
 * rs_ledger_flaw() - why begin and end of a snapshot cannot be subtracted
 *
 * Return: NULL = they can, or a sentence of RS_FLAWS.
 */
const char *rs_ledger_flaw(const struct rs_snapshot *s);

/* Whether a hook of this side cannot tell what it missed. The guest's module is called for every
 * hit of a tracepoint. */
bool rs_ledger_is_untold(enum rs_side side, const struct rs_hook *hook);

#endif
