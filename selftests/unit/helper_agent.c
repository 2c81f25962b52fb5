// SPDX-License-Identifier: GPL-2.0-only
/* A guest's agent and the host that asks it, over a pair of sockets; then each with a liar. */
#include <kselftest_harness.h>

#include <pthread.h>
#include <sys/socket.h>

#include "agent.h"
#include "helper_fixture.h"
#include "remote.h"
#include "snapshot_json.h"
#include "window.h"
#include "wire.h"

enum { MS = 1000000, SHORT_MS = 300 };

static int guest_sample(void *handle, struct rs_sample *s, struct rs_error *err)
{
	if (handle)
		return rs_error_set(err, RS_EXIT_NOTSETUP, "the module is gone");
	sample_fill(s, RS_SIDE_GUEST, 1);
	return 0;
}

static const struct rs_source source = {.side = RS_SIDE_GUEST, .sample = guest_sample};

FIXTURE(pair)
{
	struct rs_agent agent;
	int ours, its;
	pthread_t thread;
};

FIXTURE_SETUP(pair)
{
	int fds[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
	self->ours = fds[0];
	self->its = fds[1];
	self->agent = (struct rs_agent){.source = &source};
	rs_str_set(self->agent.taken.hostname, "web1");
}

FIXTURE_TEARDOWN(pair)
{
	close(self->ours);
}

static void *answer(void *ctx)
{
	FIXTURE_DATA(pair) *self = ctx;

	rs_agent_answer(&self->agent, self->its);
	close(self->its);
	return NULL;
}

static size_t reply_read(int fd, char *text, size_t size)
{
	size_t n = 0;
	ssize_t got;

	while (n + 1 < size && (got = recv(fd, text + n, size - n - 1, 0)) > 0)
		n += got;
	text[n] = '\0';
	return n;
}

TEST_F(pair, what_was_sampled_arrives)
{
	struct rs_snapshot expected = {.side = RS_SIDE_GUEST, .taken = self->agent.taken}, s;
	struct rs_error err = {0};
	char *want, *got;

	ASSERT_EQ(0, pthread_create(&self->thread, NULL, answer, self));
	ASSERT_EQ(0, rs_remote_ask(self->ours, "guest", RS_WIRE_ANSWER_MS, &s, &err))
	TH_LOG("%s", err.text);
	pthread_join(self->thread, NULL);
	sample_fill(&expected.end, RS_SIDE_GUEST, 1);
	EXPECT_TRUE(s.end.wall_ns.known);
	expected.end.wall_ns = s.end.wall_ns;
	want = rs_snapshot_text(&expected);
	got = rs_snapshot_text(&s);
	EXPECT_STREQ(want, got);
	EXPECT_EQ(1, self->agent.answered);
	free(want);
	free(got);
	rs_snapshot_clear(&s);
	rs_snapshot_clear(&expected);
}

TEST_F(pair, why_there_is_no_sample_arrives)
{
	struct rs_error err = {0};
	struct rs_snapshot s;

	self->agent.handle = self;
	ASSERT_EQ(0, pthread_create(&self->thread, NULL, answer, self));
	EXPECT_EQ(-1, rs_remote_ask(self->ours, "guest", RS_WIRE_ANSWER_MS, &s, &err));
	pthread_join(self->thread, NULL);
	EXPECT_EQ(RS_EXIT_NOTSETUP, err.status);
	EXPECT_STREQ("guest: the module is gone", err.text);
}

/* Requests that are none. The agent's time for each is bounded. */
static const struct {
	const char *sent;
	size_t repeat; /* of its last byte */
	bool ends;
	const char *reply;
} requests[] = {
	{"\n", 0, true, "no 64 unknown request"},
	{"ringside-agent/1 sample ../../etc/shadow\n", 0, true, "no 64 unknown request"},
	{"ringside-agent/2 sample\n", 0, true, "no 64 unknown request"},
	{"ringside-agent/1 sampl", 0, true, ""},
	{"ringside-agent/1 sampl", 0, false, ""},
	{"", 0, false, ""},
	{"x", 1 << 16, true, ""},
};

/* The longest text before it is the request. */
TEST_F(pair, a_nul_is_no_text)
{
	static const char sent[] = RS_WIRE_SAMPLE "\0\n";

	send(self->ours, sent, sizeof(sent) - 1, MSG_NOSIGNAL);
	answer(self);
	EXPECT_EQ(1, self->agent.refused);
	EXPECT_EQ(0, self->agent.answered);
}

TEST_F(pair, each_other_request_is_refused)
{
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		size_t len = strlen(requests[i].sent);
		uint64_t begin = rs_window_now();
		char reply[RS_WIRE_LINE];
		int fds[2];

		ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
		self->its = fds[1];
		ASSERT_EQ(0, pthread_create(&self->thread, NULL, answer, self));
		send(fds[0], requests[i].sent, len, MSG_NOSIGNAL);
		for (size_t n = 0; n < requests[i].repeat; n++)
			if (send(fds[0], "x", 1, MSG_NOSIGNAL) < 0)
				break;
		if (requests[i].ends)
			shutdown(fds[0], SHUT_WR);
		reply_read(fds[0], reply, sizeof(reply));
		pthread_join(self->thread, NULL);
		close(fds[0]);
		EXPECT_EQ(0, strncmp(requests[i].reply, reply, strlen(requests[i].reply)));
		EXPECT_EQ(!*requests[i].reply, !*reply) TH_LOG("%zu: %s", i, reply);
		EXPECT_EQ(i + 1, self->agent.refused);
		EXPECT_EQ(0, self->agent.answered);
		EXPECT_GT(3 * (uint64_t)RS_WIRE_ASK_MS * MS, rs_window_now() - begin);
	}
}

/* What a guest that means harm may answer. */
static const struct {
	const char *sent;
	bool ends;
	enum rs_exit status;
	const char *words;
} lies[] = {
	{"\x1b[2J\n", true, RS_EXIT_DATA, "neither \"ok\" nor \"no\""},
	{"ok\n", true, RS_EXIT_DATA, "neither"},
	{"ok x\n", true, RS_EXIT_DATA, "no length"},
	{"ok -1\n", true, RS_EXIT_DATA, "no length"},
	{"ok 8388609\n", true, RS_EXIT_DATA, "more than 8388608 bytes"},
	{"ok 18446744073709551616\n", true, RS_EXIT_DATA, "no length"},
	{"ok 10\n{", true, RS_EXIT_NOGUEST, "ringside agent"},
	{"ok 10\n{", false, RS_EXIT_NOGUEST, "timed out"},
	{"ok 2\n{}", true, RS_EXIT_DATA, "schema"},
	{"ok 0\n", true, RS_EXIT_DATA, "broken JSON"},
	{"no 2 a fault was found\n", true, RS_EXIT_NOGUEST, "a fault was found"},
	{"no 0 all is well\n", true, RS_EXIT_NOGUEST, "all is well"},
	{"no 77 \x1b[31mroot\n", true, RS_EXIT_NOPERM, "guest: \\x1b[31mroot"},
	{"no 99999999999 x\n", true, RS_EXIT_NOGUEST, "x"},
	{"", true, RS_EXIT_NOGUEST, "ringside agent"},
	{"", false, RS_EXIT_NOGUEST, "timed out"},
};

TEST(a_lying_guest_is_found_out)
{
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct rs_snapshot s = {.side = RS_SIDE_HOST};
		struct rs_error err = {0};
		uint64_t begin = rs_window_now();
		int fds[2];

		ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
		send(fds[1], lies[i].sent, strlen(lies[i].sent), MSG_NOSIGNAL);
		if (lies[i].ends)
			shutdown(fds[1], SHUT_WR);
		EXPECT_EQ(-1, rs_remote_ask(fds[0], "guest", SHORT_MS, &s, &err));
		EXPECT_EQ(lies[i].status, err.status) TH_LOG("%zu: %s", i, err.text);
		EXPECT_NE(NULL, strstr(err.text, lies[i].words)) TH_LOG("%zu: %s", i, err.text);
		EXPECT_GT(3 * (uint64_t)SHORT_MS * MS, rs_window_now() - begin);
		close(fds[0]);
		close(fds[1]);
	}
}

/* A host's snapshot, or one with a begin, is no sample of a guest. */
TEST(another_snapshot_is_refused)
{
	for (int is_guest = 0; is_guest < 2; is_guest++) {
		struct rs_error err = {0};
		struct rs_snapshot s;
		char *text, head[32];
		int fds[2];

		snapshot_fill(&s, is_guest ? RS_SIDE_GUEST : RS_SIDE_HOST);
		text = rs_snapshot_text(&s);
		rs_snapshot_clear(&s);
		ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
		snprintf(head, sizeof(head), "ok %zu\n", strlen(text));
		send(fds[1], head, strlen(head), MSG_NOSIGNAL);
		send(fds[1], text, strlen(text), MSG_NOSIGNAL);
		shutdown(fds[1], SHUT_WR);
		EXPECT_EQ(-1, rs_remote_ask(fds[0], "guest", SHORT_MS, &s, &err));
		EXPECT_EQ(RS_EXIT_DATA, err.status);
		EXPECT_NE(NULL, strstr(err.text, "no sample of a guest"));
		close(fds[0]);
		close(fds[1]);
		free(text);
	}
}

TEST_HARNESS_MAIN
