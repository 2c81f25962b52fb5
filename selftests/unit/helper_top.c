// SPDX-License-Identifier: GPL-2.0-only
/* The live view's order and figures. */
#include <kselftest_harness.h>

#include <fcntl.h>
#include <pty.h>
#include <sys/wait.h>

#include "columns.h"
#include "helper_fixture.h"
#include "show.h"
#include "top.h"

enum { ROOM = 2 * QUEUES };

FIXTURE(top)
{
	struct rs_snapshot s;
	struct rs_ledger l;
	struct rs_error err;
	struct rs_top_view view;
	const struct rs_row *order[ROOM];
};

FIXTURE_SETUP(top)
{
	memset(self, 0, sizeof(*self));
	snapshot_fill(&self->s, RS_SIDE_HOST);
}

FIXTURE_TEARDOWN(top)
{
	rs_ledger_clear(&self->l);
	rs_snapshot_clear(&self->s);
}

#define MAKE()	 ASSERT_EQ(0, rs_ledger_make(&self->l, NULL, &self->s, NULL, &self->err))
#define ORDER()	 rs_top_order(&self->l, &self->view, self->order)
#define LABEL(i) (self->order[i]->label)

static size_t column_find(const char *heading)
{
	size_t c = 0;

	while (strcmp(rs_columns_host.rows[c].heading, heading))
		c++;
	return c;
}

TEST_F(top, the_largest_comes_first_and_unknown_last)
{
	HOST_COUNTER(&self->s.end.queues[2], vhost_posted).value += 100;
	HOST_COUNTER(&self->s.end.queues[3], vhost_posted).value += 50;
	HOST_COUNTER(&self->s.end.queues[0], vhost_posted).known = false;
	MAKE();
	self->view.sort = column_find("posted");
	ASSERT_EQ(QUEUES, ORDER());
	EXPECT_STREQ("vnet37 q1 rx", LABEL(0));
	EXPECT_STREQ("vnet37 q1 tx", LABEL(1));
	EXPECT_STREQ("vnet37 q0 tx", LABEL(2));
	EXPECT_STREQ("vnet37 q0 rx", LABEL(3));
	self->view.reverse = true;
	ORDER();
	EXPECT_STREQ("vnet37 q0 tx", LABEL(0));
	EXPECT_STREQ("vnet37 q0 rx", LABEL(3));
}

TEST_F(top, behind_the_last_column_the_labels_sort)
{
	MAKE();
	self->view.sort = rs_columns_host.n;
	ORDER();
	EXPECT_STREQ("vnet37 q0 rx", LABEL(0));
	EXPECT_STREQ("vnet37 q1 tx", LABEL(QUEUES - 1));
}

TEST_F(top, a_filter_leaves_what_has_it)
{
	MAKE();
	strcpy(self->view.filter, "q1");
	EXPECT_EQ(2, ORDER());
	strcpy(self->view.filter, "nothing");
	EXPECT_EQ(0, ORDER());
}

TEST_F(top, counters_are_rates_and_levels_are_not)
{
	const struct rs_row *row;
	char text[24];

	self->s.end.queues[0].occupancy = rs_num_of(77);
	HOST_COUNTER(&self->s.end.queues[0], injected).known = false;
	MAKE();
	row = &self->l.rows[0];
	/* 10007 within 10 s */
	EXPECT_STREQ("1001",
		     rs_top_value(&self->l, row, column_find("posted"), text, sizeof(text)));
	EXPECT_STREQ("77", rs_top_value(&self->l, row, column_find("waiting"), text, sizeof(text)));
	EXPECT_STREQ("-", rs_top_value(&self->l, row, column_find("injected"), text, sizeof(text)));
}

TEST_F(top, the_column_to_sort_by_is_on_the_screen)
{
	/* 80 columns: queue, verdict, and four figures */
	EXPECT_EQ(0, rs_top_first(0, 14, 80));
	EXPECT_EQ(0, rs_top_first(3, 14, 80));
	EXPECT_EQ(1, rs_top_first(4, 14, 80));
	EXPECT_EQ(10, rs_top_first(13, 14, 80));
	EXPECT_EQ(0, rs_top_first(14, 14, 80)); /* sorted by the label */
	EXPECT_EQ(0, rs_top_first(13, 14, 200));
	EXPECT_EQ(5, rs_top_first(5, 14, 20));
}

static int sick_open(const struct rs_filter *filter, void **handle, struct rs_error *err)
{
	static unsigned int samples;

	(void)filter;
	(void)err;
	*handle = &samples;
	return 0;
}

/* A host of which one queue loses signals. */
static int sick_sample(void *handle, struct rs_sample *s, struct rs_error *err)
{
	unsigned int *samples = handle;

	(void)err;
	sample_fill(s, RS_SIDE_HOST, ++*samples);
	HOST_COUNTER(&s->queues[2], vhost_signals).value += 500 * *samples;
	HOST_COUNTER(&s->queues[2], vhost_calls).value += 500 * *samples;
	return 0;
}

static void sick_close(void *handle)
{
	(void)handle;
}

static const struct rs_source sick = {
	.side = RS_SIDE_HOST, .open = sick_open, .sample = sick_sample, .close = sick_close};

/* What a terminal of @columns receives until top ends after two samples and more. */
static void screen_get(int columns, char *text, size_t size)
{
	struct winsize window = {.ws_col = columns, .ws_row = 24};
	struct rs_error err = {0};
	size_t used = 0;
	ssize_t got;
	int terminal;
	pid_t pid = forkpty(&terminal, NULL, NULL, &window);

	if (!pid) {
		setenv("TERM", "vt100", 1);
		alarm(20);
		_exit(rs_top_run(&sick, &(struct rs_filter){0}, 100000000, &err) ? 1 : 0);
	}
	while (used + 1 < size && (got = read(terminal, text + used, size - 1 - used)) > 0) {
		used += got;
		text[used] = '\0';
		if (strstr(text, "signal-lost"))
			(void)!write(terminal, "q", 1);
	}
	text[used] = '\0';
	waitpid(pid, NULL, 0);
	close(terminal);
}

#define SCREEN_HAS(what) EXPECT_NE(NULL, strstr(text, what)) TH_LOG("%s: %s", what, text)

TEST_F(top, a_terminal_of_80_columns_has_the_verdict_second)
{
	char text[65536];

	screen_get(80, text, sizeof(text));
	SCREEN_HAS("queue\033[3;20Hverdict"); /* to line 3, column 20 */
	SCREEN_HAS("vnet37 q1 rx       signal-lost ");
	SCREEN_HAS("offered");
	SCREEN_HAS("/ filter. Figures are per second");
	/* a column that does not fit is not begun */
	EXPECT_EQ(NULL, strstr(text, "taken")) TH_LOG("%s", text);
}

TEST_F(top, a_wide_terminal_has_all_columns)
{
	char text[65536];

	screen_get(200, text, sizeof(text));
	SCREEN_HAS("vnet37 q1 rx       signal-lost ");
	SCREEN_HAS("asleep");
	SCREEN_HAS("s5-run<99%");
}

TEST_F(top, without_a_terminal_it_says_so)
{
	int keep = dup(STDOUT_FILENO), null = open("/dev/null", O_WRONLY);

	dup2(null, STDOUT_FILENO);
	EXPECT_EQ(-1, rs_top_run(NULL, NULL, 1000000000, &self->err));
	dup2(keep, STDOUT_FILENO);
	EXPECT_EQ(RS_EXIT_CANNOT, self->err.status);
	EXPECT_NE(NULL, strstr(self->err.text, "terminal"));
}

TEST_HARNESS_MAIN
