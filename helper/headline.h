/* SPDX-License-Identifier: GPL-2.0-only */
/* The findings as text: first one line for each sick queue, later the figures of each. */
#ifndef RS_HEADLINE_H
#define RS_HEADLINE_H

#include <stdio.h>

#include "verdict.h"

/* Prints a line for each queue that is sick, one for the others, and one for the machine. @quiet:
 * prints only what is wrong or could not be judged; nothing if there is nothing of it. */
void rs_headline_print(FILE *out, bool colour, bool quiet, const struct rs_ledger *l,
		       const struct rs_verdict *v);

/* Prints figures, what is ruled out, and what to do, of each finding. */
void rs_headline_details(FILE *out, bool verbose, const struct rs_ledger *l,
			 const struct rs_verdict *v);

#endif
