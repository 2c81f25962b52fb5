// SPDX-License-Identifier: GPL-2.0-only
/* The ledger against known figures. */
#include <kselftest_harness.h>

#include "helper_fixture.h"
#include "hist.h"
#include "num.h"

FIXTURE(ledger)
{
	struct joined j;
};

FIXTURE_SETUP(ledger)
{
	memset(self, 0, sizeof(*self));
	snapshot_fill(&self->j.guest, RS_SIDE_GUEST);
	snapshot_fill(&self->j.host, RS_SIDE_HOST);
}

FIXTURE_TEARDOWN(ledger)
{
	joined_clear(&self->j);
}

#define MAKE()		   ASSERT_EQ(0, joined_make(&self->j)) TH_LOG("%s", self->j.err.text)
#define GUEST(when)	   (&self->j.guest.when.queues[0])
#define HOST(when)	   (&self->j.host.when.queues[0])
#define FIG(kind, name)	   (self->j.ledger.rows[0].figures[RS_FIG_##kind(name)])
#define SIGNED(kind, name) ((int64_t)FIG(kind, name).value)

static void index_set(struct rs_queue *q, uint64_t index)
{
	q->used_idx = q->last_used_idx = rs_num_of((uint16_t)index);
}

TEST_F(ledger, deltas_are_end_less_begin)
{
	MAKE();
	ASSERT_EQ(QUEUES, self->j.ledger.rows_n);
	EXPECT_EQ(INTERRUPTS, FIG(GUEST, interrupts).value);
	EXPECT_EQ(ENTRIES, FIG(HOST, vhost_posted).value);
	EXPECT_EQ(NONE, FIG(DERIVED, none_sum).value);
	EXPECT_EQ(0, FIG(DERIVED, sum_off).value);
	EXPECT_EQ(7, FIG(DERIVED, suppressed).value);
	EXPECT_EQ(SIGNALS - 3 - INTERRUPTS, FIG(DERIVED, merged).value);
	EXPECT_EQ(0, FIG(DERIVED, surplus).value);
	EXPECT_EQ(0, FIG(DERIVED, eventfd_off).value);
	EXPECT_EQ(0, FIG(DERIVED, inject_off).value);
	EXPECT_EQ(0, FIG(DERIVED, tun_off).value);
	EXPECT_EQ(0, FIG(DERIVED, used_off).value);
	EXPECT_EQ(10000, FIG(DERIVED, guest_window).value);
	EXPECT_STREQ("eth0 input.0", self->j.ledger.rows[0].label);
}

TEST_F(ledger, without_begin_counts_since_the_start)
{
	self->j.guest.has_begin = self->j.host.has_begin = false;
	MAKE();
	EXPECT_EQ(2 * INTERRUPTS, FIG(GUEST, interrupts).value);
	EXPECT_FALSE(FIG(DERIVED, used_off).known);
	EXPECT_FALSE(FIG(DERIVED, standing_begin).known);
	EXPECT_EQ(0, FIG(DERIVED, standing).value);
}

TEST_F(ledger, unknown_is_never_a_number)
{
	GUEST_COUNTER(GUEST(end), none_empty).known = false;
	HOST_COUNTER(HOST(begin), injected).known = false;
	HOST(end)->avail_idx.known = false;
	MAKE();
	EXPECT_FALSE(FIG(GUEST, none_empty).known);
	EXPECT_FALSE(FIG(DERIVED, none_sum).known);
	EXPECT_FALSE(FIG(HOST, injected).known);
	EXPECT_FALSE(FIG(DERIVED, merged).known);
	EXPECT_FALSE(FIG(DERIVED, inject_off).known);
	EXPECT_FALSE(FIG(DERIVED, avail_left).known);
	EXPECT_TRUE(FIG(DERIVED, sum_off).known);
}

TEST_F(ledger, a_counter_that_fell_is_unknown)
{
	GUEST_COUNTER(GUEST(end), handled) =
		rs_num_of(GUEST_COUNTER(GUEST(begin), handled).value - 1);
	MAKE();
	EXPECT_FALSE(FIG(GUEST, handled).known);
	EXPECT_FALSE(FIG(DERIVED, sum_off).known);
}

/* The host's window lies earlier and later than the guest's, across wraps of the index. */
static const struct {
	uint64_t guest_begin, guest_end, host_begin, host_end;
} windows[] = {
	{65530, 75537, 65530, 75537}, {65530, 75537, 65000, 76000},
	{65530, 75537, 65540, 75530}, {0, 65536, 0, 65536},
	{0, 1000000, 30000, 1030000}, {100, 1000100, 50, 1032000},
	{65535, 65536, 65534, 65537}, {5, 5, 5, 5},
};

TEST_F(ledger, used_index_joins_windows_that_do_not_coincide)
{
	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		index_set(GUEST(begin), windows[i].guest_begin);
		index_set(GUEST(end), windows[i].guest_end);
		index_set(HOST(begin), windows[i].host_begin);
		index_set(HOST(end), windows[i].host_end);
		GUEST_COUNTER(GUEST(begin), used_progress) = rs_num_of(windows[i].guest_begin);
		GUEST_COUNTER(GUEST(end), used_progress) = rs_num_of(windows[i].guest_end);
		HOST_COUNTER(HOST(begin), vhost_posted) = rs_num_of(windows[i].host_begin);
		HOST_COUNTER(HOST(end), vhost_posted) = rs_num_of(windows[i].host_end);
		MAKE();
		EXPECT_EQ(0, SIGNED(DERIVED, used_off)) TH_LOG("window %zu", i);
		EXPECT_EQ((int64_t)(windows[i].host_begin - windows[i].guest_begin),
			  SIGNED(DERIVED, skew_begin));
		EXPECT_EQ((int64_t)(windows[i].host_end - windows[i].guest_end),
			  SIGNED(DERIVED, skew_end));
		rs_ledger_clear(&self->j.ledger);
		rs_match_clear(&self->j.match);
		/* one entry too many is seen in each of them */
		HOST_COUNTER(HOST(end), vhost_posted).value++;
		MAKE();
		EXPECT_EQ(1, SIGNED(DERIVED, used_off)) TH_LOG("window %zu", i);
		rs_ledger_clear(&self->j.ledger);
		rs_match_clear(&self->j.match);
	}
}

TEST(index_distance_over_wraps)
{
	EXPECT_EQ(0, rs_index_distance(0, 0));
	EXPECT_EQ(1, rs_index_distance(0, 65535));
	EXPECT_EQ(-1, rs_index_distance(65535, 0));
	EXPECT_EQ(32767, rs_index_distance(32767, 0));
	EXPECT_EQ(-32768, rs_index_distance(32768, 0));
	EXPECT_EQ(-32767, rs_index_distance(32769, 0));
	EXPECT_EQ(10, rs_index_distance(5, 65531));
	EXPECT_EQ(10, rs_index_distance(5 + 65536 * 7, 65531));
}

TEST_F(ledger, standing_entries_over_a_wrap)
{
	GUEST(end)->used_idx = rs_num_of(3);
	GUEST(end)->last_used_idx = rs_num_of(65534);
	MAKE();
	EXPECT_EQ(5, FIG(DERIVED, standing).value);
}

/* Entries that a ring's reset dropped stay apart in the progress: only the indexes say what waits.
 */
TEST_F(ledger, what_waits_in_a_packed_ring_is_between_its_indexes)
{
	/* they count to twice its size, and a host that knows such a ring has no index */
	rs_str_set(GUEST(begin)->ring, "packed");
	rs_str_set(GUEST(end)->ring, "packed");
	index_set(GUEST(begin), 511);
	GUEST(end)->used_idx = rs_num_of(3);
	GUEST(end)->last_used_idx = rs_num_of(510);
	GUEST_COUNTER(GUEST(begin), last_used_progress).value -= 7;
	GUEST_COUNTER(GUEST(end), last_used_progress).value -= 7;
	MAKE();
	EXPECT_EQ(5, FIG(DERIVED, standing).value);
	EXPECT_EQ(0, FIG(DERIVED, standing_begin).value);
	EXPECT_FALSE(FIG(DERIVED, skew_end).known);
	EXPECT_FALSE(FIG(DERIVED, used_off).known);
}

TEST_F(ledger, what_waits_in_a_packed_ring_of_unknown_size_is_unknown)
{
	rs_str_set(GUEST(end)->ring, "packed");
	index_set(GUEST(end), 3);
	GUEST(end)->size.known = false;
	MAKE();
	EXPECT_FALSE(FIG(DERIVED, standing).known);
}

TEST_F(ledger, the_modules_word_on_patience_counts)
{
	self->j.guest.end.irqs[0].count = rs_num_of(1000);
	self->j.guest.end.irqs[0].unhandled = rs_num_of(1000);
	self->j.guest.end.irqs[0].can_trip = rs_num_of(0);
	MAKE();
	EXPECT_FALSE(FIG(DERIVED, irq_left).known);
}

TEST_F(ledger, more_interrupts_than_injections_are_surplus)
{
	HOST_COUNTER(HOST(end), injected) = HOST_COUNTER(HOST(begin), injected);
	HOST_COUNTER(HOST(end), injected).value += INTERRUPTS - 9;
	GUEST_COUNTER(GUEST(end), none_empty).value += 4;
	index_set(HOST(begin), 65530 + ENTRIES - 3);
	MAKE();
	EXPECT_EQ(9, FIG(DERIVED, surplus).value);
	EXPECT_EQ(0, FIG(DERIVED, merged).value);
	/* three entries apart, four empty ones, one in flight at each end */
	EXPECT_EQ(9, FIG(DERIVED, surplus_slack).value);
}

/* irq_count and irqs_unhandled against what note_interrupt() would do. */
static const struct {
	uint64_t count, unhandled, handled;
	bool can_trip;
	uint64_t left;
} patience[] = {
	{0, 0, 0, true, 100000},       {1000, 1000, 0, true, 99000}, {99999, 99900, 99, true, 1},
	{99999, 99899, 100, false, 0}, {200, 100, 100, false, 0},    {199, 100, 99, true, 99801},
	{99999, 99999, 0, true, 1},
};

/* A vector that queues share interrupts each of them, for the entries of any. */
TEST_F(ledger, an_interrupt_of_another_queue_is_not_received)
{
	GUEST_COUNTER(GUEST(end), none_shared) = rs_num_of(4000);
	GUEST_COUNTER(GUEST(end), interrupts).value += SIGNALS - 3 - INTERRUPTS + 3500;
	MAKE();
	EXPECT_EQ(0, FIG(DERIVED, surplus).value);
	EXPECT_EQ(500, FIG(DERIVED, merged).value);
	rs_ledger_clear(&self->j.ledger);
	rs_match_clear(&self->j.match);
	GUEST(end)->shared = rs_num_of(1);
	MAKE();
	EXPECT_FALSE(FIG(DERIVED, surplus).known);
	EXPECT_FALSE(FIG(DERIVED, surplus_slack).known);
	EXPECT_FALSE(FIG(DERIVED, merged).known);
}

/* While a vector is masked vhost writes to an eventfd without irqfd. */
TEST_F(ledger, a_masked_write_is_no_lost_wakeup)
{
	HOST_COUNTER(HOST(end), irqfd_wakeups).value -= 1009;
	HOST_COUNTER(HOST(end), eventfd_masked).value += 1009;
	MAKE();
	EXPECT_EQ(0, FIG(DERIVED, eventfd_off).value);
	EXPECT_EQ(0, FIG(DERIVED, irqfd_off).value);
}

TEST_F(ledger, the_counts_of_a_closed_eventfd_are_unknown)
{
	HOST(begin)->calls_closed = rs_num_of(2);
	HOST(end)->calls_closed = rs_num_of(3);
	MAKE();
	EXPECT_FALSE(FIG(HOST, eventfd_writes).known);
	EXPECT_FALSE(FIG(HOST, injected).known);
	EXPECT_FALSE(FIG(DERIVED, eventfd_off).known);
	EXPECT_FALSE(FIG(DERIVED, surplus).known);
	EXPECT_EQ(SIGNALS, FIG(HOST, vhost_signals).value);
}

TEST_F(ledger, distance_to_nobody_cared)
{
	for (size_t i = 0; i < sizeof(patience) / sizeof(patience[0]); i++) {
		self->j.guest.end.irqs[0].count = rs_num_of(patience[i].count);
		self->j.guest.end.irqs[0].unhandled = rs_num_of(patience[i].unhandled);
		MAKE();
		EXPECT_EQ(patience[i].handled, FIG(DERIVED, irq_handled).value);
		EXPECT_EQ(patience[i].can_trip, FIG(DERIVED, irq_left).known) TH_LOG("row %zu", i);
		EXPECT_EQ(patience[i].left, FIG(DERIVED, irq_left).value) TH_LOG("row %zu", i);
		rs_ledger_clear(&self->j.ledger);
		rs_match_clear(&self->j.match);
	}
}

TEST_F(ledger, a_reload_is_said_and_not_subtracted)
{
	self->j.guest.end.started_ns = rs_num_of(15000000000ULL);
	MAKE();
	ASSERT_NE(NULL, self->j.ledger.rows[0].guest_flaw);
	EXPECT_NE(NULL, strstr(self->j.ledger.rows[0].guest_flaw, "again"));
	EXPECT_FALSE(FIG(GUEST, interrupts).known);
	EXPECT_EQ(NULL, self->j.ledger.rows[0].host_flaw);
	EXPECT_TRUE(FIG(HOST, vhost_posted).known);
}

TEST_F(ledger, a_device_reset_is_said_and_not_subtracted)
{
	self->j.guest.end.devices[0].generation = rs_num_of(2);
	MAKE();
	ASSERT_NE(NULL, self->j.ledger.rows[0].guest_flaw);
	EXPECT_NE(NULL, strstr(self->j.ledger.rows[0].guest_flaw, "reset"));
	EXPECT_FALSE(FIG(GUEST, used_progress).known);
	EXPECT_FALSE(FIG(DERIVED, used_off).known);
}

/* ethtool -G or AF_XDP: the counts go on, the ring's indexes start from zero. */
TEST_F(ledger, a_reset_ring_keeps_its_counts_and_loses_its_indexes)
{
	GUEST(end)->generation = rs_num_of(2);
	GUEST(end)->used_addr = rs_num_of(0x99000);
	index_set(GUEST(end), 7);
	MAKE();
	EXPECT_EQ(NULL, self->j.ledger.rows[0].guest_flaw);
	ASSERT_EQ(rs_flaws[RS_FLAW_RING], self->j.ledger.rows[0].ring_flaw);
	EXPECT_EQ(INTERRUPTS, FIG(GUEST, interrupts).value);
	EXPECT_EQ(ENTRIES, FIG(GUEST, used_progress).value);
	EXPECT_EQ(0, FIG(DERIVED, sum_off).value);
	EXPECT_FALSE(FIG(DERIVED, standing).known);
	EXPECT_FALSE(FIG(DERIVED, standing_begin).known);
	EXPECT_FALSE(FIG(DERIVED, skew_begin).known);
	EXPECT_FALSE(FIG(DERIVED, skew_end).known);
	EXPECT_FALSE(FIG(DERIVED, used_off).known);
	EXPECT_FALSE(FIG(DERIVED, surplus_slack).known);
}

TEST_F(ledger, a_reset_ring_leaves_the_other_queues_alone)
{
	GUEST(end)->generation = rs_num_of(2);
	MAKE();
	for (size_t i = 1; i < self->j.ledger.rows_n; i++) {
		const struct rs_row *row = &self->j.ledger.rows[i];

		EXPECT_EQ(NULL, row->guest_flaw);
		EXPECT_EQ(NULL, row->ring_flaw);
		EXPECT_TRUE(row->figures[RS_FIG_DERIVED(used_off)].known);
	}
}

/* The device's generation is the stronger one: its virtqueues were made again. */
TEST_F(ledger, a_queue_of_a_reset_device_is_not_taken_for_a_reset_ring)
{
	self->j.guest.end.devices[0].generation = rs_num_of(2);
	GUEST(end)->generation = rs_num_of(2);
	MAKE();
	EXPECT_EQ(rs_flaws[RS_FLAW_RESET], self->j.ledger.rows[0].guest_flaw);
	EXPECT_EQ(NULL, self->j.ledger.rows[0].ring_flaw);
	EXPECT_FALSE(FIG(GUEST, interrupts).known);
}

TEST_F(ledger, without_a_devices_generation_a_queues_own_is_a_reset)
{
	self->j.guest.begin.devices[0].generation.known = false;
	self->j.guest.end.devices[0].generation.known = false;
	GUEST(end)->generation = rs_num_of(2);
	MAKE();
	EXPECT_EQ(rs_flaws[RS_FLAW_RESET], self->j.ledger.rows[0].guest_flaw);
	EXPECT_EQ(NULL, self->j.ledger.rows[0].ring_flaw);
}

TEST_F(ledger, another_used_ring_without_a_reset_is_not_subtracted)
{
	GUEST(end)->used_addr = rs_num_of(0x99000);
	HOST(end)->used_addr = rs_num_of(0x99000);
	MAKE();
	EXPECT_EQ(rs_flaws[RS_FLAW_MOVED], self->j.ledger.rows[0].guest_flaw);
	EXPECT_EQ(NULL, self->j.ledger.rows[0].ring_flaw);
}

TEST_F(ledger, a_queue_that_appeared_is_said_and_not_subtracted)
{
	self->j.host.begin.queues_n = 2;
	MAKE();
	EXPECT_EQ(NULL, self->j.ledger.rows[0].host_flaw);
	ASSERT_NE(NULL, self->j.ledger.rows[2].host_flaw);
	EXPECT_NE(NULL, strstr(self->j.ledger.rows[2].host_flaw, "appeared"));
	EXPECT_FALSE(self->j.ledger.rows[2].figures[RS_FIG_HOST(vhost_posted)].known);
}

TEST_F(ledger, missed_hits_within_the_window)
{
	self->j.guest.begin.hooks[0].missed = rs_num_of(5);
	self->j.guest.end.hooks[0].missed = rs_num_of(12);
	MAKE();
	EXPECT_EQ(7, self->j.ledger.total.figures[RS_FIG_DERIVED(guest_missed)].value);
	EXPECT_EQ(0, self->j.ledger.total.figures[RS_FIG_DERIVED(host_missed)].value);
}

/* They make the proof incomplete, not the counts that it proves. */
/* A kernel that does not count them: in a guest the counter "missed" stands in for that. */
TEST_F(ledger, hits_that_a_host_does_not_count_are_unknown)
{
	struct rs_num *missed = &self->j.host.end.hooks[0].missed;

	missed->known = self->j.guest.end.hooks[0].missed.known = false;
	MAKE();
	EXPECT_FALSE(self->j.ledger.total.figures[RS_FIG_DERIVED(host_missed)].known);
	EXPECT_TRUE(self->j.ledger.total.figures[RS_FIG_DERIVED(guest_missed)].known);
}

TEST_F(ledger, a_hook_that_is_absent_or_made_up_for_misses_none)
{
	struct rs_hook *absent = rs_sample_add_hook(&self->j.host.end);
	struct rs_hook *made_up;

	rs_str_set(absent->state, "absent");
	made_up = rs_sample_add_hook(&self->j.host.end);
	rs_str_set(made_up->name, "sk_data_ready");
	rs_str_set(made_up->state, "attached");
	MAKE();
	EXPECT_TRUE(self->j.ledger.total.figures[RS_FIG_DERIVED(host_missed)].known);
	EXPECT_EQ(0, self->j.ledger.total.figures[RS_FIG_DERIVED(host_missed)].value);
	EXPECT_EQ(0, self->j.ledger.total.figures[RS_FIG_DERIVED(host_untold)].value);
}

TEST_F(ledger, hits_that_hooks_on_demand_missed_are_not_counted)
{
	static const char *const loses[] = {"proof-of-polls", "times-of-polls"};

	for (size_t i = 0; i < 2; i++) {
		struct rs_hook *hook = rs_sample_add_hook(&self->j.guest.end);

		rs_str_set(hook->name, "virtnet_poll");
		rs_str_set(hook->loses, loses[i]);
		hook->missed = rs_num_of(12);
	}
	MAKE();
	EXPECT_EQ(0, self->j.ledger.total.figures[RS_FIG_DERIVED(guest_missed)].value);
}

TEST_F(ledger, a_host_queue_the_guest_does_not_use_gets_a_line)
{
	self->j.guest.end.queues_n = 2;
	MAKE();
	ASSERT_EQ(QUEUES, self->j.ledger.rows_n);
	EXPECT_EQ(NULL, self->j.ledger.rows[2].guest);
	EXPECT_STREQ("vnet37 q1 rx", self->j.ledger.rows[2].label);
}

TEST_F(ledger, one_side_alone)
{
	struct rs_ledger l;

	ASSERT_EQ(0, rs_ledger_make(&l, NULL, &self->j.host, NULL, &self->j.err));
	EXPECT_EQ(QUEUES, l.rows_n);
	EXPECT_EQ(ENTRIES, l.rows[0].figures[RS_FIG_HOST(vhost_posted)].value);
	EXPECT_FALSE(l.rows[0].figures[RS_FIG_GUEST(interrupts)].known);
	EXPECT_FALSE(l.total.figures[RS_FIG_DERIVED(guest_missed)].known);
	rs_ledger_clear(&l);
}

/* The host reads the driver's index in the guest's memory: anything may stand there. */
TEST_F(ledger, an_index_that_no_ring_can_have_is_unknown)
{
	static const struct {
		uint16_t ahead;
		bool known;
	} rows[] = {{0, true}, {256, true}, {257, false}, {65535, false}};
	struct rs_ledger l;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct rs_num index =
			rs_num_of((uint16_t)(HOST(end)->used_idx.value + rows[i].ahead));
		struct rs_num *figures;

		HOST(end)->size = rs_num_of(256);
		HOST(end)->ring_avail_idx = HOST(end)->avail_idx = index;
		ASSERT_EQ(0, rs_ledger_make(&l, NULL, &self->j.host, NULL, &self->j.err));
		figures = l.rows[0].figures;
		EXPECT_EQ(rows[i].known, figures[RS_FIG_DERIVED(outstanding)].known);
		EXPECT_EQ(rows[i].known, figures[RS_FIG_DERIVED(avail_left)].known);
		if (rows[i].known)
			EXPECT_EQ(rows[i].ahead, figures[RS_FIG_DERIVED(outstanding)].value);
		rs_ledger_clear(&l);
	}
}

/* A backend in user space: of its queues only the interrupt is known. */
static void tap_forget(struct rs_queue *q, int i)
{
	rs_str_set(q->tap, "");
	rs_str_set(q->dir, "other");
	q->tap_ifindex = q->queue = q->vhost_vq = q->used_addr = (struct rs_num){0};
	q->gsi = rs_num_of(24 + i);
}

/*
 * A process reads the tap: the place in the ring says how many packets it took, but for how often
 * it went around; what was put in says that, and may be of another moment.
 */
TEST_F(ledger, what_a_process_took_follows_from_the_ring)
{
	static const struct {
		uint64_t offered, dropped, waiting_begin, waiting, from, to, taken;
	} rows[] = {
		{0, 0, 256, 256, 17, 17, 0},   {9, 9, 256, 256, 17, 17, 0},
		{9, 5, 252, 256, 17, 17, 0},   {3, 0, 0, 0, 250, 253, 3},
		{20, 0, 0, 0, 250, 14, 20},    {256, 0, 0, 0, 17, 17, 256},
		{2560, 0, 0, 0, 17, 17, 2560}, {2000, 100, 10, 6, 0, 112, 1904},
		{3, 0, 0, 5, 17, 17, 0},       {70, 0, 0, 0, 17, 80, 63},
	};
	struct rs_ledger l;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rs_queue *begin = &self->j.host.begin.queues[0], *end = HOST(end);

		HOST_COUNTER(begin, vhost_taken).known = HOST_COUNTER(end, vhost_taken).known =
			false;
		HOST_COUNTER(begin, tun_offered) = HOST_COUNTER(begin, tun_dropped) = rs_num_of(7);
		HOST_COUNTER(end, tun_offered) = rs_num_of(7 + rows[i].offered);
		HOST_COUNTER(end, tun_dropped) = rs_num_of(7 + rows[i].dropped);
		begin->occupancy = rs_num_of(rows[i].waiting_begin);
		end->occupancy = rs_num_of(rows[i].waiting);
		begin->ring_consumer = rs_num_of(rows[i].from);
		end->ring_consumer = rs_num_of(rows[i].to);
		ASSERT_EQ(0, rs_ledger_make(&l, NULL, &self->j.host, NULL, &self->j.err));
		EXPECT_EQ(rows[i].taken, l.rows[0].figures[RS_FIG_DERIVED(taken)].value)
		TH_LOG("row %zu", i);
		rs_ledger_clear(&l);
	}
}

TEST_F(ledger, queues_without_a_tap_are_told_by_their_interrupt)
{
	struct rs_ledger l;

	for (int i = 0; i < QUEUES; i++) {
		tap_forget(&self->j.host.begin.queues[i], i);
		tap_forget(&self->j.host.end.queues[i], i);
		HOST_COUNTER(&self->j.host.begin.queues[i], eventfd_writes) = rs_num_of(1009 * i);
		HOST_COUNTER(&self->j.host.end.queues[i], eventfd_writes) = rs_num_of(1009 * i + 7);
	}
	ASSERT_EQ(0, rs_ledger_make(&l, NULL, &self->j.host, NULL, &self->j.err));
	for (int i = 0; i < QUEUES; i++)
		EXPECT_EQ(7, l.rows[i].figures[RS_FIG_HOST(eventfd_writes)].value);
	rs_ledger_clear(&l);
}

TEST_F(ledger, an_interrupt_that_moves_may_come_twice)
{
	GUEST_COUNTER(&self->j.guest.end.queues[0], interrupts).value += 1000;
	HOST_COUNTER(&self->j.host.end.queues[0], moved).value += 501;
	ASSERT_EQ(0, joined_make(&self->j));
	EXPECT_EQ(501 + 2, self->j.ledger.rows[0].figures[RS_FIG_DERIVED(surplus_slack)].value);
}

/* The tap's own count before and after all else of a sample. */
static void tap_fill(struct rs_sample *s, uint64_t netns, uint64_t dropped, uint64_t late)
{
	struct rs_tap *tap = rs_sample_add_tap(s);

	rs_str_set(tap->name, "vnet37");
	tap->netns = rs_num_of(netns);
	tap->tx_dropped = rs_num_of(dropped);
	tap->tx_dropped_late = rs_num_of(late);
}

/* Of 100 packets that the tap dropped after the first sample 60 were seen. */
static void drops_fill(struct rs_snapshot *host)
{
	tap_fill(&host->begin, 1, 3, 10);
	tap_fill(&host->end, 1, 110, 117);
	for (int i = 0; i < QUEUES; i++) {
		host->begin.queues[i].tap_netns = host->end.queues[i].tap_netns = rs_num_of(1);
		HOST_COUNTER(&host->end.queues[i], tun_dropped).value += i % 2 ? 0 : 30;
	}
}

#define UNSEEN(l, row) ((l).rows[row].figures[RS_FIG_DERIVED(drops_unseen)])

TEST_F(ledger, what_no_queue_saw_of_a_taps_drops)
{
	struct rs_ledger l;

	drops_fill(&self->j.host);
	/* another namespace's tap of this name has dropped more */
	tap_fill(&self->j.host.begin, 2, 0, 0);
	tap_fill(&self->j.host.end, 2, 5000, 5000);
	ASSERT_EQ(0, rs_ledger_make(&l, NULL, &self->j.host, NULL, &self->j.err));
	EXPECT_TRUE(UNSEEN(l, 0).known);
	EXPECT_EQ(40, UNSEEN(l, 0).value);
	for (int i = 1; i < QUEUES; i++)
		EXPECT_FALSE(UNSEEN(l, i).known);
	rs_ledger_clear(&l);
}

TEST_F(ledger, a_queue_that_went_takes_its_drops_with_it)
{
	struct rs_ledger l;

	drops_fill(&self->j.host);
	self->j.host.end.queues_n = 2;
	ASSERT_EQ(0, rs_ledger_make(&l, NULL, &self->j.host, NULL, &self->j.err));
	EXPECT_FALSE(UNSEEN(l, 0).known);
	rs_ledger_clear(&l);
}

/* macvlan's own count has what it lost before the tap, too. */
TEST_F(ledger, of_a_macvtap_the_kernels_count_shows_no_unseen_drops)
{
	struct rs_ledger l;

	drops_fill(&self->j.host);
	rs_str_set(self->j.host.end.taps[0].kind, "macvtap");
	ASSERT_EQ(0, rs_ledger_make(&l, NULL, &self->j.host, NULL, &self->j.err));
	EXPECT_FALSE(UNSEEN(l, 0).known);
	rs_ledger_clear(&l);
}

/* @n packets of the window met the ring of 1000 half full; @stopped: at the end. */
static void filled_fill(struct rs_snapshot *host, int queue, uint64_t n, bool stopped)
{
	struct rs_histogram none = {.known = true}, some = none;
	struct rs_queue *end = &host->end.queues[queue];

	some.bucket[rs_hist_bucket(512)] = n;
	end->backpressure = host->begin.queues[queue].backpressure = rs_num_of(1);
	end->ring_size = rs_num_of(1000);
	end->stopped = rs_num_of(stopped);
	rs_queue_hist_set(&host->begin.queues[queue], RS_HOST_HIST_occupancy_at_enqueue, &none);
	rs_queue_hist_set(end, RS_HOST_HIST_occupancy_at_enqueue, &some);
}

/* Without the histogram of one queue nothing is known of the tap, unless the queue is stopped. */
TEST_F(ledger, what_is_held_back_is_unknown_without_the_histogram)
{
	for (int stopped = 0; stopped < 2; stopped++) {
		struct rs_histogram unknown = {0};
		struct rs_ledger l;

		filled_fill(&self->j.host, 0, 400, false);
		filled_fill(&self->j.host, 2, 0, stopped);
		rs_queue_hist_set(&self->j.host.end.queues[2], RS_HOST_HIST_occupancy_at_enqueue,
				  &unknown);
		ASSERT_EQ(0, rs_ledger_make(&l, NULL, &self->j.host, NULL, &self->j.err));
		EXPECT_EQ(stopped, l.rows[0].figures[RS_FIG_DERIVED(held_back)].known);
		rs_ledger_clear(&l);
	}
}

/* What a tap with two receive queues, 0 and 2, tells of each. */
TEST_F(ledger, what_is_held_back_is_told_of_the_queue_that_shows_it_most)
{
	static const struct {
		uint64_t filled[2];
		bool stopped[2];
		uint64_t held_back, told[2];
	} cases[] = {
		{{249, 0}, {false, false}, 0, {0, 0}}, /* a burst: the ring never was full */
		{{250, 0}, {false, false}, 1, {250, 0}},
		{{300, 400}, {false, false}, 2, {0, 400}},
		{{400, 400}, {false, false}, 2, {400, 0}},
		{{1, 400}, {true, false}, 2, {1, 0}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rs_ledger l;

		for (int q = 0; q < 2; q++)
			filled_fill(&self->j.host, 2 * q, cases[i].filled[q], cases[i].stopped[q]);
		ASSERT_EQ(0, rs_ledger_make(&l, NULL, &self->j.host, NULL, &self->j.err));
		for (int q = 0; q < 2; q++) {
			const struct rs_num *figures = l.rows[2 * q].figures;

			EXPECT_EQ(cases[i].held_back, figures[RS_FIG_DERIVED(held_back)].value)
			TH_LOG("case %zu queue %d", i, q);
			EXPECT_EQ(cases[i].told[q], figures[RS_FIG_DERIVED(filled)].value)
			TH_LOG("case %zu queue %d", i, q);
		}
		rs_ledger_clear(&l);
	}
}

TEST_F(ledger, taps_of_one_name_are_told_apart)
{
	struct rs_ledger l;

	for (int i = 0; i < QUEUES; i++) {
		self->j.host.end.queues[i].tap_netns = rs_num_of(i / 2);
		rs_str_set(self->j.host.end.queues[i].vm, i < 2 ? "web1" : "web2");
	}
	ASSERT_EQ(0, rs_ledger_make(&l, NULL, &self->j.host, NULL, &self->j.err));
	EXPECT_STREQ("web1 vnet37 q0 rx", l.rows[0].label);
	EXPECT_STREQ("web2 vnet37 q1 rx", l.rows[2].label);
	rs_ledger_clear(&l);
	self->j.host.end.queues[0].vm[0] = '\0';
	ASSERT_EQ(0, rs_ledger_make(&l, NULL, &self->j.host, NULL, &self->j.err));
	EXPECT_STREQ("process 1234 vnet37 q0 rx", l.rows[0].label);
	rs_ledger_clear(&l);
}

TEST(no_two_figures_share_a_name)
{
	for (int a = 0; a < RS_FIGURES; a++)
		for (int b = a + 1; b < RS_FIGURES; b++)
			EXPECT_STRNE(rs_figure_info(a).name, rs_figure_info(b).name);
}

TEST(each_figure_has_unit_and_meaning)
{
	for (int i = 0; i < RS_FIGURES; i++) {
		EXPECT_LT(2, strlen(rs_figure_info(i).unit) + 1);
		EXPECT_LT(8, strlen(rs_figure_info(i).meaning));
	}
}

TEST_HARNESS_MAIN
