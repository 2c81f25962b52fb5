// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "window.h"

#define NS_PER_S 1000000000ULL

static volatile sig_atomic_t stopped;
static volatile sig_atomic_t command_pid; /* 0 = no command runs */

/* A signal that a process sent, and not the kernel for a terminal, reached only this process. */
static void stop(int sig, siginfo_t *info, void *context)
{
	(void)context;
	stopped = 1;
	if (command_pid && info->si_code <= 0)
		kill(command_pid, sig);
}

static void wake(int sig)
{
	(void)sig;
}

/* SA_RESETHAND: the second signal has its default action and ends the process. */
void rs_window_arm(void)
{
	struct sigaction act = {.sa_sigaction = stop, .sa_flags = SA_RESETHAND | SA_SIGINFO};

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
	if (w->progress && w->duration_ns && !w->command && !isatty(STDERR_FILENO))
		fputs("counting\n", stderr);
}

static void progress_clear(void)
{
	fprintf(stderr, "\r%40s\r", "");
}

/* SIGCHLD is blocked, but within a pause: the end of a command cannot come unseen before it. */
static void child_watch(sigset_t *unblocked)
{
	struct sigaction act = {.sa_handler = wake};
	sigset_t set;

	sigaction(SIGCHLD, &act, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, unblocked);
	sigdelset(unblocked, SIGCHLD);
}

/* The rest of the window: its source, and the command that it lasts for. */
struct run {
	const struct rs_source *source;
	void *handle;
	const struct rs_window *window;
	struct rs_child *child;
	sigset_t unblocked;
};

static bool is_over(struct run *r)
{
	return r->window->command ? !rs_child_runs(r->child) : stopped;
}

/* Pauses are short: a signal that comes just before one does not end it. */
static void pause_for(const struct run *r, uint64_t ns)
{
	struct timespec ts = {0, NS_PER_S - 1};

	if (ns < NS_PER_S)
		ts.tv_nsec = ns;
	ppoll(NULL, 0, &ts, &r->unblocked);
}

static void wait_until(struct run *r, uint64_t end)
{
	uint64_t begin = rs_window_now(), now;
	bool progress = r->window->progress && !r->window->command && end > begin + 2 * NS_PER_S &&
			isatty(STDERR_FILENO);

	while (!is_over(r) && (now = rs_window_now()) < end) {
		if (progress)
			progress_show(begin, end);
		pause_for(r, end - now);
	}
	if (progress)
		progress_clear();
}

/* Short pauses: a signal that comes just before one does not end it. */
void rs_window_wait(uint64_t end)
{
	uint64_t now;

	while (!stopped && (now = rs_window_now()) < end) {
		struct timespec ts = {0, NS_PER_S / 2};

		if (end - now < NS_PER_S / 2)
			ts.tv_nsec = end - now;
		nanosleep(&ts, NULL);
	}
}

struct rs_num rs_window_wall(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return rs_num_of(ts.tv_sec * NS_PER_S + ts.tv_nsec);
}

static int sample_get(const struct run *r, struct rs_sample *s, struct rs_error *err)
{
	int ret = r->source->sample(r->handle, s, err);

	s->wall_ns = rs_window_wall();
	if (ret)
		rs_sample_clear(s);
	return ret;
}

static size_t queues_of(const struct rs_window *w, const struct rs_sample *s)
{
	return w->takes_unseen ? s->queues_n : rs_sample_seen(s);
}

static int queues_check(const struct run *r, const struct rs_snapshot *s, struct rs_error *err)
{
	const struct rs_window *w = r->window;

	if (!w->needs_queues || w->interval_ns || !r->source->nothing)
		return 0;
	if (queues_of(w, &s->begin) || queues_of(w, &s->end))
		return 0;
	return r->source->nothing(r->handle, err);
}

/* A signal that comes while the command starts is passed on as soon as its process id is known. */
static int command_spawn(const struct run *r, struct rs_error *err)
{
	sigset_t both, before;
	int ret;

	sigemptyset(&both);
	sigaddset(&both, SIGINT);
	sigaddset(&both, SIGTERM);
	sigprocmask(SIG_BLOCK, &both, &before);
	ret = stopped ? rs_error_set(err, RS_EXIT_ERROR, "interrupted before %.100s was started",
				     r->window->command[0])
		      : rs_child_start(r->child, r->window->command, err);
	command_pid = r->child->pid;
	sigprocmask(SIG_SETMASK, &before, NULL);
	return ret;
}

/* The command's first packet is within the window. */
static int command_start(const struct run *r, struct rs_error *err)
{
	return r->window->command ? command_spawn(r, err) : 0;
}

static int snapshot_begin(struct run *r, struct rs_snapshot *s, struct rs_error *err)
{
	rs_taken_fill(&s->taken);
	if (s->has_begin && sample_get(r, &s->begin, err))
		return -1;
	begin_print(r->window);
	return command_start(r, err);
}

static int snapshot_end(struct run *r, struct rs_snapshot *s, rs_window_fn done, void *ctx,
			struct rs_error *err)
{
	return sample_get(r, &s->end, err) || queues_check(r, s, err) || done(ctx, s, err) ? -1 : 0;
}

/* The end of one snapshot is the start of the next one: no gap between them. */
static int snapshots_get(struct run *r, rs_window_fn done, void *ctx, struct rs_error *err)
{
	const struct rs_window *w = r->window;
	struct rs_snapshot s = {.side = r->source->side, .has_begin = w->duration_ns != 0};
	uint64_t begin = rs_window_now(), end = begin + w->duration_ns;
	int ret = snapshot_begin(r, &s, err);

	while (!ret) {
		uint64_t next = w->interval_ns && begin + w->interval_ns < end
					? begin + w->interval_ns
					: end;

		wait_until(r, next);
		ret = snapshot_end(r, &s, done, ctx, err);
		if (ret || is_over(r) || next == end)
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
		  struct rs_child *child, struct rs_error *err)
{
	struct run r = {.source = source, .window = window, .child = child};
	int ret;

	*child = (struct rs_child){0};
	rs_window_arm();
	child_watch(&r.unblocked);
	ret = source->open(filter, &r.handle, err);
	if (ret)
		return ret;
	ret = snapshots_get(&r, done, ctx, err);
	rs_child_wait(child);
	command_pid = 0;
	source->close(r.handle);
	return ret;
}
