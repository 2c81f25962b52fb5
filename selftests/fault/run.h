/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAULT_RUN_H
#define FAULT_RUN_H

#include <stdio.h>

#include "frame.h"
#include "queue.h"
#include "script.h"
#include "witness.h"

/* What the guest's witness counted of one queue. */
struct seen {
	uint64_t handled, none, woken, consumed, none_empty, polls;
	uint64_t none_by[WITNESS_CONSUMERS_COUNT], received_by[WITNESS_CONSUMERS_COUNT];
};

/* How far one queue of the guest has come, as far as the script has to know. */
struct pace {
	int irq; /* the witness's slot of this queue's interrupt, -1 until it fired */
	uint64_t posted, consumed; /* both sides' counts when the witness was found */
	bool handled;		   /* the last interrupt found work, so a poll must end */
	uint64_t polls_due;	   /* polls that must have ended, because one was asked for */
	struct counts counts;	   /* what a report counts from */
	struct seen seen;
};

struct run {
	struct device *dev;
	struct frame_ends ends;
	struct witness_pages *witness; /* NULL: no witness: nothing is compared or awaited */
	unsigned int patience;	       /* seconds the guest has for one step */
	bool echo;		       /* serve as a normal device does */
	bool failed;
	struct script_error error; /* the first one, under lock */
	pthread_mutex_t lock;
	FILE *out; /* where reports go */
	struct pace pace[FAULT_QUEUES_MAX];
};

void fault_run_init(struct run *run, struct device *dev);

/**
 * fault_run_script() - parse and carry out a script
 * @name: for messages, the file the text comes from
 *
 * Errors go to run->out as "error NAME:LINE: text".
 *
 * Return: 0, or -1 after the first error; the steps before it are done.
 */
int fault_run_script(struct run *run, const char *name, const char *text);

/* Say what stopped a step; always returns -1. The first error is kept. */
int fault_run_fail(struct run *run, const struct step *s, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * fault_run_wait() - wait for the guest, or for another thread
 * @done: called until it returns true, with @arg
 *
 * Return: 0, or -1 when the patience is over or another branch failed.
 */
int fault_run_wait(struct run *run, bool (*done)(void *arg), void *arg);

#endif
