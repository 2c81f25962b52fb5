// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "both.h"
#include "columns.h"
#include "hist.h"
#include "show.h"
#include "top.h"
#include "window.h"

/* Widths of the columns, with the space before or behind them. Longer texts are cut. */
enum { LABEL_WIDTH = 19, WORD_WIDTH = 20, VALUE_WIDTH = 9 };

static const struct rs_columns *columns_of(const struct rs_ledger *l)
{
	if (l->host && l->guest)
		return &rs_columns_both;
	return l->host ? &rs_columns_host : &rs_columns_guest;
}

static struct rs_num sort_key(const struct rs_row *row, const struct rs_columns *columns,
			      size_t sort)
{
	return sort < columns->n ? row->figures[columns->rows[sort].figure] : (struct rs_num){0};
}

struct order {
	const struct rs_columns *columns;
	const struct rs_top_view *view;
};

static int rows_compare(const void *a, const void *b, void *ctx)
{
	const struct rs_row *x = *(const struct rs_row *const *)a;
	const struct rs_row *y = *(const struct rs_row *const *)b;
	const struct order *o = ctx;
	struct rs_num kx = sort_key(x, o->columns, o->view->sort);
	struct rs_num ky = sort_key(y, o->columns, o->view->sort);

	if (kx.known != ky.known)
		return kx.known ? -1 : 1;
	if (kx.value != ky.value)
		return (kx.value < ky.value) == o->view->reverse ? -1 : 1;
	return strcmp(x->label, y->label);
}

size_t rs_top_order(const struct rs_ledger *l, const struct rs_top_view *view,
		    const struct rs_row **order)
{
	struct order o = {columns_of(l), view};
	size_t n = 0;

	for (size_t i = 0; i < l->rows_n; i++)
		if (strstr(l->rows[i].label, view->filter))
			order[n++] = &l->rows[i];
	qsort_r(order, n, sizeof(*order), rows_compare, &o);
	return n;
}

const char *rs_top_value(const struct rs_ledger *l, const struct rs_row *row, size_t column,
			 char *text, size_t size)
{
	const struct rs_column *c = &columns_of(l)->rows[column];
	struct rs_num num = row->figures[c->figure];
	struct rs_num ms =
		row->figures[l->host ? RS_FIG_DERIVED(host_window) : RS_FIG_DERIVED(guest_window)];

	if (!num.known || (!c->level && (!ms.known || !ms.value)))
		snprintf(text, size, "-");
	else if (c->level)
		snprintf(text, size, "%" PRIu64, num.value);
	else
		snprintf(text, size, "%.0f", num.value * 1000.0 / ms.value);
	return text;
}

/* Highlights a row with a verdict or a full ring. */
static attr_t row_attr(const struct rs_ledger *l, const struct rs_verdict *v,
		       const struct rs_row *row)
{
	const struct rs_num *f = row->figures;
	struct rs_num waiting = f[RS_FIG_DERIVED(occupancy)], room = f[RS_FIG_DERIVED(ring_size)];
	const struct rs_finding *finding = rs_verdict_find(v, l, row);

	if (finding)
		return finding->severity == RS_SEVERITY_CRITICAL ? A_REVERSE : A_BOLD;
	return waiting.known && room.known && room.value && waiting.value >= room.value ? A_REVERSE
											: A_NORMAL;
}

static const char *row_word(const struct rs_ledger *l, const struct rs_verdict *v,
			    const struct rs_row *row)
{
	struct rs_num suppressed = row->figures[RS_FIG_HOST(vhost_suppressed_flag)];
	const struct rs_finding *finding = rs_verdict_find(v, l, row);

	if (finding)
		return finding->id;
	return suppressed.known && suppressed.value ? "suppressed" : "";
}

/* The steps that show a late vhost worker and a busy vCPU, as the bound of 99 % of the values. */
static const struct {
	enum rs_host_hist hist;
	const char *heading;
} steps[] = {{RS_HOST_HIST_s1_s2, "s1-s2<99%"}, {RS_HOST_HIST_s5_run, "s5-run<99%"}};

enum { STEPS = sizeof(steps) / sizeof(steps[0]), STEP_WIDTH = 11 };

static const char *step_text(const struct rs_ledger *l, const struct rs_row *row, size_t step,
			     char *text, size_t size)
{
	const struct rs_histogram *h = &row->hists[RS_SIDE_HOST][steps[step].hist];

	return rs_hist_bound(l->host && h->known ? rs_hist_percentile(h, 990) : -1, "ns", text,
			     size);
}

size_t rs_top_first(size_t sort, size_t columns, size_t width)
{
	size_t used = LABEL_WIDTH + WORD_WIDTH;
	size_t fit = width > used + VALUE_WIDTH ? (width - used) / VALUE_WIDTH : 1;

	return sort < fit || sort >= columns ? 0 : sort - fit + 1;
}

/* A cell that does not fit into the line is not drawn: a figure is never cut. */
static bool has_room(size_t width)
{
	return getcurx(stdscr) + (int)width <= COLS;
}

/* Options that make columns unknown. */
static void options_draw(const struct rs_sample *s)
{
	for (size_t i = 0; i < s->hooks_n; i++)
		if (!strcmp(s->hooks[i].kind, "option"))
			printw(", %s %s", s->hooks[i].name, s->hooks[i].state);
}

static void headings_draw(const struct rs_ledger *l, const struct rs_top_view *view)
{
	const struct rs_columns *columns = columns_of(l);

	move(2, 0);
	clrtoeol();
	printw("%-*s%-*s", LABEL_WIDTH, "queue", WORD_WIDTH, "verdict");
	for (size_t c = rs_top_first(view->sort, columns->n, COLS);
	     c < columns->n && has_room(VALUE_WIDTH); c++) {
		if (c == view->sort)
			attron(A_UNDERLINE);
		printw("%*s", VALUE_WIDTH, columns->rows[c].heading);
		attroff(A_UNDERLINE);
	}
	for (size_t i = 0; l->host && i < STEPS && has_room(STEP_WIDTH); i++)
		printw("%*s", STEP_WIDTH, steps[i].heading);
}

/* What does not fit is the part that can be looked up. */
static void keys_draw(const struct rs_top_view *view)
{
	char text[200];

	if (view->note && *view->note) {
		mvaddnstr(1, 0, view->note, COLS);
		return;
	}
	snprintf(text, sizeof(text),
		 "q quit, < > sort, r reverse, / filter%s%s. Figures are per second; waiting, of, "
		 "left and irq counts: current values",
		 *view->filter ? ": " : "", view->filter);
	mvaddnstr(1, 0, text, COLS);
}

static void head_draw(const struct rs_ledger *l, const struct rs_top_view *view, size_t shown)
{
	const struct rs_snapshot *s = l->host ? l->host : l->guest;
	struct rs_num missed = l->total.figures[l->host ? RS_FIG_DERIVED(host_missed)
							: RS_FIG_DERIVED(guest_missed)];

	mvprintw(0, 0, "%s %s, %zu of %zu queues, hits missed: ", s->taken.hostname,
		 s->taken.kernel, shown, l->rows_n);
	if (missed.known)
		printw("%" PRIu64, missed.value);
	else
		printw("-");
	options_draw(&s->end);
	keys_draw(view);
	headings_draw(l, view);
}

static void row_draw(int line, const struct rs_ledger *l, const struct rs_verdict *v,
		     const struct rs_top_view *view, const struct rs_row *row)
{
	const struct rs_columns *columns = columns_of(l);
	char text[24];

	attron(row_attr(l, v, row));
	mvprintw(line, 0, "%-*.*s%-*.*s", LABEL_WIDTH, LABEL_WIDTH - 1, row->label, WORD_WIDTH,
		 WORD_WIDTH - 1, row_word(l, v, row));
	for (size_t c = rs_top_first(view->sort, columns->n, COLS);
	     c < columns->n && has_room(VALUE_WIDTH); c++)
		printw("%*s", VALUE_WIDTH, rs_top_value(l, row, c, text, sizeof(text)));
	for (size_t c = 0; l->host && c < STEPS && has_room(STEP_WIDTH); c++)
		printw("%*s", STEP_WIDTH, step_text(l, row, c, text, sizeof(text)));
	attroff(row_attr(l, v, row));
}

static void screen_draw(const struct rs_ledger *l, const struct rs_verdict *v,
			const struct rs_top_view *view)
{
	const struct rs_row **order = calloc(l->rows_n + 1, sizeof(*order));
	size_t n = order ? rs_top_order(l, view, order) : 0;

	erase();
	head_draw(l, view, n);
	for (size_t i = 0; i < n && (int)i < LINES - 3; i++)
		row_draw(3 + i, l, v, view, order[i]);
	refresh();
	free(order);
}

static void filter_ask(struct rs_top_view *view)
{
	timeout(-1);
	echo();
	mvprintw(1, 0, "filter: ");
	clrtoeol();
	if (getnstr(view->filter, sizeof(view->filter) - 1) == ERR)
		view->filter[0] = '\0';
	noecho();
}

/* Return: false = quit. */
static bool key_handle(int key, struct rs_top_view *view, size_t columns)
{
	switch (key) {
	case 'q':
		return false;
	case '>':
	case KEY_RIGHT:
		view->sort = (view->sort + 1) % (columns + 1);
		break;
	case '<':
	case KEY_LEFT:
		view->sort = (view->sort + columns) % (columns + 1);
		break;
	case 'r':
		view->reverse = !view->reverse;
		break;
	case '/':
		filter_ask(view);
		break;
	}
	return true;
}

struct top {
	struct rs_top_view view;
	uint64_t interval_ns;
};

/* Draws a window, and handles keys until the next one is due. Return: 1 = it shall end. */
static int top_step(struct top *top, const struct rs_ledger *l, const struct rs_verdict *v)
{
	uint64_t end = rs_window_now() + top->interval_ns;

	while (!rs_window_stopped() && rs_window_now() < end) {
		int key;

		screen_draw(l, v, &top->view);
		timeout((int)((end - rs_window_now()) / 1000000) + 1);
		key = getch();
		if (key != ERR && !key_handle(key, &top->view, columns_of(l)->n))
			return 1;
	}
	return rs_window_stopped();
}

static int snapshot_step(struct top *top, const struct rs_snapshot *s, struct rs_error *err)
{
	bool is_host = s->side == RS_SIDE_HOST;
	struct rs_verdict v;
	struct rs_ledger l;
	int ret;

	if (rs_ledger_make(&l, is_host ? NULL : s, is_host ? s : NULL, NULL, err))
		return -1;
	ret = rs_verdict_reach(&v, &l, err);
	if (!ret) {
		ret = top_step(top, &l, &v);
		rs_verdict_clear(&v);
	}
	rs_ledger_clear(&l);
	return ret;
}

static int one_loop(const struct rs_source *source, void *handle, struct top *top,
		    struct rs_error *err)
{
	struct rs_snapshot s = {.side = source->side};
	int ret = 0;

	rs_taken_fill(&s.taken);
	while (!ret) {
		ret = source->sample(handle, &s.end, err);
		if (!ret)
			ret = snapshot_step(top, &s, err);
		rs_sample_clear(&s.begin);
		s.begin = s.end;
		s.has_begin = true;
		memset(&s.end, 0, sizeof(s.end));
	}
	rs_snapshot_clear(&s);
	return ret < 0 ? -1 : 0;
}

static int both_loop(struct rs_both *b, struct top *top, struct rs_error *err)
{
	struct rs_judged j;
	int ret = 0;

	while (!ret) {
		ret = rs_both_judge(b, &j, err);
		if (ret)
			break;
		top->view.note = rs_both_why(b);
		ret = top_step(top, &j.ledger, &j.verdict);
		rs_judged_clear(&j);
		if (!ret)
			ret = rs_both_step(b, err);
	}
	return ret < 0 ? -1 : 0;
}

/* Return: NULL with err set. */
static SCREEN *screen_open(struct rs_error *err)
{
	SCREEN *screen = newterm(NULL, stdout, stdin);

	if (!screen) {
		rs_error_set(err, RS_EXIT_CANNOT, "unknown terminal TERM=%s: try TERM=vt100",
			     getenv("TERM") ? getenv("TERM") : "");
		return NULL;
	}
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	return screen;
}

static void screen_close(SCREEN *screen)
{
	endwin();
	delscreen(screen);
}

static int one_run(const struct rs_source *source, const struct rs_filter *filter, struct top *top,
		   struct rs_error *err)
{
	void *handle = NULL;
	SCREEN *screen;
	int ret = -1;

	if (source->open(filter, &handle, err))
		return -1;
	screen = screen_open(err);
	if (screen) {
		ret = one_loop(source, handle, top, err);
		screen_close(screen);
	}
	source->close(handle);
	return ret;
}

static int both_run(const struct rs_source *source, const struct rs_filter *filter, struct top *top,
		    struct rs_error *err)
{
	struct rs_both b;
	SCREEN *screen;
	int ret = -1;

	if (rs_both_open(&b, source, filter, err))
		return -1;
	screen = screen_open(err);
	if (screen) {
		ret = rs_both_step(&b, err) ? -1 : both_loop(&b, top, err);
		screen_close(screen);
	}
	rs_both_close(&b);
	return ret;
}

int rs_top_run(const struct rs_source *source, const struct rs_filter *filter, uint64_t interval_ns,
	       struct rs_error *err)
{
	struct top top = {.interval_ns = interval_ns};
	struct rs_filter again;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return rs_error_set(
			err, RS_EXIT_CANNOT,
			"top needs a terminal; without a terminal use `ringside host -i 1s`");
	again = *filter;
	again.repeats = true;
	rs_window_arm();
	return filter->cid.known ? both_run(source, &again, &top, err)
				 : one_run(source, &again, &top, err);
}
