/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAULT_SCRIPT_H
#define FAULT_SCRIPT_H

#include <stdint.h>

#include "queue.h"

#define FAULT_ARGS_MAX 3

struct run;
struct step;

/*
 * One verb of the language. @args says what follows it, a letter each: q a
 * queue, n a number, N a number that may be left out (then 1), w one of @words.
 */
struct verb {
	const char *name, *args, *words, *help;
	int (*run)(struct run *run, const struct step *step);
};

extern const struct verb fault_verbs[]; /* ends with an empty row */

struct step {
	const struct verb *verb; /* NULL: a block */
	int line;
	int queue;			 /* -1 where the verb names none */
	uint64_t number[FAULT_ARGS_MAX]; /* in the order written; of a block: how often */
	int word;			 /* which of the verb's words, from 0 */
	bool together;			 /* a block whose steps run side by side */
	struct step *body, *next;
};

struct script_error {
	int line;
	char text[200];
};

/**
 * fault_script_parse() - read a script
 * @text: statements ended by ';' or a line feed; '#' begins a comment
 * @pairs: queue pairs the device has
 *
 * Return: the first step (NULL for an empty script too), with err->text empty;
 * on an error NULL, and err says which line and what was expected.
 */
struct step *fault_script_parse(const char *text, int pairs, struct script_error *err);

/* Whether @text ends inside a block, so that more of it must be to come. */
bool fault_script_is_open(const char *text);

void fault_script_free(struct step *step);

#endif
