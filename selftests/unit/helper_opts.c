// SPDX-License-Identifier: GPL-2.0-only
/* The command line, and that man page and completion know all of it. */
#include <kselftest_harness.h>

#include <fcntl.h>

#include "helper_man.h"
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

TEST(what_is_watched)
{
	struct rs_opts o;
	struct rs_error err;

	ASSERT_EQ(0, parse(&o, &err, "watch --guest vsock:3 --trip 2/5 --exec true --bell --once"));
	EXPECT_TRUE(o.filter.cid.known && o.filter.cid.value == 3);
	EXPECT_EQ(2, o.trip_need);
	EXPECT_EQ(5, o.trip_of);
	EXPECT_STREQ("true", o.exec);
	EXPECT_TRUE(o.bell && o.once);
	EXPECT_EQ(RS_FOREVER, o.window.duration_ns);
	ASSERT_EQ(0, parse(&o, &err, "watch --vm web1 -d 1m"));
	EXPECT_FALSE(o.filter.cid.known || o.bell || o.once || o.exec);
	EXPECT_EQ(1, o.trip_need);
	EXPECT_EQ(2, o.trip_of);
	EXPECT_EQ(60000000000, o.window.duration_ns);
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

TEST(a_command_behind_two_hyphens_is_run_as_it_is)
{
	struct rs_opts o;
	struct rs_error err;

	ASSERT_EQ(0, parse(&o, &err, "host -q --tap t -- iperf3 -c -d --json -- x"));
	EXPECT_STREQ("iperf3", o.window.command[0]);
	EXPECT_STREQ("-d", o.window.command[2]);
	EXPECT_STREQ("x", o.window.command[5]);
	EXPECT_EQ(NULL, o.window.command[6]);
	EXPECT_EQ(RS_FOREVER, o.window.duration_ns);
	EXPECT_FALSE(o.json);
	ASSERT_EQ(0, parse(&o, &err, "guest -i 1s -- true"));
	EXPECT_STREQ("true", o.window.command[0]);
	ASSERT_EQ(0, parse(&o, &err, "host -d 1s"));
	EXPECT_EQ(NULL, o.window.command);
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

TEST(tables_and_colour_are_chosen)
{
	static const struct {
		const char *line;
		enum rs_colour colour;
		bool bare;
	} good[] = {
		{"host", RS_COLOUR_AUTO, false},
		{"guest --color=always", RS_COLOUR_ALWAYS, false},
		{"diff a b --color never -H", RS_COLOUR_NEVER, true},
		{"list --no-header", RS_COLOUR_AUTO, true},
	};
	struct rs_opts o;
	struct rs_error err;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		ASSERT_EQ(0, parse(&o, &err, good[i].line)) TH_LOG("%s", good[i].line);
		EXPECT_EQ(good[i].colour, o.colour) TH_LOG("%s", good[i].line);
		EXPECT_EQ(good[i].bare, o.bare) TH_LOG("%s", good[i].line);
	}
	EXPECT_TRUE(rs_show_colour(stdout, RS_COLOUR_ALWAYS));
	EXPECT_FALSE(rs_show_colour(stdout, RS_COLOUR_NEVER));
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
	{"hots", "unknown command \"hots\""},
	{"diff", "diff GUEST HOST"},
	{"report a", "report GUEST HOST"},
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
	{"diff --suppress busy-poll-theft a b", "ID=REASON"},
	{"diff --suppress busy-poll-theft= a b", "ID=REASON"},
	{"diff --suppress nonsense=x a b", "see VERDICTS"},
	{"diff --suppress =x a b", "see VERDICTS"},
	{"list --suppress busy-poll-theft=x", NULL},
	{"host --color=blue", "auto, always or never"},
	{"watch --guest 3", "vsock:CID"},
	{"watch --guest vsock:2", "from 3"},
	{"watch --guest vsock:4294967295", "4294967294"},
	{"watch --guest vsock:", "vsock:CID"},
	{"watch --trip 3/2", "N from 1 to M"},
	{"watch --trip 0/2", "N from 1 to M"},
	{"watch --trip 1/33", "M up to 32"},
	{"watch --trip 2", "N/M"},
	{"watch --trip 1/2x", "N/M"},
	{"watch --exec=", "a command"},
	{"agent --guest vsock:3", NULL},
	{"check -H", NULL},
	{"host --", "a command is missing"},
	{"host -d 1s -- true", "-d does not go with true"},
	{"host x -- true", "\"x\""},

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

TEST(man_page_has_each_exit_status_in_its_own_words)
{
	char *section = man_section("EXIT STATUS"), *expected, *end;
	size_t size;
	FILE *out = open_memstream(&expected, &size);

	ASSERT_NE(NULL, section);
#define X(name, status, meaning) fprintf(out, ".TP\n.B %d\n%s\n", status, meaning);
	RS_EXITS(X)
#undef X
	fclose(out);
	end = strstr(section, ".PP\n");
	ASSERT_NE(NULL, end);
	*end = '\0';
	EXPECT_STREQ(expected, section);
	free(expected);
	free(section);
}

TEST(man_page_has_each_command)
{
	char *section = man_section("COMMANDS"), text[600];
	size_t n = 0;

	ASSERT_NE(NULL, section);
	for (const struct rs_command *c = rs_commands; c->name; c++, n++) {
		char args[32] = "";

		if (c->args)
			snprintf(args, sizeof(args), " \" %s\"", c->args);
		snprintf(text, sizeof(text), ".SS %s%s\n%s\n", c->name, args, c->summary);
		EXPECT_NE(NULL, strstr(section, text)) TH_LOG("man page: expected %s", text);
	}
	EXPECT_EQ(n, man_count(section, ".SS "));
	free(section);
}

/* ".BR -d ", " --duration =fITIMEfR", then the text of --help; without a letter ".B --vm =..." */
static void option_print(char *text, size_t size, const struct rs_option *o)
{
	char letter[16] = ".B ", arg[64] = "";

	if (o->key < 0x100)
		snprintf(letter, sizeof(letter), ".BR -%c \", \" ", o->key);
	if (o->arg)
		snprintf(arg, sizeof(arg), " =fI%sfR", o->arg);
	snprintf(text, size, ".TP\n%s--%s%s\n%s\n", letter, o->name, arg, o->doc);
}

TEST(man_page_has_each_option_in_its_own_words)
{
	char *section = man_section("OPTIONS"), text[400];
	size_t n = 2; /* --help and --version are argp's */

	ASSERT_NE(NULL, section);
	for (const struct rs_option *o = rs_options; o->name; o++, n++) {
		option_print(text, sizeof(text), o);
		EXPECT_NE(NULL, strstr(section, text)) TH_LOG("man page: expected %s", text);
	}
	EXPECT_EQ(n, man_count(section, ".TP\n"));
	free(section);
}

TEST(man_page_has_each_step)
{
	char *section = man_section("STEPS"), text[64];

	ASSERT_NE(NULL, section);
	for (size_t i = 0; i < rs_hists[RS_SIDE_HOST].count; i++) {
		snprintf(text, sizeof(text), ".TP\n.B %s\n", rs_hists[RS_SIDE_HOST].rows[i].name);
		EXPECT_EQ(1, man_count(section, text)) TH_LOG("man page: %s", text);
	}
	EXPECT_EQ(rs_hists[RS_SIDE_HOST].count, man_count(section, ".TP\n"));
	free(section);
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

TEST(completion_knows_each_command_and_option)
{
	size_t len;
	char *completion = rs_file_read(HELPER_DIR "/ringside.bash", &len);

	ASSERT_NE(NULL, completion);
	for (const struct rs_command *c = rs_commands; c->name; c++) {
		char *options = strdup(c->options), *rest, *word;

		EXPECT_TRUE(list_has(completion, "", c->name)) TH_LOG("completion: %s", c->name);
		for (word = strtok_r(options, " ", &rest); word;
		     word = strtok_r(NULL, " ", &rest)) {
			EXPECT_TRUE(list_has(completion, "--", word))
			TH_LOG("completion: --%s", word);
		}
		free(options);
	}
	free(completion);
}

TEST_HARNESS_MAIN
