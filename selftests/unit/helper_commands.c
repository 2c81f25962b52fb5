// SPDX-License-Identifier: GPL-2.0-only
/* Whole commands, as a shell runs them: what they print, where, and their exit status. */
#include <kselftest_harness.h>

#include <fcntl.h>
#include <json-c/json.h>
#include <pty.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "helper_fixture.h"
#include "file.h"
#include "host.h"
#include "opts.h"

#define CASES	HELPER_DIR "/../selftests/cases/"
#define WELL	CASES "well/guest.json " CASES "well/host.json"
#define SICK	CASES "tx-callback-off/guest.json " CASES "tx-callback-off/host.json"
#define STARVED CASES "vhost-worker-no-cpu/guest.json " CASES "vhost-worker-no-cpu/host.json"
#define LINE	4096
#define OUTPUT	65536

/* A host in which everything adds up, of which each sample is ten seconds later. */
static int well_open(const struct rs_filter *filter, void **handle, struct rs_error *err)
{
	static unsigned int samples;

	(void)filter;
	(void)err;
	*handle = &samples;
	return 0;
}

/* What the host's samples show. */
static enum { ALL_WELL, QDISC_DROPS, NO_TRAFFIC, RESTARTS } scene;

static int well_sample(void *handle, struct rs_sample *s, struct rs_error *err)
{
	unsigned int *samples = handle;

	(void)err;
	sample_fill(s, RS_SIDE_HOST, scene == NO_TRAFFIC ? 1 : ++*samples);
	for (size_t i = 0; i < s->queues_n && scene == QDISC_DROPS; i++)
		HOST_COUNTER(&s->queues[i], qdisc_dropped) = rs_num_of(100ULL * *samples);
	for (size_t i = 0; i < s->queues_n && scene == NO_TRAFFIC; i++)
		s->queues[i].occupancy = s->queues[i].avail_idx = (struct rs_num){0};
	if (scene == RESTARTS)
		s->started_ns = rs_num_of(*samples);
	return 0;
}

static void well_close(void *handle)
{
	(void)handle;
}

const struct rs_source rs_host_source = {
	.side = RS_SIDE_HOST, .open = well_open, .sample = well_sample, .close = well_close};

int rs_host_check(rs_check_fn row, void *ctx)
{
	row(ctx, &(struct rs_check){.what = "rights", .works = true});
	row(ctx, &(struct rs_check){.what = "tun_net_xmit",
				    .works = false,
				    .why = "this kernel has no tun_net_xmit"});
	return -1;
}

/* What a command did. */
struct done {
	int status;
	char out[OUTPUT]; /* of a terminal, both */
	char err[OUTPUT];
};

static int command_do(const char *line)
{
	static char copy[LINE];
	char *argv[32] = {"ringside"}, *rest;
	struct rs_error err = {0};
	struct rs_opts opts;
	int argc = 1, ret;

	alarm(30);
	snprintf(copy, sizeof(copy), "%s", line);
	for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	for (int i = 1; i < argc; i++) /* a tab stands for a space */
		for (char *tab; (tab = strchr(argv[i], '\t'));)
			*tab = ' ';
	ret = rs_opts_parse(&opts, argc, argv, &err);
	if (!ret)
		ret = opts.command ? opts.command->run(&opts, &err) : 0;
	if (ret < 0)
		fprintf(stderr, "ringside: %s\n", err.text);
	fflush(NULL);
	return ret < 0 ? (int)err.status : ret;
}

static void text_read(int fd, char *text)
{
	size_t used = 0;
	ssize_t got;

	while (used + 1 < OUTPUT && (got = read(fd, text + used, OUTPUT - 1 - used)) > 0)
		used += got;
	text[used] = '\0';
	close(fd);
}

static void done_wait(struct done *d, pid_t pid)
{
	int status;

	waitpid(pid, &status, 0);
	d->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void command_run(struct done *d, const char *line)
{
	int out = memfd_create("out", 0), err = memfd_create("err", 0);
	pid_t pid = fork();

	if (!pid) {
		dup2(out, STDOUT_FILENO);
		dup2(err, STDERR_FILENO);
		_exit(command_do(line));
	}
	done_wait(d, pid);
	lseek(out, 0, SEEK_SET);
	lseek(err, 0, SEEK_SET);
	text_read(out, d->out);
	text_read(err, d->err);
}

/* On a terminal with so many columns. */
static void command_show(struct done *d, const char *line, int columns)
{
	struct winsize size = {.ws_col = columns, .ws_row = 24};
	int terminal;
	pid_t pid = forkpty(&terminal, NULL, NULL, &size);

	if (!pid) {
		setenv("TERM", "xterm", 1);
		_exit(command_do(line));
	}
	text_read(terminal, d->out);
	done_wait(d, pid);
}

FIXTURE(commands)
{
	struct done d;
	char dir[32];
	char file[64];
};

FIXTURE_SETUP(commands)
{
	memset(self, 0, sizeof(*self));
	scene = ALL_WELL;
	unsetenv("NO_COLOR");
	strcpy(self->dir, "/tmp/ringside.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	snprintf(self->file, sizeof(self->file), "%s/file", self->dir);
}

FIXTURE_TEARDOWN(commands)
{
	unlink(self->file);
	rmdir(self->dir);
}

#define RUN(...)                                                   \
	do {                                                       \
		char run_line[LINE];                               \
		snprintf(run_line, sizeof(run_line), __VA_ARGS__); \
		command_run(&self->d, run_line);                   \
	} while (0)
#define PRINTS(what) EXPECT_NE(NULL, strstr(self->d.out, what)) TH_LOG("%s: %s", what, self->d.out)
#define PRINTS_NO(what) \
	EXPECT_EQ(NULL, strstr(self->d.out, what)) TH_LOG("%s: %s", what, self->d.out)

static struct json_object *member(struct json_object *obj, const char *key)
{
	return json_object_object_get(obj, key);
}

static const char *text_of(struct json_object *obj, const char *key)
{
	return json_object_get_string(member(obj, key));
}

TEST_F(commands, colour_is_for_terminals_unless_it_is_asked_for)
{
	static const char red[] = "\033[1;31m";

	command_show(&self->d, "diff " SICK, 100);
	PRINTS(red);
	command_show(&self->d, "diff --color=never " SICK, 100);
	PRINTS_NO("\033[");
	RUN("diff " SICK);
	PRINTS_NO("\033[");
	RUN("diff --color=always " SICK);
	PRINTS(red);
	setenv("NO_COLOR", "1", 1);
	command_show(&self->d, "diff " SICK, 100);
	PRINTS_NO("\033[");
	RUN("diff --color=always " SICK);
	PRINTS(red);
}

TEST_F(commands, tables_follow_the_terminal)
{
	for (int columns = 60; columns <= 200; columns += 20) {
		command_show(&self->d, "list host", columns);
		for (const char *line = self->d.out; *line; line += strcspn(line, "\n") + 1) {
			EXPECT_GE(columns + 1, strcspn(line, "\n")) TH_LOG("%d: %s", columns, line);
		}
		PRINTS("52:54:00:12:34:56");
	}
}

TEST_F(commands, quiet_is_silent_when_all_is_well)
{
	RUN("diff -q " WELL);
	EXPECT_EQ(RS_EXIT_OK, self->d.status);
	EXPECT_STREQ("", self->d.out);
	EXPECT_STREQ("", self->d.err);
	RUN("diff -q " SICK);
	EXPECT_EQ(RS_EXIT_UNDECIDED, self->d.status);
	PRINTS("eth0 output.0");
	RUN("host -q -d 1ms");
	EXPECT_EQ(RS_EXIT_OK, self->d.status);
	EXPECT_STREQ("", self->d.out);
	EXPECT_STREQ("", self->d.err);
}

/* As a table, as JSON, and into a file the answer is the same. */
static const struct {
	int scene;
	int status;
} judged[] = {{ALL_WELL, 0}, {QDISC_DROPS, 2}, {NO_TRAFFIC, 3}, {RESTARTS, 3}};

TEST_F(commands, a_side_is_judged_whatever_it_prints)
{
	static const char *const forms[] = {
		"", "-q", "-j", "-o /dev/null", "-j -o /dev/null", "-q -o /dev/null"};

	for (size_t i = 0; i < sizeof(judged) / sizeof(judged[0]); i++)
		for (size_t f = 0; f < sizeof(forms) / sizeof(forms[0]); f++) {
			bool is_json = f >= 2;

			scene = judged[i].scene;
			RUN("host -d 1ms %s", forms[f]);
			EXPECT_EQ(judged[i].status, self->d.status)
			TH_LOG("%d %s: %s%s", scene, forms[f], self->d.out, self->d.err);
			EXPECT_EQ(judged[i].status != 0 && is_json,
				  strstr(self->d.err, "machine: ") != NULL)
			TH_LOG("%d %s: %s", scene, forms[f], self->d.err);
		}
}

/* The host sees the starved worker, the guest of the same incident nothing. */
TEST_F(commands, one_file_is_judged_by_itself)
{
	RUN("diff " CASES "vhost-worker-no-cpu/host.json");
	EXPECT_EQ(RS_EXIT_VERDICT, self->d.status) TH_LOG("%s%s", self->d.out, self->d.err);
	PRINTS("host scheduler");
	PRINTS("(hint)");
	RUN("diff -j " CASES "well/guest.json");
	EXPECT_EQ(RS_EXIT_OK, self->d.status) TH_LOG("%s%s", self->d.out, self->d.err);
	PRINTS("\"guest\":{");
	PRINTS_NO("\"host\":{");
}

TEST_F(commands, an_accepted_verdict_is_printed_and_is_no_fault)
{
	RUN("diff " SICK);
	EXPECT_EQ(RS_EXIT_UNDECIDED, self->d.status);
	RUN("diff " STARVED);
	EXPECT_EQ(RS_EXIT_VERDICT, self->d.status);
	RUN("diff --suppress undecided=known-bug --suppress qdisc-drops=x " SICK);
	EXPECT_EQ(RS_EXIT_OK, self->d.status);
	PRINTS("suppressed: eth0 output.0");
	PRINTS("[undecided]: known-bug\n");
	PRINTS("machine: nothing wrong\n");
	PRINTS_NO("critical ");
	RUN("diff -j --suppress undecided=known-bug " SICK);
	EXPECT_EQ(RS_EXIT_OK, self->d.status);
	PRINTS("\"suppressed\":\"known-bug\"");
	RUN("diff -q --suppress undecided=known-bug " SICK);
	EXPECT_STREQ("", self->d.out);
	scene = QDISC_DROPS;
	RUN("host -d 1ms -j --suppress qdisc-drops=x");
	EXPECT_EQ(RS_EXIT_OK, self->d.status) TH_LOG("%s", self->d.err);
	RUN("host -d 1ms --suppress carrier-off=x");
	EXPECT_EQ(RS_EXIT_VERDICT, self->d.status);
}

TEST_F(commands, diff_prints_as_well_as_writes)
{
	struct json_object *written;

	RUN("diff -o %s " SICK, self->file);
	EXPECT_EQ(RS_EXIT_UNDECIDED, self->d.status);
	PRINTS("machine: 1 of 2 queues are sick");
	PRINTS_NO("\"schema\"");
	written = json_object_from_file(self->file);
	ASSERT_NE(NULL, written);
	EXPECT_EQ(1, json_object_array_length(member(written, "verdicts")));
	json_object_put(written);
	RUN("diff -j -o %s " SICK, self->file);
	PRINTS("\"schema\"");
	PRINTS_NO("machine:");
	RUN("diff -q -o %s " WELL, self->file);
	EXPECT_STREQ("", self->d.out);
}

TEST_F(commands, diff_to_standard_output_is_json_once)
{
	struct json_object *printed;

	RUN("diff -o - " SICK);
	printed = json_tokener_parse(self->d.out);
	EXPECT_NE(NULL, printed) TH_LOG("%s", self->d.out);
	json_object_put(printed);
	PRINTS_NO("machine:");
}

static const char *const enveloped[] = {"check host -j", "list host -j", "host -d 1ms -j"};

TEST_F(commands, json_of_one_side_has_one_envelope)
{
	for (size_t i = 0; i < sizeof(enveloped) / sizeof(enveloped[0]); i++) {
		struct json_object *root;

		RUN("%s", enveloped[i]);
		root = json_tokener_parse(self->d.out);
		ASSERT_TRUE(json_object_is_type(root, json_type_object)) TH_LOG("%s", self->d.out);
		EXPECT_EQ(0, strncmp(text_of(root, "schema"), "ringside-", 9));
		EXPECT_STREQ("host", text_of(root, "side"));
		EXPECT_NE(NULL, text_of(member(root, "taken"), "kernel"));
		json_object_put(root);
	}
}

TEST_F(commands, check_has_a_row_for_each_part)
{
	struct json_object *root, *row;

	RUN("check host -j");
	EXPECT_EQ(RS_EXIT_CANNOT, self->d.status);
	root = json_tokener_parse(self->d.out);
	ASSERT_EQ(2, json_object_array_length(member(root, "checks")));
	row = json_object_array_get_idx(member(root, "checks"), 1);
	EXPECT_STREQ("tun_net_xmit", text_of(row, "what"));
	EXPECT_FALSE(json_object_get_boolean(member(row, "works")));
	json_object_put(root);
	RUN("check host -q");
	EXPECT_STREQ("no   tun_net_xmit: this kernel has no tun_net_xmit\n", self->d.out);
}

/* The state of the command is written to the file, so that nothing depends on the clock. */
TEST_F(commands, a_window_lasts_as_long_as_its_command)
{
	RUN("host -j -- touch %s", self->file);
	EXPECT_EQ(RS_EXIT_OK, self->d.status);
	EXPECT_EQ(0, access(self->file, F_OK));
	PRINTS("\"begin\"");
	EXPECT_STREQ("", self->d.err);
	RUN("host -q -- sleep 0.1");
	EXPECT_EQ(RS_EXIT_OK, self->d.status);
	EXPECT_STREQ("", self->d.out);
}

TEST_F(commands, a_command_that_fails_gives_its_status)
{
	RUN("host -- test 1 = 2");
	EXPECT_EQ(1, self->d.status);
	PRINTS("machine: nothing wrong"); /* counted all the same */
	EXPECT_STREQ("ringside: test ended with exit status 1\n", self->d.err);
	RUN("host -- timeout -s KILL 0.1 sleep 60");
	EXPECT_EQ(137, self->d.status);
	PRINTS("machine: nothing wrong");
	RUN("host -- %s/nosuch", self->dir);
	EXPECT_EQ(RS_EXIT_NOCOMMAND, self->d.status);
	PRINTS_NO("machine:");
	RUN("host -- %s", self->dir);
	EXPECT_EQ(RS_EXIT_NOEXEC, self->d.status);
}

/* Starts `ringside host -q -- sleep 60` in a child, whose window has begun when this returns. */
static pid_t sleeper_start(int *out)
{
	int ends[2];
	pid_t pid;

	*out = pipe(ends) ? -1 : ends[0];
	pid = fork();
	if (!pid) {
		dup2(ends[1], STDOUT_FILENO);
		_exit(command_do("host -q -- sh -c echo\tready;exec\tsleep\t60"));
	}
	close(ends[1]);
	return pid;
}

TEST_F(commands, a_signal_ends_the_command_and_then_the_window)
{
	static const int signals[] = {SIGINT, SIGTERM};

	for (size_t i = 0; i < 2; i++) {
		char ready[8] = "";
		int out, status;
		pid_t pid = sleeper_start(&out);

		ASSERT_LT(0, read(out, ready, sizeof(ready) - 1));
		kill(pid, signals[i]); /* to ringside alone */
		waitpid(pid, &status, 0);
		EXPECT_TRUE(WIFEXITED(status));
		EXPECT_EQ(128 + signals[i], WEXITSTATUS(status));
		/* the end of the file: sleep no longer holds the pipe */
		EXPECT_EQ(0, read(out, ready, sizeof(ready)));
		close(out);
	}
}

/* Ctrl-C reaches all of the terminal's foreground, and is not passed on a second time. */
TEST_F(commands, a_terminals_signal_comes_once)
{
	static const char script[] = "host -q -- sh -c trap\t'echo\tcaught'\tINT;echo\tready;"
				     "for\ti\tin\t1\t2\t3\t4\t5;do\tsleep\t0.1&\twait;done;exit\t5";
	struct winsize size = {.ws_col = 100, .ws_row = 24};
	char ready[64] = "", *caught;
	int terminal;
	pid_t pid = forkpty(&terminal, NULL, NULL, &size);

	if (!pid)
		_exit(command_do(script));
	while (!strstr(ready, "ready") && strlen(ready) + 1 < sizeof(ready))
		ASSERT_EQ(1, read(terminal, ready + strlen(ready), 1));
	ASSERT_EQ(1, write(terminal, "\003", 1));
	text_read(terminal, self->d.out);
	done_wait(&self->d, pid);
	EXPECT_EQ(5, self->d.status) TH_LOG("%s", self->d.out);
	caught = strstr(self->d.out, "caught");
	ASSERT_NE(NULL, caught) TH_LOG("%s", self->d.out);
	EXPECT_EQ(NULL, strstr(caught + 1, "caught")) TH_LOG("%s", self->d.out);
	EXPECT_NE(NULL, strstr(caught, "sh ended with exit status 5"));
}

TEST_F(commands, samples_have_the_wall_clock)
{
	struct json_object *root;
	struct timespec now;
	int64_t begin, end;

	RUN("host -j -- sleep 0.2");
	clock_gettime(CLOCK_REALTIME, &now);
	root = json_tokener_parse(self->d.out);
	begin = json_object_get_int64(member(member(root, "begin"), "wall_ns"));
	end = json_object_get_int64(member(member(root, "end"), "wall_ns"));
	EXPECT_LE(begin + 200000000, end);
	EXPECT_GE(now.tv_sec * 1000000000LL + now.tv_nsec, end);
	EXPECT_LT((now.tv_sec - 60) * 1000000000LL, begin);
	json_object_put(root);
	RUN("host -- true");
	PRINTS(" s, ended 20");
}

/* Prints what bash would complete; a process with QEMU's words runs meanwhile. */
static const char completion[] =
	"exec 2>&1; . " HELPER_DIR "/ringside.bash\n"
	"complete_words() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _ringside\n"
	"	echo \"${COMPREPLY[*]}\"; }\n"
	"mkfifo %s; exec 9<>%s\n"
	"machine() { exec -a qemu-system-test bash -c 'read -r <&9; :' x \"$@\" & }\n"
	"machine -name debug-threads=on,guest=ringside-web1 -smp 1; first=$!\n"
	"machine -name ringside-db1,process=x; second=$!\n"
	"until grep -q qemu /proc/$first/cmdline && grep -q qemu /proc/$second/cmdline\n"
	"do sleep 0.1; done\n"
	"complete_words ringside host --vm ringside-\n"
	"complete_words ringside host --pid $first | sed s/$first/PID/\n"
	"complete_words ringside host --color = al\n"
	"complete_words ringside diff --no\n"
	"complete_words ringside host -- --tap tru | tr ' ' '\\n' | grep -x true | head -n 1\n"
	"kill $first $second\n";

TEST_F(commands, virtual_machines_are_completed)
{
	char script[64], line[128];
	FILE *file;

	snprintf(script, sizeof(script), "%s/script", self->dir);
	file = fopen(script, "w");
	fprintf(file, completion, self->file, self->file);
	fclose(file);
	snprintf(line, sizeof(line), "timeout 60 bash --norc %s", script);
	file = popen(line, "r");
	ASSERT_NE(NULL, file);
	self->d.out[fread(self->d.out, 1, OUTPUT - 1, file)] = '\0';
	EXPECT_EQ(0, pclose(file));
	PRINTS("ringside-web1");
	PRINTS("ringside-db1");
	PRINTS("\nPID\nalways\n--no-header\ntrue\n");
	unlink(script);
}

/* The names in an archive, and the text of one of them. */
static void archive_read(struct done *d, const char *archive, const char *member)
{
	char line[256];
	FILE *in;

	snprintf(line, sizeof(line), "tar -tf %s && tar -xOf %s %s", archive, archive, member);
	in = popen(line, "r");
	d->out[fread(d->out, 1, sizeof(d->out) - 1, in)] = '\0';
	pclose(in);
}

TEST_F(commands, a_case_is_one_archive)
{
	static const char *const names[] = {"c/host.json",
					    "c/findings.txt",
					    "c/findings.json",
					    "c/check.txt",
					    "c/interrupts-before.txt",
					    "c/interrupts-after.txt",
					    "c/softnet_stat-after.txt",
					    "c/qdiscs-before.txt",
					    "c/kernel-log.txt",
					    "c/vmm-command-lines.txt"};
	static const char *const ends[] = {"tar", "tar.gz", "tar.xz"};
	char line[128], archive[96];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(archive, sizeof(archive), "%s/c.%s", self->dir, ends[i]);
		snprintf(line, sizeof(line), "collect host --window 1ms -o %s", archive);
		command_run(&self->d, line);
		ASSERT_EQ(0, self->d.status) TH_LOG("%s", self->d.err);
		EXPECT_NE(NULL, strstr(self->d.err, "files in"));
		archive_read(&self->d, archive, "c/check.txt");
		for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
			PRINTS(names[n]);
		}
		PRINTS("no   tun_net_xmit: this kernel has no");
		unlink(archive);
	}
	/* nothing else is left: teardown removes the empty directory */
	EXPECT_EQ(0, rmdir(self->dir));
	EXPECT_EQ(0, mkdir(self->dir, 0700));
}

TEST_F(commands, a_case_that_cannot_be_packed_leaves_nothing)
{
	char line[128];

	command_run(&self->d, "collect host --window 1ms -o /nonsense/c.tar");
	EXPECT_EQ(RS_EXIT_NOOUTPUT, self->d.status);
	command_run(&self->d, "collect host --window 1ms -o c.zip");
	EXPECT_EQ(RS_EXIT_USAGE, self->d.status);
	EXPECT_NE(NULL, strstr(self->d.err, ".tar.zst"));
	setenv("PATH", "/nonsense", 1);
	snprintf(line, sizeof(line), "collect host --window 1ms -o %s/c.tar.gz", self->dir);
	command_run(&self->d, line);
	EXPECT_EQ(RS_EXIT_IO, self->d.status);
	EXPECT_NE(NULL, strstr(self->d.err, "cannot run tar"));
	EXPECT_EQ(0, rmdir(self->dir));
	EXPECT_EQ(0, mkdir(self->dir, 0700));
}

TEST_HARNESS_MAIN
