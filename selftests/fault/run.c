// SPDX-License-Identifier: GPL-2.0-only
/* Carries out the steps of a script; what each verb does is in verbs.c. */
#include "run.h"

#include <sys/prctl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * Looks before sleeping between looks. The VMM's threads need the processors
 * more than who waits for them.
 */
#define LOOKS_HOT 1000
#define NAP_NS	  20000

struct branch {
	struct run *run;
	const struct step *step;
	pthread_t thread;
	bool started;
};

static int run_steps(struct run *run, const struct step *s);

void fault_run_init(struct run *run, struct device *dev)
{
	memset(run, 0, sizeof(*run));
	pthread_mutex_init(&run->lock, NULL);
	run->dev = dev;
	run->patience = 20;
	for (int i = 0; i < FAULT_QUEUES_MAX; i++)
		run->pace[i].irq = -1;
}

int fault_run_fail(struct run *run, const struct step *s, const char *fmt, ...)
{
	va_list args;

	pthread_mutex_lock(&run->lock);
	if (!run->failed) {
		run->error.line = s->line;
		va_start(args, fmt);
		vsnprintf(run->error.text, sizeof(run->error.text), fmt, args);
		va_end(args);
	}
	__atomic_store_n(&run->failed, true, __ATOMIC_RELEASE);
	pthread_mutex_unlock(&run->lock);
	return -1;
}

static bool failed(struct run *run)
{
	return __atomic_load_n(&run->failed, __ATOMIC_ACQUIRE) ||
	       __atomic_load_n(&run->dev->gone, __ATOMIC_ACQUIRE);
}

int fault_run_wait(struct run *run, bool (*done)(void *arg), void *arg)
{
	const struct timespec nap = {.tv_nsec = NAP_NS};
	struct timespec now, end = {0};

	for (uint64_t look = 0; !done(arg); look++) {
		if (look < LOOKS_HOT)
			continue;
		nanosleep(&nap, NULL);
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (!end.tv_sec)
			end.tv_sec = now.tv_sec + run->patience + 1;
		if (now.tv_sec > end.tv_sec || failed(run))
			return -1;
	}
	return 0;
}

static void *run_branch(void *arg)
{
	struct branch *b = arg;
	struct step alone = *b->step;

	prctl(PR_SET_TIMERSLACK, 1ul); /* the default would make a nap ten times as long */
	alone.next = NULL;
	run_steps(b->run, &alone);
	return NULL;
}

static int run_together(struct run *run, const struct step *block)
{
	struct branch branch[FAULT_QUEUES_MAX] = {0};
	int n = 0;

	for (const struct step *s = block->body; s; s = s->next, n++) {
		struct branch *b = &branch[n];

		if (n == FAULT_QUEUES_MAX) {
			fault_run_fail(run, s, "at most %d steps side by side", FAULT_QUEUES_MAX);
			break;
		}
		b->run = run;
		b->step = s;
		b->started = !pthread_create(&b->thread, NULL, run_branch, b);
		if (!b->started)
			fault_run_fail(run, s, "no thread for this step");
	}
	while (n--)
		if (branch[n].started)
			pthread_join(branch[n].thread, NULL);
	return failed(run) ? -1 : 0;
}

static int run_block(struct run *run, const struct step *block)
{
	if (block->together)
		return run_together(run, block);
	for (uint64_t i = 0; i < block->number[0]; i++)
		if (run_steps(run, block->body))
			return -1;
	return 0;
}

static int run_steps(struct run *run, const struct step *s)
{
	for (; s; s = s->next) {
		if (failed(run))
			return fault_run_fail(run, s, "the VMM hung up");
		if (s->verb ? s->verb->run(run, s) : run_block(run, s))
			return -1;
	}
	return 0;
}

static void set_awake(struct run *run, unsigned int awake)
{
	if (run->witness)
		__atomic_store_n(&run->witness->awake, awake, __ATOMIC_RELEASE);
}

int fault_run_script(struct run *run, const char *name, const char *text)
{
	struct step *first;

	run->failed = false;
	first = fault_script_parse(text, run->dev->pairs, &run->error);
	if (run->error.text[0]) {
		run->failed = true;
	} else {
		prctl(PR_SET_TIMERSLACK, 1ul);
		set_awake(run, 1);
		run_steps(run, first);
		set_awake(run, 0);
	}
	fault_script_free(first);
	if (!run->failed)
		return 0;
	fprintf(run->out, "error %s:%d: %s\n", name, run->error.line, run->error.text);
	return -1;
}
