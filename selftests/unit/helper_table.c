// SPDX-License-Identifier: GPL-2.0-only
/* Tables follow the width of the terminal, and lose no figure. */
#include <kselftest_harness.h>

#include <pty.h>
#include <string.h>

#include "table.h"

FIXTURE(table)
{
	struct rs_table t;
	struct rs_page page;
	char *text;
	size_t size;
};

enum { COLUMNS = 6 };

/* "name" and "kind" are the keys; the figures are as wide as their column's number. */
FIXTURE_SETUP(table)
{
	static const char *const cells[] = {
		"name", "kind", "a",  "bb", "ccc", "dddd",	 /* headings */
		"one",	"x",	"11", "12", "13",  "1444444444", /* the widest last cell */
		"two",	"yy",	"21", "22", "23",  "2",
	};

	memset(self, 0, sizeof(*self));
	rs_table_init(&self->t, COLUMNS);
	self->t.keys = 2;
	self->t.left[0] = self->t.bar[2] = true;
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		rs_table_add(&self->t, "%s", cells[i]);
	self->page.out = open_memstream(&self->text, &self->size);
}

FIXTURE_TEARDOWN(table)
{
	rs_table_clear(&self->t);
	fclose(self->page.out);
	free(self->text);
}

#define PRINT()                                        \
	do {                                           \
		rs_table_print(&self->t, &self->page); \
		fflush(self->page.out);                \
	} while (0)

static size_t longest(const char *text)
{
	size_t most = 0;

	for (; *text; text += strcspn(text, "\n") + 1)
		if (strcspn(text, "\n") > most)
			most = strcspn(text, "\n");
	return most;
}

TEST_F(table, without_a_terminal_it_is_one)
{
	PRINT();
	EXPECT_STREQ("name kind |  a bb ccc       dddd\n"
		     "one     x | 11 12  13 1444444444\n"
		     "two    yy | 21 22  23          2\n",
		     self->text)
	TH_LOG("%s", self->text);
	EXPECT_EQ(rs_table_width(&self->t), longest(self->text));
}

TEST_F(table, a_narrow_terminal_gets_parts_with_the_keys)
{
	self->page.width = 24;
	PRINT();
	EXPECT_STREQ("name kind |  a bb ccc\n"
		     "one     x | 11 12  13\n"
		     "two    yy | 21 22  23\n"
		     "\n"
		     "name kind       dddd\n"
		     "one     x 1444444444\n"
		     "two    yy          2\n",
		     self->text)
	TH_LOG("%s", self->text);
}

TEST_F(table, it_is_as_wide_as_the_terminal_for_each_width)
{
	for (size_t width = 20; width < 40; width++) {
		self->page.width = width;
		rewind(self->page.out);
		PRINT();
		EXPECT_GE(width, longest(self->text)) TH_LOG("%zu:\n%s", width, self->text);
		EXPECT_NE(NULL, strstr(self->text, "1444444444"));
		EXPECT_NE(NULL, strstr(self->text, " 23"));
	}
}

TEST_F(table, a_terminal_too_narrow_for_one_column_gets_it_whole)
{
	self->page.width = 3;
	PRINT();
	EXPECT_NE(NULL, strstr(self->text, "one     x 1444444444\n")) TH_LOG("%s", self->text);
}

TEST_F(table, bare_has_no_headings_and_is_not_as_wide_as_they_are)
{
	self->page.bare = true;
	PRINT();
	EXPECT_STREQ("one  x | 11 12 13 1444444444\n"
		     "two yy | 21 22 23          2\n",
		     self->text)
	TH_LOG("%s", self->text);
}

/* A cell over four columns, in a terminal with room for two of them. */
TEST_F(table, a_cell_over_columns_of_two_parts_is_cut)
{
	rs_table_add(&self->t, "over");
	rs_table_add(&self->t, "z");
	rs_table_add(&self->t, "%s", "a long text");
	for (int i = 0; i < 3; i++)
		rs_table_continue(&self->t);
	PRINT();
	EXPECT_NE(NULL, strstr(self->text, "over    z | a long text\n")) TH_LOG("%s", self->text);
	rewind(self->page.out);
	self->page.width = 20;
	PRINT();
	EXPECT_NE(NULL, strstr(self->text, "over    z | a lon\n")) TH_LOG("%s", self->text);
	EXPECT_GE(20, longest(self->text));
}

TEST_F(table, characters_are_counted_and_not_bytes)
{
	self->page.bare = true;
	for (int i = 0; i < COLUMNS; i++)
		rs_table_add(&self->t, "%s", i ? "1" : "z\xc3\xbcrich");
	PRINT();
	EXPECT_NE(NULL, strstr(self->text, "one     x |")) TH_LOG("%s", self->text);
	EXPECT_NE(NULL, strstr(self->text, "z\xc3\xbcrich  1 |")) TH_LOG("%s", self->text);
}

TEST_F(table, a_terminal_has_a_width_and_a_file_has_none)
{
	struct winsize size = {.ws_col = 77, .ws_row = 24};
	int ours, theirs;
	FILE *terminal;

	ASSERT_EQ(0, openpty(&ours, &theirs, NULL, NULL, &size));
	terminal = fdopen(theirs, "w");
	EXPECT_EQ(77, rs_terminal_width(terminal));
	EXPECT_EQ(0, rs_terminal_width(self->page.out));
	fclose(terminal);
	close(ours);
}

TEST_HARNESS_MAIN
