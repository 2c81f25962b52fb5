// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "both.h"
#include "child.h"
#include "file.h"
#include "line.h"
#include "report.h"
#include "watch.h"
#include "window.h"

enum { COMMANDS = 8 };

#define NS_PER_S 1000000000ULL

struct state {
	const struct rs_watch *watch;
	struct rs_both both;
	struct rs_trips trips;
	struct rs_lines lines;
	struct rs_child commands[COMMANDS];
	uint64_t now_ns;  /* the end of this window */
	bool began;	  /* a root, with this window */
	bool named, open; /* a root began that names a party, or that does not */
	bool judged;	  /* at least one window was */
};

static struct rs_child *child_free(struct state *s)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (!rs_child_runs(&s->commands[i]))
			return &s->commands[i];
	return NULL;
}

/* The finding's words are in the environment: the shell never reads them as its own. */
static void command_run(struct state *s, const struct rs_finding *f)
{
	char *argv[] = {"/bin/sh", "-c", (char *)s->watch->command, NULL};
	struct rs_error err = {.status = RS_EXIT_OK};
	struct rs_child *child = child_free(s);
	char party[200];

	if (!child) {
		fprintf(stderr, "ringside: %d commands of --exec still run: not started for %s\n",
			COMMANDS, f->id);
		return;
	}
	setenv("RINGSIDE_FINDING", f->id, 1);
	setenv("RINGSIDE_QUEUE", f->row->label, 1);
	setenv("RINGSIDE_PARTY", rs_finding_party(f, party, sizeof(party)), 1);
	setenv("RINGSIDE_CONFIDENCE", rs_confidence_names[f->confidence], 1);
	setenv("RINGSIDE_SENTENCE", f->sentence, 1);
	setenv("RINGSIDE_ADVICE", f->advice, 1);
	if (rs_child_start(child, argv, &err))
		fprintf(stderr, "ringside: %s\n", err.text);
}

/* A second Ctrl-C ends this, too: see rs_window_arm(). */
static void commands_wait(struct state *s)
{
	size_t running = 0;

	for (size_t i = 0; i < COMMANDS; i++)
		running += rs_child_runs(&s->commands[i]);
	if (running)
		fprintf(stderr, "ringside: waiting for %zu commands of --exec\n", running);
	for (size_t i = 0; i < COMMANDS; i++)
		rs_child_wait(&s->commands[i]);
}

static void changed(void *ctx, enum rs_trip_change change, const struct rs_trip *trip,
		    const struct rs_finding *f)
{
	struct state *s = ctx;

	rs_lines_change(&s->lines, change, trip, f, s->now_ns);
	if (change != RS_TRIP_BEGINS)
		return;
	s->began = true;
	if (strcmp(trip->id, RS_UNDECIDED_ID))
		s->named = true;
	else
		s->open = true;
	if (s->watch->bell)
		fputc('\a', stderr);
	if (s->watch->command)
		command_run(s, f);
}

static int page_write(struct state *s, const struct rs_judged *j, struct rs_error *err)
{
	char *text = rs_report_text(&j->ledger, &j->verdict);
	int ret = text ? rs_file_write(s->watch->page, text, err)
		       : rs_error_set(err, RS_EXIT_ERROR, "out of memory");

	free(text);
	return ret;
}

/* The first window after a restart or a migration changes nothing, nor does one in which a side is
 * missing. */
static int trips_take(struct state *s, struct rs_judged *j, struct rs_error *err)
{
	enum rs_exit judged = rs_verdict_exit(&j->verdict, &j->ledger);

	s->began = false;
	if (s->both.fresh || !j->paired)
		return 0;
	s->judged |= judged != RS_EXIT_UNDECIDED;
	if (rs_trips_step(&s->trips, &j->ledger, &j->verdict, s->now_ns, changed, s))
		return rs_error_set(err, RS_EXIT_ERROR, "out of memory");
	if (s->watch->page && (s->began || s->watch->once))
		return page_write(s, j, err);
	return 0;
}

static int judged_show(struct state *s, struct rs_judged *j, struct rs_error *err)
{
	int ret;

	s->lines.judged = j;
	rs_verdict_suppress(&j->verdict, s->watch->suppressed, s->watch->suppressed_n);
	rs_lines_begin(&s->lines, s->watch->json);
	rs_lines_queues(&s->lines);
	ret = trips_take(s, j, err);
	if (rs_lines_end(&s->lines))
		return rs_error_set(err, RS_EXIT_IO, "writing standard output failed");
	return ret;
}

static int window_judge(struct state *s, struct rs_error *err)
{
	struct rs_judged j;
	int ret;

	if (rs_both_judge(&s->both, &j, err))
		return -1;
	ret = judged_show(s, &j, err);
	rs_judged_clear(&j);
	return ret;
}

static int windows_take(struct state *s, struct rs_error *err)
{
	const struct rs_watch *w = s->watch;
	uint64_t begin = rs_window_now(), next = begin;

	do {
		next += w->interval_ns;
		if (next < rs_window_now()) /* taking it took longer */
			next = rs_window_now() + w->interval_ns;
		rs_window_wait(next);
		if (rs_window_stopped())
			break;
		if (rs_both_step(&s->both, err))
			return -1;
		s->now_ns = rs_window_now();
		if (window_judge(s, err))
			return -1;
		if (w->once && !s->both.answers) {
			*err = s->both.guest;
			return -1;
		}
	} while (!w->once && s->now_ns - begin < w->duration_ns);
	return 0;
}

static enum rs_exit status_of(const struct state *s)
{
	if (s->named)
		return RS_EXIT_VERDICT;
	return s->open || !s->judged ? RS_EXIT_UNDECIDED : RS_EXIT_OK;
}

int rs_watch_run(const struct rs_watch *w, enum rs_exit *status, struct rs_error *err)
{
	struct state s = {.watch = w, .trips = {.need = w->need, .of = w->of}};
	int ret;

	rs_window_arm();
	if (rs_both_open(&s.both, w->source, &w->filter, err))
		return -1;
	s.lines = (struct rs_lines){.out = stdout,
				    .colour = rs_show_colour(stdout, w->colour),
				    .quiet = w->quiet,
				    .both = &s.both};
	if (!w->quiet)
		fprintf(stderr, "ringside: watching vsock:%u, every %.1f s\n", s.both.cid,
			(double)w->interval_ns / NS_PER_S);
	ret = windows_take(&s, err);
	rs_both_close(&s.both);
	commands_wait(&s);
	rs_trips_clear(&s.trips);
	*status = status_of(&s);
	return ret;
}
