// SPDX-License-Identifier: GPL-2.0-only
/*
 * Both sides, window after window: of the guest that is watched, and of no other one, whether or
 * not it answers. What would ask the guest and look at this host's processes is played here.
 */
#include <kselftest_harness.h>

#include "both.h"
#include "helper_fixture.h"
#include "peer.h"
#include "remote.h"

enum { CID = 5, PID = 1234, OTHER = 4321 };

/* What the guest, the host and its processes say next, and in which order they were asked. */
static struct {
	bool silent, pulled;
	const char *boot;
	uint64_t pid, runs; /* of the host's queues; of the process that has the CID */
	unsigned int turn, asked, host_at, guest_at, open;
} play;

struct rs_num rs_peer_pid(uint64_t cid)
{
	return cid == CID && play.runs ? rs_num_of(play.runs) : (struct rs_num){0};
}

int rs_peer_find(struct rs_filter *filter, struct rs_error *err)
{
	(void)filter;
	return rs_error_set(err, RS_EXIT_ERROR, "not asked here");
}

int rs_remote_sample(unsigned int cid, struct rs_snapshot *s, struct rs_error *err)
{
	play.guest_at = ++play.asked;
	if (play.silent)
		return rs_error_set(err, RS_EXIT_NOGUEST, "no answer of %u", cid);
	rs_str_set(s->taken.boot_id, play.boot);
	sample_fill(&s->end, RS_SIDE_GUEST, play.turn);
	return 0;
}

/* Nothing is left of it that is the guest's. */
static void queue_pull(struct rs_queue *q)
{
	q->used_addr.value += 0x200000;
	q->msi.data.value += 0x40;
	rs_str_set(q->mac, "52:54:00:99:99:99");
}

/* Four queues of the guest's process, and as many of another machine: twins, but for its number
 * and its rings. */
static int host_sample(void *handle, struct rs_sample *s, struct rs_error *err)
{
	(void)handle, (void)err;
	play.host_at = ++play.asked;
	sample_fill(s, RS_SIDE_HOST, play.turn);
	for (int i = 0; i < QUEUES; i++)
		host_queue_add(s, i, play.turn);
	for (int i = 0; i < QUEUES; i++) {
		s->queues[i].pid = rs_num_of(play.pid);
		s->queues[QUEUES + i].pid = rs_num_of(OTHER);
		s->queues[QUEUES + i].used_addr.value += 0x100000;
		if (play.pulled)
			queue_pull(&s->queues[i]);
	}
	return 0;
}

static int host_open(const struct rs_filter *filter, void **handle, struct rs_error *err)
{
	(void)filter, (void)handle, (void)err;
	play.open++;
	return 0;
}

static void host_close(void *handle)
{
	(void)handle;
	play.open--;
}

static const struct rs_source source = {
	.side = RS_SIDE_HOST, .open = host_open, .sample = host_sample, .close = host_close};

FIXTURE(both)
{
	struct rs_both b;
	struct rs_judged j;
	struct rs_error err;
};

FIXTURE_SETUP(both)
{
	struct rs_filter filter = {.cid = rs_num_of(CID)};

	memset(self, 0, sizeof(*self));
	memset(&play, 0, sizeof(play));
	play.boot = "first";
	play.pid = play.runs = PID;
	play.turn = 1;
	ASSERT_EQ(0, rs_both_open(&self->b, &source, &filter, &self->err));
}

FIXTURE_TEARDOWN(both)
{
	rs_judged_clear(&self->j);
	rs_both_close(&self->b);
	EXPECT_EQ(0, play.open);
}

static int window(FIXTURE_DATA(both) * self)
{
	play.turn++;
	rs_judged_clear(&self->j);
	return rs_both_step(&self->b, &self->err) || rs_both_judge(&self->b, &self->j, &self->err);
}

static size_t queues_of(const struct rs_sample *s, uint64_t pid)
{
	size_t n = 0;

	for (size_t i = 0; i < s->queues_n; i++)
		n += s->queues[i].pid.value == pid;
	return n;
}

static size_t paired(const struct rs_judged *j)
{
	size_t n = 0;

	for (size_t i = 0; j->matched && i < j->match.n; i++)
		n += j->match.pairs[i].host != NULL;
	return n;
}

TEST_F(both, the_host_is_asked_first)
{
	ASSERT_EQ(0, window(self));
	EXPECT_LT(play.host_at, play.guest_at);
}

TEST_F(both, every_queue_of_the_guest_is_paired_in_a_window_of_both)
{
	ASSERT_EQ(0, window(self));
	EXPECT_TRUE(self->j.matched && self->j.paired);
	EXPECT_EQ(QUEUES, paired(&self->j));
	EXPECT_EQ(QUEUES, self->j.ledger.rows_n);
	EXPECT_EQ(ENTRIES, self->j.ledger.rows[0].figures[RS_FIG_GUEST(used_progress)].value);
	EXPECT_EQ(OFFERED, self->j.ledger.rows[0].figures[RS_FIG_HOST(tun_offered)].value);
}

TEST_F(both, another_machine_is_in_no_window)
{
	ASSERT_EQ(0, window(self));
	EXPECT_EQ(QUEUES, queues_of(&self->b.sides[RS_SIDE_HOST].end, PID));
	EXPECT_EQ(0, queues_of(&self->b.sides[RS_SIDE_HOST].end, OTHER));
	play.silent = true;
	ASSERT_EQ(0, window(self));
	EXPECT_EQ(0, queues_of(&self->b.sides[RS_SIDE_HOST].end, OTHER));
	EXPECT_EQ(QUEUES, self->j.ledger.rows_n);
}

TEST_F(both, a_guest_that_does_not_answer_leaves_the_hosts_side)
{
	play.silent = true;
	ASSERT_EQ(0, window(self));
	EXPECT_FALSE(self->b.answers || self->j.matched);
	EXPECT_EQ(RS_EXIT_NOGUEST, self->b.guest.status);
	EXPECT_EQ(OFFERED, self->j.ledger.rows[0].figures[RS_FIG_HOST(tun_offered)].value);
}

/* What came before it fell silent is in no window with what comes after. */
TEST_F(both, a_guest_that_answers_again_begins_anew)
{
	play.silent = true;
	ASSERT_EQ(0, window(self));
	play.silent = false;
	ASSERT_EQ(0, window(self));
	EXPECT_TRUE(self->b.answers);
	EXPECT_FALSE(self->j.matched);
	ASSERT_EQ(0, window(self));
	EXPECT_EQ(QUEUES, paired(&self->j));
	EXPECT_EQ(ENTRIES, self->j.ledger.rows[0].figures[RS_FIG_GUEST(used_progress)].value);
}

TEST_F(both, a_guest_that_was_restarted_begins_anew)
{
	ASSERT_EQ(0, window(self));
	EXPECT_FALSE(self->b.fresh);
	play.boot = "second";
	ASSERT_EQ(0, window(self));
	EXPECT_TRUE(self->b.fresh);
	EXPECT_FALSE(self->j.matched);
	ASSERT_EQ(0, window(self));
	EXPECT_FALSE(self->b.fresh);
	EXPECT_TRUE(self->j.matched);
}

/* Its old process is still there with the CID, until that one ends. */
TEST_F(both, a_guest_that_was_migrated_is_found_in_its_new_process)
{
	ASSERT_EQ(0, window(self));
	play.pid = 5678;
	ASSERT_EQ(0, window(self));
	EXPECT_FALSE(self->j.paired);
	play.runs = 5678;
	ASSERT_EQ(0, window(self));
	EXPECT_FALSE(self->j.paired); /* the host's sample was of the old one */
	ASSERT_EQ(0, window(self));
	ASSERT_EQ(0, window(self));
	EXPECT_TRUE(self->j.paired);
	EXPECT_EQ(5678, self->b.machine.value);
}

TEST_F(both, the_window_after_a_migration_is_fresh)
{
	ASSERT_EQ(0, window(self));
	play.pid = play.runs = 5678;
	for (int i = 0; i < 4 && !(self->b.fresh && self->j.paired); i++)
		ASSERT_EQ(0, window(self));
	EXPECT_TRUE(self->b.fresh && self->j.paired);
	ASSERT_EQ(0, window(self));
	EXPECT_FALSE(self->b.fresh);
}

TEST_F(both, the_snapshot_says_which_process_runs_the_guest)
{
	const struct rs_taken *host = &self->b.sides[RS_SIDE_HOST].taken;

	ASSERT_EQ(0, window(self));
	EXPECT_EQ(PID, host->guest_pid.value);
	EXPECT_STREQ("first", host->guest_boot_id);
}

/* Another VMM has no CID on its command line: the rings and interrupts tell. */
TEST_F(both, without_a_known_process_the_queues_themselves_are_compared)
{
	struct rs_filter filter = {.cid = rs_num_of(CID)};

	rs_both_close(&self->b);
	play.runs = 0;
	ASSERT_EQ(0, rs_both_open(&self->b, &source, &filter, &self->err));
	ASSERT_EQ(0, window(self));
	EXPECT_EQ(QUEUES, paired(&self->j));
	for (int i = 0; i < QUEUES; i++)
		EXPECT_EQ(PID, self->j.match.pairs[i].host->pid.value);
}

/* The guest's device is taken out: the host has queues of other machines alone. */
TEST_F(both, sides_that_cannot_be_compared_any_more_end_nothing)
{
	struct rs_filter filter = {.cid = rs_num_of(CID)};

	rs_both_close(&self->b);
	play.runs = 0;
	ASSERT_EQ(0, rs_both_open(&self->b, &source, &filter, &self->err));
	ASSERT_EQ(0, window(self));
	EXPECT_EQ(0, self->b.apart.status);
	play.pulled = true;
	ASSERT_EQ(0, window(self));
	EXPECT_EQ(RS_EXIT_MISMATCH, self->b.apart.status);
	EXPECT_STREQ(self->b.apart.text, rs_both_why(&self->b));
	EXPECT_FALSE(self->j.matched);
	EXPECT_EQ(0, self->j.ledger.rows_n);
	EXPECT_EQ(2 * QUEUES, self->b.sides[RS_SIDE_HOST].end.queues_n);
	play.pulled = false;
	ASSERT_EQ(0, window(self));
	ASSERT_EQ(0, window(self));
	EXPECT_EQ(0, self->b.apart.status);
	EXPECT_EQ(QUEUES, paired(&self->j));
}

/* By then another process had the CID in its words, too. */
TEST_F(both, a_process_that_is_not_known_is_asked_for_again)
{
	play.pulled = true;
	ASSERT_EQ(0, window(self));
	EXPECT_TRUE(self->j.matched && !self->j.paired);
	play.runs = 0;
	ASSERT_EQ(0, window(self));
	ASSERT_EQ(0, window(self));
	EXPECT_EQ(RS_EXIT_MISMATCH, self->b.apart.status);
	play.runs = PID;
	ASSERT_EQ(0, window(self));
	EXPECT_EQ(PID, self->b.machine.value);
	play.pulled = false;
	ASSERT_EQ(0, window(self));
	ASSERT_EQ(0, window(self));
	EXPECT_EQ(QUEUES, paired(&self->j));
}

TEST_F(both, while_no_process_is_known_a_silent_guest_has_no_queues)
{
	struct rs_filter filter = {.cid = rs_num_of(CID)};

	rs_both_close(&self->b);
	play.runs = 0;
	ASSERT_EQ(0, rs_both_open(&self->b, &source, &filter, &self->err));
	play.silent = true;
	ASSERT_EQ(0, window(self));
	EXPECT_EQ(0, self->j.ledger.rows_n);
	EXPECT_STREQ(self->b.guest.text, rs_both_why(&self->b));
}

TEST_F(both, sides_that_never_could_be_compared_are_an_error)
{
	struct rs_filter filter = {.cid = rs_num_of(CID)};

	rs_both_close(&self->b);
	play.runs = 0;
	play.pulled = true;
	ASSERT_EQ(0, rs_both_open(&self->b, &source, &filter, &self->err));
	EXPECT_NE(0, window(self));
	EXPECT_EQ(RS_EXIT_MISMATCH, self->err.status);
}

TEST_F(both, nothing_is_attached_for_a_guest_that_never_answered)
{
	struct rs_filter filter = {.cid = rs_num_of(CID)};

	rs_both_close(&self->b);
	play.silent = true;
	EXPECT_EQ(-1, rs_both_open(&self->b, &source, &filter, &self->err));
	EXPECT_EQ(RS_EXIT_NOGUEST, self->err.status);
	EXPECT_EQ(0, play.open);
	play.silent = false;
	ASSERT_EQ(0, rs_both_open(&self->b, &source, &filter, &self->err));
}

TEST_HARNESS_MAIN
