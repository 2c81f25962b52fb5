// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "window.h"

#define NS_PER_S 1000000000ULL

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

/* SA_RESETHAND: the second signal has its default action and ends the process. */
void rs_window_arm(void)
{
	struct sigaction act = {.sa_handler = stop, .sa_flags = SA_RESETHAND};

	stopped = 0;
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
}

bool rs_window_stopped(void)
{
	return stopped;
}

uint64_t rs_window_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static void progress_show(uint64_t begin, uint64_t end)
{
	fprintf(stderr, "\rcounting: %llu of %llu s ",
		(unsigned long long)((rs_window_now() - begin) / NS_PER_S),
		(unsigned long long)((end - begin) / NS_PER_S));
}

/* Without a terminal a script may wait for this line: the window has started. */
static void begin_print(const struct rs_window *w)
{
	if (w->progress && w->duration_ns && !isatty(STDERR_FILENO))
		fputs("counting\n", stderr);
}

static void progress_clear(void)
{
	fprintf(stderr, "\r%40s\r", "");
}

static void wait_until(uint64_t end, bool progress)
{
	uint64_t begin = rs_window_now();
	struct timespec ts;

	progress = progress && end > begin + 2 * NS_PER_S && isatty(STDERR_FILENO);
	while (!stopped && rs_window_now() < end) {
		/* sleep in short steps: a signal that comes just before a sleep does not end it */
		uint64_t next = rs_window_now() + NS_PER_S < end ? rs_window_now() + NS_PER_S : end;

		if (progress)
			progress_show(begin, end);
		ts.tv_sec = next / NS_PER_S;
		ts.tv_nsec = next % NS_PER_S;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
	}
	if (progress)
		progress_clear();
}

static int sample_get(const struct rs_source *source, void *handle, struct rs_sample *s,
		      struct rs_error *err)
{
	int ret = source->sample(handle, s, err);

	if (ret)
		rs_sample_clear(s);
	return ret;
}

static int queues_check(const struct rs_source *source, void *handle, const struct rs_window *w,
			const struct rs_snapshot *s, struct rs_error *err)
{
	if (!w->needs_queues || w->interval_ns || !source->nothing || s->begin.queues_n ||
	    s->end.queues_n)
		return 0;
	return source->nothing(handle, err);
}

/* The end of one snapshot is the start of the next one: no gap between them. */
static int snapshots_get(const struct rs_source *source, void *handle, const struct rs_window *w,
			 rs_window_fn done, void *ctx, struct rs_error *err)
{
	struct rs_snapshot s = {.side = source->side, .has_begin = w->duration_ns != 0};
	uint64_t begin = rs_window_now(), end = begin + w->duration_ns;
	int ret = s.has_begin ? sample_get(source, handle, &s.begin, err) : 0;

	rs_taken_fill(&s.taken);
	if (!ret)
		begin_print(w);
	while (!ret) {
		uint64_t next = w->interval_ns && begin + w->interval_ns < end
					? begin + w->interval_ns
					: end;

		wait_until(next, w->progress);
		ret = sample_get(source, handle, &s.end, err) ||
				      queues_check(source, handle, w, &s, err) || done(ctx, &s, err)
			      ? -1
			      : 0;
		if (ret || stopped || next == end)
			break;
		rs_sample_clear(&s.begin);
		s.begin = s.end;
		memset(&s.end, 0, sizeof(s.end));
		begin = next;
	}
	rs_snapshot_clear(&s);
	return ret;
}

int rs_window_run(const struct rs_source *source, const struct rs_filter *filter,
		  const struct rs_window *window, rs_window_fn done, void *ctx,
		  struct rs_error *err)
{
	void *handle = NULL;
	int ret;

	rs_window_arm();
	ret = source->open(filter, &handle, err);
	if (ret)
		return ret;
	ret = snapshots_get(source, handle, window, done, ctx, err);
	source->close(handle);
	return ret;
}
