/* SPDX-License-Identifier: GPL-2.0-only */
/* The findings as text: first one line for each sick queue, later the figures of each. */
#ifndef RS_HEADLINE_H
#define RS_HEADLINE_H

#include <stdio.h>

#include "verdict.h"

enum rs_headline {
	RS_HEADLINE_SICK,    /* a queue with a finding */
	RS_HEADLINE_OTHER,   /* what was accepted; queues that are well, or could not be judged */
	RS_HEADLINE_LEAD,    /* how the last line begins: "machine: " */
	RS_HEADLINE_MACHINE, /* and what it says */
};

struct rs_headlines {
	FILE *out;
	bool colour;
	bool quiet; /* only what is wrong or could not be judged; nothing if there is nothing of it
		     */
	bool alone; /* nothing follows: what does not balance gets its line here */
	/* Called after each of these, if it is not NULL. */
	void (*ended)(void *ctx, enum rs_headline kind);
	void *ctx;
};

/* Prints the line of one finding. */
void rs_headline_print(FILE *out, bool colour, const struct rs_finding *f);

/* Prints a line for each queue that is sick, one for the others, and one for the machine. */
void rs_headlines_print(const struct rs_headlines *h, const struct rs_ledger *l,
			const struct rs_verdict *v);

/* Prints figures, what is ruled out, and what to do, of each finding. */
void rs_headline_details(FILE *out, bool verbose, const struct rs_ledger *l,
			 const struct rs_verdict *v);

#endif
