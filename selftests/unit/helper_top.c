// SPDX-License-Identifier: GPL-2.0-only
/* The live view's order and figures. */
#include <kselftest_harness.h>

#include <fcntl.h>

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
