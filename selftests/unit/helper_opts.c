// SPDX-License-Identifier: GPL-2.0-only
/* The command line, and that man page and completion know all of it. */
#include <kselftest_harness.h>

#include <fcntl.h>

#include "file.h"
#include "host.h"
#include "opts.h"

/* The commands refer to it; nothing here runs one. */
const struct rs_source rs_host_source = {.side = RS_SIDE_HOST};

int rs_host_check(rs_check_fn row, void *ctx)
{
	(void)row;
	(void)ctx;
	return -1;
}

static int parse(struct rs_opts *opts, struct rs_error *err, const char *line)
{
	static char copy[256];
	char *argv[32] = {"ringside"}, *rest, *word;
	int argc = 1;

	memset(err, 0, sizeof(*err));
	snprintf(copy, sizeof(copy), "%s", line);
	for (word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	return rs_opts_parse(opts, argc, argv, err);
}

TEST(options_reach_their_fields)
{
	struct rs_opts o;
	struct rs_error err;

	ASSERT_EQ(0, parse(&o, &err,
			   "host --tap vnet37 -d 500ms -i 100ms -jqv -o f.json --vm web1 --pid 12 "
			   "--queue 3"));
	EXPECT_STREQ("host", o.command->name);
	EXPECT_STREQ("vnet37", o.filter.tap);
	EXPECT_STREQ("web1", o.filter.vm);
	EXPECT_EQ(12, o.filter.pid.value);
	EXPECT_EQ(3, o.filter.queue.value);
	EXPECT_EQ(500000000, o.window.duration_ns);
	EXPECT_EQ(100000000, o.window.interval_ns);
	EXPECT_STREQ("f.json", o.output);
	EXPECT_TRUE(o.json && o.quiet && o.verbose && o.filter.verbose);
}

TEST(defaults)
{
	struct rs_opts o;
	struct rs_error err;

	ASSERT_EQ(0, parse(&o, &err, "guest"));
	EXPECT_EQ(0, o.window.duration_ns);
	EXPECT_FALSE(o.json || o.quiet || o.verbose || o.filter.pid.known || o.filter.queue.known);
	ASSERT_EQ(0, parse(&o, &err, "host"));
	EXPECT_EQ(10000000000, o.window.duration_ns);
	ASSERT_EQ(0, parse(&o, &err, "diff g.json h.json"));
	EXPECT_EQ(2, o.args_n);
	EXPECT_STREQ("g.json", o.args[0]);
	EXPECT_STREQ("h.json", o.args[1]);
}

TEST(an_interval_goes_on_unless_a_duration_ends_it)
{
	struct rs_opts o;
	struct rs_error err;

	ASSERT_EQ(0, parse(&o, &err, "host -i 1s"));
	EXPECT_EQ(RS_FOREVER, o.window.duration_ns);
	ASSERT_EQ(0, parse(&o, &err, "host -i 1s -d 10s"));
	EXPECT_EQ(10000000000, o.window.duration_ns);
	ASSERT_EQ(0, parse(&o, &err, "guest -d 10s -i 1s"));
	EXPECT_EQ(10000000000, o.window.duration_ns);
}

TEST(times_are_left_out_where_the_host_is_looked_at)
{
	static const char *const lines[] = {"host --no-times -d 1s", "top host --no-times",
					    "metrics --no-times -i 15s"};
	struct rs_opts o;
	struct rs_error err;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		ASSERT_EQ(0, parse(&o, &err, lines[i])) TH_LOG("%s: %s", lines[i], err.text);
		EXPECT_TRUE(o.filter.no_times) TH_LOG("%s", lines[i]);
	}
	ASSERT_EQ(0, parse(&o, &err, "host"));
	EXPECT_FALSE(o.filter.no_times);
}

TEST(options_may_follow_arguments)
{
	struct rs_opts o;
	struct rs_error err;

	ASSERT_EQ(0, parse(&o, &err, "diff g.json h.json -j"));
	EXPECT_TRUE(o.json);
}

static const struct {
	const char *line, *word;
} wrong[] = {
	{"", "--help"},
	{"hots", "\"hots\" is no command"},
	{"diff a", "diff GUEST HOST"},
	{"diff a b c", "\"c\""},
	{"guest x", "\"x\""},
	{"host -d 10x", "--duration 10x"},
	{"host -d 0", "--duration 0"},
	{"host -d -5s", "--duration -5s"},
	{"host -d 1.5s", "1.5s"},
	{"host -d 169h", "168h"},
	{"host -d 99999999999999999999s", "168h"},
	{"host -d 18446744073709551615h", "168h"},
	{"host -i s", "--interval s"},
	{"host --pid 0", "process id"},
	{"host --pid x", "process id"},
	{"host --queue -1", "queue"},
	{"host --queue 65536", "queue"},
	{"guest --tap t", NULL},
	{"guest --no-times", NULL},
	{"host --no-times=1", NULL},
	{"guest --nonsense", NULL},
	{"diff -d 1s a b", NULL},
	{"host -d", NULL},
};

TEST(wrong_ones_are_refused_by_name)
{
	int null = open("/dev/null", O_WRONLY), keep = dup(STDERR_FILENO);

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct rs_opts o;
		struct rs_error err;
		int ret;

		dup2(null, STDERR_FILENO); /* where nothing is expected in err, argp says it */
		ret = parse(&o, &err, wrong[i].line);
		dup2(keep, STDERR_FILENO);
		EXPECT_EQ(-1, ret) TH_LOG("taken: %s", wrong[i].line);
		EXPECT_EQ(RS_EXIT_USAGE, err.status) TH_LOG("%s", wrong[i].line);
		EXPECT_NE(NULL, strstr(err.text, wrong[i].word ? wrong[i].word : ""))
		TH_LOG("%s: \"%s\" does not say \"%s\"", wrong[i].line, err.text, wrong[i].word);
		EXPECT_EQ(!wrong[i].word, !*err.text);
	}
}

TEST(durations)
{
	static const struct {
		const char *text;
		uint64_t ms;
	} good[] = {{"1ms", 1},	    {"500ms", 500},  {"1", 1000},	 {"10s", 10000},
		    {"2m", 120000}, {"1h", 3600000}, {"168h", 604800000}};
	uint64_t ns;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ASSERT_EQ(NULL, rs_duration_parse(good[i].text, &ns)) TH_LOG("%s", good[i].text);
		EXPECT_EQ(good[i].ms * 1000000, ns) TH_LOG("%s", good[i].text);
	}
}

static char *helper_file(const char *name)
{
	char path[512];
	size_t len;

	snprintf(path, sizeof(path), HELPER_DIR "/%s", name);
	return rs_file_read(path, &len);
}

TEST(man_page_lists_each_exit_status_and_command)
{
	char *page = helper_file("ringside.8");
	char text[200];

	ASSERT_NE(NULL, page);
#define X(name, status, meaning)                                           \
	snprintf(text, sizeof(text), ".TP\n.B %d\n%s\n", status, meaning); \
	EXPECT_NE(NULL, strstr(page, text)) TH_LOG("no %s in the man page", text);
	RS_EXITS(X)
#undef X
	for (const struct rs_command *c = rs_commands; c->name; c++) {
		snprintf(text, sizeof(text), "\n.SS %s", c->name);
		EXPECT_NE(NULL, strstr(page, text)) TH_LOG("no %s in the man page", c->name);
	}
	free(page);
}

/* Each option of each command, in a list of words. */
static bool list_has(const char *list, const char *before, const char *word)
{
	char text[64];
	const char *at = list;
	size_t len;

	snprintf(text, sizeof(text), "%s%s", before, word);
	len = strlen(text);
	while (at && (at = strstr(at, text))) {
		if (!strchr("abcdefghijklmnopqrstuvwxyz-", at[len]))
			return true;
		at += len;
	}
	return false;
}

/* troff's minus is a hyphen with a backslash. */
static void backslashes_drop(char *page)
{
	char *to = page;

	for (; *page; page++)
		if (*page != '\\')
			*to++ = *page;
	*to = '\0';
}

TEST(man_page_and_completion_know_each_option)
{
	char *page = helper_file("ringside.8"), *completion = helper_file("ringside.bash");

	ASSERT_NE(NULL, page);
	ASSERT_NE(NULL, completion);
	backslashes_drop(page);
	for (const struct rs_command *c = rs_commands; c->name; c++) {
		char options[200], *rest, *word;

		EXPECT_TRUE(list_has(completion, "", c->name)) TH_LOG("completion: %s", c->name);
		snprintf(options, sizeof(options), "%s", c->options);
		for (word = strtok_r(options, " ", &rest); word;
		     word = strtok_r(NULL, " ", &rest)) {
			EXPECT_TRUE(list_has(page, "--", word)) TH_LOG("man page: --%s", word);
			EXPECT_TRUE(list_has(completion, "--", word))
			TH_LOG("completion: --%s", word);
		}
	}
	free(page);
	free(completion);
}

TEST_HARNESS_MAIN
