// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"
#include "check_json.h"
#include "collect.h"
#include "embed.h"
#include "file.h"
#include "guest.h"
#include "headline.h"
#include "host.h"
#include "ledger_json.h"
#include "list.h"
#include "metrics.h"
#include "peer.h"
#include "remote.h"
#include "report.h"
#include "run.h"
#include "show.h"
#include "snapshot_json.h"
#include "top.h"
#include "watch.h"

#define SECOND 1000000000ULL

struct report {
	const struct rs_opts *opts;
	enum rs_exit status; /* the worst so far */
};

struct check_output {
	const struct rs_opts *opts;
	struct json_object *rows; /* NULL = print each row at once */
};

static struct rs_page page_of(const struct rs_opts *opts)
{
	return (struct rs_page){
		.out = stdout, .width = rs_terminal_width(stdout), .bare = opts->bare};
}

static struct rs_show show_of(const struct rs_opts *opts)
{
	return (struct rs_show){.page = page_of(opts),
				.colour = rs_show_colour(stdout, opts->colour),
				.quiet = opts->quiet,
				.verbose = opts->verbose};
}

/* Writes a text and frees it. */
static int text_put(const char *path, char *text, struct rs_error *err)
{
	int ret = text ? rs_file_write(path, text, err)
		       : rs_error_set(err, RS_EXIT_ERROR, "out of memory");

	free(text);
	return ret;
}

static int stdout_flush(struct rs_error *err)
{
	return fflush(stdout) || ferror(stdout)
		       ? rs_error_set(err, RS_EXIT_IO, "writing standard output failed")
		       : 0;
}

static void ledger_print(const struct rs_opts *opts, const struct rs_ledger *l,
			 const struct rs_verdict *v)
{
	struct rs_show show = show_of(opts);

	if (opts->json)
		rs_ledger_print(stdout, l, v);
	else
		rs_show_ledger(&show, l, v);
}

/* A fault is worse than what could not be judged. */
static enum rs_exit worse(enum rs_exit a, enum rs_exit b)
{
	return a == RS_EXIT_VERDICT || b == RS_EXIT_OK ? a : b;
}

static int ledger_judge(const struct rs_opts *opts, const struct rs_ledger *l, struct rs_verdict *v,
			enum rs_exit *status, struct rs_error *err)
{
	if (rs_verdict_reach(v, l, err))
		return -1;
	rs_verdict_suppress(v, opts->suppressed, opts->suppressed_n);
	*status = worse(*status, rs_verdict_exit(v, l));
	return 0;
}

/* Applies the rules to a ledger; shows it or prints it as JSON, and writes JSON to the file of -o.
 */
static int ledger_report(const struct rs_opts *opts, const struct rs_ledger *l,
			 enum rs_exit *status, struct rs_error *err)
{
	struct rs_verdict v;
	int ret = 0;

	if (ledger_judge(opts, l, &v, status, err))
		return -1;
	if (opts->output)
		ret = text_put(opts->output, rs_ledger_text(l, &v), err);
	if (!ret && (!opts->output || !rs_file_is_stdout(opts->output)))
		ledger_print(opts, l, &v);
	rs_verdict_clear(&v);
	return ret ? ret : stdout_flush(err);
}

/* As messages, beside an output of another kind. */
static void headlines_print(const struct rs_opts *opts, bool quiet, const struct rs_ledger *l,
			    const struct rs_verdict *v)
{
	struct rs_headlines h = {.out = stderr,
				 .colour = rs_show_colour(stderr, opts->colour),
				 .quiet = quiet,
				 .alone = true};

	rs_headlines_print(&h, l, v);
}

/* Beside a snapshot in JSON only what is wrong is printed. */
static int headlines_report(const struct rs_opts *opts, const struct rs_ledger *l,
			    enum rs_exit *status, struct rs_error *err)
{
	struct rs_verdict v;

	if (ledger_judge(opts, l, &v, status, err))
		return -1;
	headlines_print(opts, true, l, &v);
	rs_verdict_clear(&v);
	return 0;
}

static int side_report(const struct rs_opts *opts, const struct rs_snapshot *s,
		       enum rs_exit *status, struct rs_error *err)
{
	bool is_guest = s->side == RS_SIDE_GUEST;
	struct rs_ledger l;
	int ret;

	if (rs_ledger_make(&l, is_guest ? s : NULL, is_guest ? NULL : s, NULL, err))
		return -1;
	ret = opts->json || opts->output ? headlines_report(opts, &l, status, err)
					 : ledger_report(opts, &l, status, err);
	rs_ledger_clear(&l);
	return ret;
}

/* Queues that disappeared have no row: print how many. An error if none is left. */
static int gone_report(const struct rs_opts *opts, const struct rs_snapshot *s,
		       struct rs_error *err)
{
	size_t begin = s->has_begin ? rs_sample_seen(&s->begin) : 0;
	size_t end = rs_sample_seen(&s->end);

	if (begin <= end)
		return 0;
	if (!end && !opts->window.interval_ns)
		return rs_error_set(err, RS_EXIT_NOTAP,
				    "all %zu queues disappeared: their device or virtual machine "
				    "ended within the window",
				    begin);
	fprintf(stderr,
		"ringside: %zu queues disappeared: their device or virtual machine ended within "
		"the window\n",
		begin - end);
	return 0;
}

/* As JSON the snapshot itself is written, for `ringside diff`. */
static int snapshot_report(void *ctx, const struct rs_snapshot *s, struct rs_error *err)
{
	struct report *report = ctx;
	const struct rs_opts *opts = report->opts;
	const char *flaw = rs_ledger_flaw(s);

	if (flaw)
		fprintf(stderr, "ringside: %s\n", flaw);
	if (gone_report(opts, s, err))
		return -1;
	if ((opts->json || opts->output) && text_put(opts->output, rs_snapshot_text(s), err))
		return -1;
	if (opts->output && !opts->quiet)
		fprintf(stderr, "ringside: %zu queues written to %s\n", rs_sample_seen(&s->end),
			opts->output);
	return side_report(opts, s, &report->status, err);
}

static int metrics_judge(const struct rs_opts *opts, const struct rs_ledger *l,
			 struct rs_error *err)
{
	struct rs_verdict v;
	int ret;

	if (rs_verdict_reach(&v, l, err))
		return -1;
	rs_verdict_suppress(&v, opts->suppressed, opts->suppressed_n);
	ret = text_put(opts->output, rs_metrics_text(l, &v), err);
	rs_verdict_clear(&v);
	return ret;
}

static int metrics_put(void *ctx, const struct rs_snapshot *s, struct rs_error *err)
{
	const struct report *report = ctx;
	bool is_guest = s->side == RS_SIDE_GUEST;
	struct rs_ledger l;
	int ret;

	if (rs_ledger_make(&l, is_guest ? s : NULL, is_guest ? NULL : s, NULL, err))
		return -1;
	ret = metrics_judge(report->opts, &l, err);
	rs_ledger_clear(&l);
	return ret;
}

/* Its exit status is ringside's, too: the sentence tells it from one of ringside's own. */
static bool command_failed(const struct rs_opts *opts, const struct rs_child *child)
{
	int status = rs_child_exit(child);

	if (status)
		fprintf(stderr, "ringside: %s ended with exit status %d\n", opts->window.command[0],
			status);
	return status;
}

static int source_run(const struct rs_source *source, const struct rs_opts *opts, rs_window_fn done,
		      struct rs_error *err)
{
	struct report report = {.opts = opts};
	struct rs_window window = opts->window;
	struct rs_filter filter = opts->filter;
	struct rs_child child;

	if (opts->output && rs_file_probe(opts->output, err))
		return -1;
	window.progress = !opts->quiet && !window.interval_ns;
	window.needs_queues = done != metrics_put; /* an exporter runs on an idle host, too */
	window.takes_unseen = opts->json || opts->output;
	filter.repeats = window.interval_ns;
	if (rs_window_run(source, &filter, &window, done, &report, &child, err))
		return -1;
	if (command_failed(opts, &child))
		return rs_child_exit(&child);
	return report.status;
}

int rs_run_guest(const struct rs_opts *opts, struct rs_error *err)
{
	return source_run(&rs_guest_source, opts, snapshot_report, err);
}

int rs_run_host(const struct rs_opts *opts, struct rs_error *err)
{
	return source_run(&rs_host_source, opts, snapshot_report, err);
}

/* Writes the page, and prints its headlines. */
static int page_report(const struct rs_opts *opts, const struct rs_ledger *l, enum rs_exit *status,
		       struct rs_error *err)
{
	struct rs_verdict v;
	int ret;

	if (ledger_judge(opts, l, &v, status, err))
		return -1;
	ret = text_put(opts->output, rs_report_text(l, &v), err);
	if (!ret)
		headlines_print(opts, opts->quiet, l, &v);
	rs_verdict_clear(&v);
	return ret;
}

typedef int (*ledger_fn)(const struct rs_opts *opts, const struct rs_ledger *l,
			 enum rs_exit *status, struct rs_error *err);

static int ledger_put(const struct rs_opts *opts, const struct rs_snapshot *guest,
		      const struct rs_snapshot *host, const struct rs_match *m, ledger_fn report,
		      struct rs_error *err)
{
	enum rs_exit status = RS_EXIT_OK;
	struct rs_ledger l;
	int ret;

	if (rs_ledger_make(&l, guest, host, m, err))
		return -1;
	ret = report(opts, &l, &status, err);
	rs_ledger_clear(&l);
	return ret ? ret : (int)status;
}

/* One side, or both: the guest's first. */
struct sides {
	struct rs_snapshot first, second;
	bool both;
};

static int sides_judge(const struct rs_opts *opts, const struct sides *s, ledger_fn report,
		       struct rs_error *err)
{
	bool is_guest = s->first.side == RS_SIDE_GUEST;
	struct rs_match m;
	int ret;

	if (!s->both)
		return ledger_put(opts, is_guest ? &s->first : NULL, is_guest ? NULL : &s->first,
				  NULL, report, err);
	if (rs_match_make(&s->first, &s->second, &m, err))
		return -1;
	ret = ledger_put(opts, &s->first, &s->second, &m, report, err);
	rs_match_clear(&m);
	return ret;
}

/* From one or two files, or from one page that has both sides in it. */
static int sides_load(const struct rs_opts *opts, struct sides *s, struct rs_error *err)
{
	s->both = opts->args_n > 1 || rs_embed_is_page(opts->args[0]);
	if (opts->args_n < 2 && s->both)
		return rs_embed_load(opts->args[0], &s->first, &s->second, err);
	if (rs_snapshot_load(&s->first, opts->args[0], err))
		return -1;
	if (!s->both || !rs_snapshot_load(&s->second, opts->args[1], err))
		return 0;
	rs_snapshot_clear(&s->first);
	return -1;
}

static int sides_run(const struct rs_opts *opts, ledger_fn report, struct rs_error *err)
{
	struct sides s;
	int ret;

	if (opts->output && rs_file_probe(opts->output, err))
		return -1;
	if (sides_load(opts, &s, err))
		return -1;
	ret = sides_judge(opts, &s, report, err);
	if (s.both)
		rs_snapshot_clear(&s.second);
	rs_snapshot_clear(&s.first);
	return ret;
}

int rs_run_diff(const struct rs_opts *opts, struct rs_error *err)
{
	return sides_run(opts, ledger_report, err);
}

int rs_run_report(const struct rs_opts *opts, struct rs_error *err)
{
	return sides_run(opts, page_report, err);
}

/* Without an argument: the guest if the module is loaded here, else the host. */
static int side_choose(const struct rs_opts *opts, enum rs_side *side, struct rs_error *err)
{
	const char *word = opts->args_n					? opts->args[0]
			   : access(RS_GUEST_DEBUGFS "/ringside", F_OK) ? "host"
									: "guest";

	*side = strcmp(word, "host") ? RS_SIDE_GUEST : RS_SIDE_HOST;
	if (strcmp(word, "guest") && strcmp(word, "host"))
		return rs_error_set(err, RS_EXIT_USAGE,
				    "unknown side \"%.40s\": expected guest or host", word);
	return 0;
}

static void check_print(void *ctx, const struct rs_check *row)
{
	const struct check_output *output = ctx;

	if (output->rows) {
		rs_checks_add(output->rows, row);
		return;
	}
	if (row->works && output->opts->quiet)
		return;
	printf("%-4s %s", row->works ? "ok" : "no", row->what);
	if (row->why)
		printf(": %s", row->why);
	if (row->fix)
		printf("; %s", row->fix);
	putchar('\n');
}

int rs_run_check(const struct rs_opts *opts, struct rs_error *err)
{
	struct check_output output = {.opts = opts, .rows = opts->json ? rs_checks_new() : NULL};
	enum rs_side side;
	int ret;

	if (side_choose(opts, &side, err))
		return -1;
	ret = side == RS_SIDE_GUEST ? rs_guest_check(check_print, &output)
				    : rs_host_check(check_print, &output);
	if (output.rows && text_put(NULL, rs_checks_text(output.rows, side), err))
		return -1;
	if (stdout_flush(err))
		return -1;
	return ret ? RS_EXIT_CANNOT : RS_EXIT_OK;
}

static const struct rs_source *const sources[RS_SIDES] = {
	[RS_SIDE_GUEST] = &rs_guest_source,
	[RS_SIDE_HOST] = &rs_host_source,
};

static int list_report(void *ctx, const struct rs_snapshot *s, struct rs_error *err)
{
	const struct report *report = ctx;
	struct rs_page page = page_of(report->opts);

	if (report->opts->json)
		return text_put(NULL, rs_snapshot_text(s), err);
	rs_list_print(&page, s->side, &s->end);
	return stdout_flush(err);
}

int rs_run_list(const struct rs_opts *opts, struct rs_error *err)
{
	struct report report = {.opts = opts};
	const struct rs_window once = {.needs_queues = true};
	struct rs_child none;
	enum rs_side side;

	if (side_choose(opts, &side, err))
		return -1;
	return rs_window_run(sources[side], &opts->filter, &once, list_report, &report, &none, err);
}

int rs_run_top(const struct rs_opts *opts, struct rs_error *err)
{
	uint64_t interval = opts->window.interval_ns ? opts->window.interval_ns : SECOND;
	enum rs_side side;

	if (side_choose(opts, &side, err))
		return -1;
	if (opts->filter.cid.known)
		side = RS_SIDE_HOST;
	return rs_top_run(sources[side], &opts->filter, interval, err);
}

int rs_run_agent(const struct rs_opts *opts, struct rs_error *err)
{
	return rs_agent_run(&rs_guest_source, opts->quiet, err);
}

int rs_run_watch(const struct rs_opts *opts, struct rs_error *err)
{
	struct rs_watch w = {.source = &rs_host_source,
			     .filter = opts->filter,
			     .interval_ns = opts->window.interval_ns,
			     .duration_ns = opts->window.duration_ns,
			     .once = opts->once,
			     .need = opts->once ? 1 : opts->trip_need,
			     .of = opts->once ? 1 : opts->trip_of,
			     .command = opts->exec,
			     .page = opts->output,
			     .suppressed = opts->suppressed,
			     .suppressed_n = opts->suppressed_n,
			     .colour = opts->colour,
			     .bell = opts->bell,
			     .json = opts->json,
			     .quiet = opts->quiet};
	enum rs_exit status = RS_EXIT_OK;

	w.filter.repeats = true;
	if (!w.interval_ns)
		w.interval_ns = 2 * SECOND;
	if ((w.page && rs_file_probe(w.page, err)) || rs_peer_find(&w.filter, err))
		return -1;
	return rs_watch_run(&w, &status, err) ? -1 : (int)status;
}

/* A machine that is named, and has no vsock or no agent, is collected from the host alone. */
static bool is_guest_wanted(const struct rs_opts *opts, struct rs_filter *filter)
{
	struct rs_error none = {.status = RS_EXIT_OK};
	struct rs_snapshot s;

	if (opts->filter.cid.known)
		return true;
	if ((!filter->vm && !filter->pid.known) || rs_peer_find(filter, &none))
		return false;
	if (!rs_remote_sample(filter->cid.value, &s, &none)) {
		rs_snapshot_clear(&s);
		return true;
	}
	fprintf(stderr, "ringside: the host alone: %s\n", none.text);
	filter->cid = (struct rs_num){0};
	return false;
}

int rs_run_collect(const struct rs_opts *opts, struct rs_error *err)
{
	struct rs_collect c = {.filter = opts->filter,
			       .duration_ns = opts->window.duration_ns,
			       .output = opts->output,
			       .quiet = opts->quiet};
	enum rs_side side;

	if (side_choose(opts, &side, err))
		return -1;
	if (is_guest_wanted(opts, &c.filter))
		side = RS_SIDE_HOST;
	c.source = sources[side];
	c.check = side == RS_SIDE_GUEST ? rs_guest_check : rs_host_check;
	return rs_collect_run(&c, err);
}

int rs_run_metrics(const struct rs_opts *opts, struct rs_error *err)
{
	enum rs_side side;

	if (side_choose(opts, &side, err))
		return -1;
	return source_run(sources[side], opts, metrics_put, err);
}
