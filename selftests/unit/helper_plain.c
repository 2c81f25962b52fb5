// SPDX-License-Identifier: GPL-2.0-only
/* Texts of others: nothing that steers a terminal gets through, and all else does. */
#include <kselftest_harness.h>
#include <string.h>

#include "error.h"
#include "helper_fixture.h"
#include "match.h"
#include "plain.h"
#include "snapshot_json.h"

static const struct {
	const char *name, *from, *to;
} rows[] = {
	{"letters stay", "web-1 (a) \\ \"", "web-1 (a) \\ \""},
	{"UTF-8 stays", "Grüße 日本 😀", "Grüße 日本 😀"},
	{"an escape sequence", "a\033[2Jb", "a\\x1b[2Jb"},
	{"line feeds, tabs, backspaces", "a\n\r\t\bb", "a\\x0a\\x0d\\x09\\x08b"},
	{"delete", "\x7f", "\\x7f"},
	{"C1 in UTF-8",
	 "\xc2\x9b"
	 "2J",
	 "\\xc2\\x9b2J"},
	{"C1 as one byte",
	 "\x9b"
	 "2J",
	 "\\x9b2J"},
	{"the direction of the text",
	 "a\xe2\x80\xae"
	 "b",
	 "a\\xe2\\x80\\xaeb"},
	{"a line separator", "\xe2\x80\xa8", "\\xe2\\x80\\xa8"},
	{"an overlong form", "\xc0\x9b\xe0\x80\x9b", "\\xc0\\x9b\\xe0\\x80\\x9b"},
	{"half a character", "\xe6\x97", "\\xe6\\x97"},
	{"a surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80"},
	{"above the last character", "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
};

TEST(each_row)
{
	char text[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		EXPECT_TRUE(rs_plain_copy(text, sizeof(text), rows[i].from));
		EXPECT_STREQ(rows[i].to, text) TH_LOG("%s", rows[i].name);
	}
}

TEST(cut_between_characters)
{
	char text[6];

	EXPECT_FALSE(rs_plain_copy(text, sizeof(text), "ab\033\033"));
	EXPECT_STREQ("ab", text);
	EXPECT_FALSE(rs_plain_copy(text, sizeof(text), "abc日"));
	EXPECT_STREQ("abc", text);
	EXPECT_TRUE(rs_plain_copy(text, sizeof(text), "ab日"));
	EXPECT_STREQ("ab日", text);
}

TEST(error_of_any_text)
{
	struct rs_error err = {0};

	rs_error_set(&err, RS_EXIT_DATA, "its format is \"%s\"", "\033]0;x\a");
	EXPECT_STREQ("its format is \"\\x1b]0;x\\x07\"", err.text);
}

TEST(name_of_a_process)
{
	struct rs_vm vm;

	rs_str_set(vm.comm, "qemu\033[31m");
	EXPECT_STREQ("qemu\\x1b[31m", vm.comm);
}

/* A guest's file: what it names reaches the terminal by tables and by messages. */
TEST(guest_file)
{
	static const char text[] =
		"{\"schema\":\"ringside-snapshot/1\",\"side\":\"guest\",\"taken\":{\"hostname\":"
		"\"h\\u001b[2J\"},\"end\":{\"time_ns\":1,\"queues\":[{\"device\":\"v\\u009b\","
		"\"netdev\":\"e\\u001bc\",\"index\":0,\"dir\":\"rx\"}]}}";
	struct rs_error err = {0};
	struct rs_snapshot s;

	ASSERT_EQ(0, rs_snapshot_parse(&s, text, strlen(text), "there", &err));
	EXPECT_STREQ("h\\x1b[2J", s.taken.hostname);
	EXPECT_STREQ("v\\xc2\\x9b", s.end.queues[0].device);
	EXPECT_STREQ("e\\x1bc", s.end.queues[0].netdev);
	rs_snapshot_clear(&s);
}

static char *many(const char *head, const char *row, size_t n, const char *tail)
{
	char *text = malloc(strlen(head) + strlen(row) * n + strlen(tail) + 1), *at = text;

	at = stpcpy(at, head);
	while (n--)
		at = stpcpy(at, row);
	stpcpy(at, tail);
	return text;
}

static const struct {
	const char *name, *row;
	size_t n;
	const char *says;
} large[] = {
	{"empty rows", "{},", 400000, "end.queues[0].dir is required"},
	{"empty lists", "[],", 400000, "end.queues[0].row must be an object"},
	{"numbers", "1,", 400000, "end.queues[0].row must be an object"},
	{"rows", "{\"device\":\"v\",\"index\":0,\"dir\":\"rx\"},", 16384,
	 "end.queues must be a list of at most 16384 rows"},
	{"no identity", "{\"device\":\"v\",\"dir\":\"rx\",\"size\":1},", 2,
	 "end.queues[0].index is required"},
};

TEST(large_file)
{
	for (size_t i = 0; i < sizeof(large) / sizeof(large[0]); i++) {
		char *text = many("{\"schema\":\"ringside-snapshot/1\",\"side\":\"guest\",\"end\":{"
				  "\"time_ns\":1,\"queues\":[",
				  large[i].row, large[i].n, "1]}}");
		struct rs_error err = {0};
		struct rs_snapshot s;

		EXPECT_EQ(-1, rs_snapshot_parse(&s, text, strlen(text), "there", &err));
		EXPECT_EQ(RS_EXIT_DATA, err.status);
		EXPECT_NE(NULL, strstr(err.text, large[i].says))
		TH_LOG("%s: %s", large[i].name, err.text);
		free(text);
	}
}

TEST_HARNESS_MAIN
