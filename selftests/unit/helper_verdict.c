// SPDX-License-Identifier: GPL-2.0-only
/* Each rule fires on its own figures, and not on figures close to them. */
#include <kselftest_harness.h>

#include "evidence.h"
#include "hist.h"
#include "helper_fixture.h"
#include "helper_man.h"

/* A figure of the first row, or of the total, set to a value. */
struct set {
	enum rs_figure figure;
	int64_t value;
};

#define GUEST	  RS_FIG_GUEST
#define HOST	  RS_FIG_HOST
#define DERIVED	  RS_FIG_DERIVED
#define SETS(...) {__VA_ARGS__}, sizeof((struct set[]){__VA_ARGS__}) / sizeof(struct set)

/* @n values of a histogram that lie between @from and twice @from. */
static void hist_set(struct rs_row *row, enum rs_host_hist hist, uint64_t from, uint64_t n)
{
	struct rs_histogram *h = &row->hists[RS_SIDE_HOST][hist];

	memset(h, 0, sizeof(*h));
	h->known = true;
	h->bucket[rs_hist_bucket(from)] = n;
}

/* Case 07: the worker waits 4 ms and more before each round. */
static void worker_shape(struct rs_row *row, bool on)
{
	hist_set(row, RS_HOST_HIST_worker_wait, on ? 65536 : 32768, 900);
	hist_set(row, RS_HOST_HIST_s1_s2, 65536, 900);
}

/* Case B: packets come one by one; 98 us until vhost decides, 22 us on the good host. */
static void wake_shape(struct rs_row *row, bool on)
{
	hist_set(row, RS_HOST_HIST_occupancy_at_enqueue, 0, 900);
	hist_set(row, RS_HOST_HIST_s1_s2, on ? 65536 : 16384, 900);
	hist_set(row, RS_HOST_HIST_s2_s3, 4096, 900);
	hist_set(row, RS_HOST_HIST_s3_s4, 8192, 900);
	hist_set(row, RS_HOST_HIST_s4_s5, 2048, 900);
}

static void vcpu_shape(struct rs_row *row, bool on)
{
	hist_set(row, RS_HOST_HIST_s5_run, on ? 524288 : 262144, 900);
}

/* The smallest bucket of at least 100 us, and the one before. */
static void signal_shape(struct rs_row *row, bool on)
{
	hist_set(row, RS_HOST_HIST_s2_s3, on ? 131072 : 65536, 900);
}

/* KVM's work queue, or the wake-up before it. */
static void injection_shape(struct rs_row *row, bool on)
{
	hist_set(row, RS_HOST_HIST_s3_s4, 4096, 900);
	hist_set(row, RS_HOST_HIST_s4_s5, on ? 131072 : 65536, 900);
}

/* Case C: 46 us now, 1 ms then. */
static void exits_shape(struct rs_row *row, bool on)
{
	(void)on;
	hist_set(row, RS_HOST_HIST_s5_run, 32768, 900);
	row->hists[RS_SIDE_HOST][RS_HOST_HIST_s5_run].bucket[rs_hist_bucket(1048576)] = 100;
}

/* @n values of a guest's histogram, by name of the list. */
static void guest_hist_set(struct rs_row *row, enum rs_guest_hist hist, uint64_t from)
{
	struct rs_histogram *h = &row->hists[RS_SIDE_GUEST][hist];

	memset(h, 0, sizeof(*h));
	h->known = true;
	h->bucket[rs_hist_bucket(from)] = 900;
}

/* The smallest bucket of at least 500 us, and the one before. */
static void softirq_shape(struct rs_row *row, bool on)
{
	guest_hist_set(row, RS_GUEST_HIST_poll_wait, on ? 524288 : 262144);
}

/* Polls of 131 us at least: of one packet each, or of two. */
static void poll_shape(struct rs_row *row, bool on)
{
	(void)on;
	guest_hist_set(row, RS_GUEST_HIST_poll_length, 131072);
}

/* The tap's queue is stopped all the while. */
static void stopped_shape(struct rs_row *row, bool on)
{
	((struct rs_queue *)row->host)->stopped = rs_num_of(on);
}

/* The first change makes the rule fire; with the second one on top it does not. */
static const struct {
	const char *id;
	struct set on[12];
	size_t on_n;
	struct set off[2];
	size_t off_n;
	/* what is no figure: @on = true makes the rule fire */
	void (*shape)(struct rs_row *row, bool on);
} rules[] = {
	{"irq-disabled", SETS({DERIVED(irq_disabled), 1}), SETS({DERIVED(irq_disabled), 0})},
	{"used-differs", SETS({DERIVED(used_off), -1}), SETS({DERIVED(used_off), 65536})},
	{"surplus", SETS({DERIVED(surplus), 3}, {DERIVED(surplus_slack), 2}),
	 SETS({DERIVED(surplus_slack), 3})},
	{"decisions-lost", SETS({DERIVED(decision_off), -2}), SETS({DERIVED(decision_off), -1})},
	{"host-blind", SETS({HOST(irqfd_wakeups), 10}, {GUEST(interrupts), 13}),
	 SETS({GUEST(interrupts), 12})},
	{"signal-lost", SETS({DERIVED(eventfd_off), 2}, {HOST(eventfd_writes), INTERRUPTS}),
	 SETS({DERIVED(eventfd_off), 1})},
	{"wakeup-lost", SETS({DERIVED(irqfd_off), 2}, {HOST(irqfd_wakeups), INTERRUPTS}),
	 SETS({HOST(irqfd_wakeups), INTERRUPTS - 1})},
	{"injection-lost", SETS({DERIVED(inject_off), 2}), SETS({HOST(irqfd_deferred), 1})},
	{"tun-lost", SETS({DERIVED(tun_off), 66}), SETS({DERIVED(tun_off), -65})},
	{"irq-near-disabled", SETS({DERIVED(irq_unhandled), 1000}, {DERIVED(irq_left), 99000}),
	 SETS({DERIVED(irq_unhandled), 999})},
	/* case A in 10 s: 29 of 286 */
	{"busy-poll-theft", SETS({GUEST(interrupts), 286}, {GUEST(none_busy_poll), 29}),
	 SETS({GUEST(none_busy_poll), 14})},
	{"transmit-theft",
	 SETS({GUEST(interrupts), 100}, {GUEST(none_tx_xmit), 20}, {GUEST(none_tx_rx_poll), 30}),
	 SETS({GUEST(none_tx_xmit), 19})},
	{"vhost-errors", SETS({HOST(vhost_errors), 1}), SETS({HOST(vhost_errors), 0})},
	{"carrier-off", SETS({DERIVED(sent_off), 1}), SETS({DERIVED(sent_off), 0})},
	{"qdisc-drops", SETS({HOST(qdisc_dropped), 10}), SETS({HOST(qdisc_dropped), 9})},
	{"qdisc-backlog", SETS({DERIVED(qdisc_backlog), 1000}, {DERIVED(tap_offered), 100000}),
	 SETS({DERIVED(tap_offered), 101000})},
	{"filter-drops", SETS({HOST(tun_dropped_filter), 101}),
	 SETS({HOST(tun_dropped_filter), 99})},
	{"tap-stopped",
	 SETS({DERIVED(qdisc_backlog), 1}, {HOST(qdisc_dropped), 0}, {DERIVED(occupancy), 0},
	      {DERIVED(occupancy_begin), 0}, {HOST(tun_offered), 0}),
	 SETS({DERIVED(occupancy), 1}), .shape = stopped_shape},
	{"worker-late", .shape = worker_shape},
	{"backend-late", .shape = wake_shape},
	{"vcpu-late",
	 SETS({DERIVED(exits_device), 0}, {HOST(vcpu_in_guest), 1}, {HOST(vcpu_in_host), 1},
	      {HOST(vcpu_asleep), 18}),
	 SETS({HOST(vcpu_in_host), 2}), .shape = vcpu_shape},
	{"vcpu-in-host-late",
	 SETS({DERIVED(exits_device), 0}, {HOST(vcpu_in_guest), 1}, {HOST(vcpu_in_host), 18},
	      {HOST(vcpu_asleep), 1}),
	 SETS({HOST(vcpu_asleep), 2}), .shape = vcpu_shape},
	{"vcpu-wait-late",
	 SETS({DERIVED(exits_device), 0}, {HOST(vcpu_in_guest), 1}, {HOST(vcpu_in_host), 18},
	      {HOST(vcpu_asleep), 2}),
	 SETS({HOST(vcpu_asleep), 1}), .shape = vcpu_shape},
	{"interrupts-off-late",
	 SETS({DERIVED(exits_device), 0}, {HOST(vcpu_in_guest), 18}, {HOST(vcpu_in_host), 1},
	      {HOST(vcpu_asleep), 1}),
	 SETS({HOST(vcpu_in_host), 2}), .shape = vcpu_shape},
	{"vcpu-exits-late", SETS({HOST(injected), 1000}, {DERIVED(exits_device), 2000}),
	 SETS({DERIVED(exits_device), 1999}), .shape = exits_shape},
	{"signal-late", .shape = signal_shape},
	{"injection-late", .shape = injection_shape},
	{"softirq-late", .shape = softirq_shape},
	/* 900 polls with a packet each; then as many as with busy polling, which find nothing */
	{"poll-late",
	 SETS({GUEST(polls_softirq), 900}, {GUEST(polls_ksoftirqd), 0}, {GUEST(polls_busy), 0},
	      {GUEST(polls_threaded), 0}, {GUEST(empty_softirq), 0}, {GUEST(empty_ksoftirqd), 0},
	      {GUEST(empty_busy), 0}, {GUEST(empty_threaded), 0}, {GUEST(packets_softirq), 900},
	      {GUEST(packets_ksoftirqd), 0}, {GUEST(packets_busy), 0},
	      {GUEST(packets_threaded), 0}),
	 SETS({GUEST(polls_softirq), 90000}, {GUEST(empty_softirq), 89400}), .shape = poll_shape},
	{"empty-signals",
	 SETS({GUEST(interrupts), 2000}, {GUEST(none_empty), 21}, {HOST(moved), 1}),
	 SETS({HOST(moved), 2})},
	{"empty-signals-sent", SETS({HOST(vhost_signals), 10000}, {HOST(vhost_signals_empty), 100}),
	 SETS({HOST(vhost_signals), 10001})},
	{"drops-no-buffers",
	 SETS({HOST(tun_dropped_full), 101}, {HOST(vhost_kicks), 1}, {DERIVED(occupancy), 1},
	      {DERIVED(occupancy_begin), 1}, {DERIVED(outstanding), 0},
	      {DERIVED(outstanding_begin), 0}),
	 SETS({DERIVED(outstanding), 1})},
	{"drops-backend",
	 SETS({HOST(tun_dropped_full), 101}, {HOST(vhost_kicks), 0}, {DERIVED(avail_left), 1}),
	 SETS({HOST(vhost_kicks), 1})},
	{"drops", SETS({HOST(tun_dropped_full), 101}), SETS({HOST(tun_dropped_full), 100})},
	{"held-back-drops",
	 SETS({HOST(qdisc_dropped), 20}, {DERIVED(tap_offered), 1000}, {DERIVED(held_back), 1},
	      {DERIVED(filled), 1}),
	 SETS({DERIVED(filled), 0})},
	{"held-back",
	 SETS({DERIVED(qdisc_backlog), 1000}, {DERIVED(tap_offered), 100000},
	      {DERIVED(held_back), 1}, {DERIVED(filled), 1}),
	 SETS({DERIVED(tap_offered), 101000})},
	{"drops-unseen", SETS({DERIVED(drops_unseen), 20}), SETS({DERIVED(drops_unseen), -20})},
	{"sum-off", SETS({DERIVED(sum_off), 1}), SETS({DERIVED(sum_off), 0})},
	{"cause-unknown", SETS({GUEST(none_unknown), 1}), SETS({GUEST(none_unknown), 0})},
	{"interrupts-unseen", SETS({GUEST(missed), 1}), SETS({GUEST(missed), 0})},
	{"guest-missed", SETS({DERIVED(guest_missed), 1}), SETS({DERIVED(guest_missed), 0})},
	{"host-missed", SETS({DERIVED(host_missed), 1}), SETS({DERIVED(host_missed), 0})},
};

#define RULES (sizeof(rules) / sizeof(rules[0]))

FIXTURE(verdict)
{
	struct joined j;
	struct rs_verdict v;
};

FIXTURE_SETUP(verdict)
{
	memset(self, 0, sizeof(*self));
	snapshot_fill(&self->j.guest, RS_SIDE_GUEST);
	snapshot_fill(&self->j.host, RS_SIDE_HOST);
	ASSERT_EQ(0, joined_make(&self->j));
}

FIXTURE_TEARDOWN(verdict)
{
	rs_verdict_clear(&self->v);
	joined_clear(&self->j);
}

static const struct rs_rule *rule_find(const char *id)
{
	for (size_t i = 0; i < rs_rules_count(); i++)
		if (!strcmp(rs_rule_at(i)->id, id))
			return rs_rule_at(i);
	return NULL;
}

static void figures_set(struct rs_row *row, const struct set *set, size_t n)
{
	for (size_t i = 0; i < n; i++)
		row->figures[set[i].figure] = rs_num_of((uint64_t)set[i].value);
}

static void rule_on(struct rs_row *row, size_t i)
{
	figures_set(row, rules[i].on, rules[i].on_n);
	if (rules[i].shape)
		rules[i].shape(row, true);
}

static void rule_off(struct rs_row *row, size_t i)
{
	if (rules[i].off_n)
		figures_set(row, rules[i].off, rules[i].off_n);
	else
		rules[i].shape(row, false);
}

/* The row of which a rule is tested: the total, a transmit queue's or a receive queue's. */
static struct rs_row *row_of(struct rs_ledger *l, const struct rs_rule *rule)
{
	if (rule->total)
		return &l->total;
	return &l->rows[rule->dir && !strcmp(rule->dir, "tx")];
}

/* The rows as they were: all adds up. */
struct plain {
	struct rs_row rx, tx, total;
};

static struct plain plain_keep(const struct rs_ledger *l)
{
	return (struct plain){l->rows[0], l->rows[1], l->total};
}

static void plain_restore(const struct plain *plain, struct rs_ledger *l)
{
	l->rows[0] = plain->rx;
	l->rows[1] = plain->tx;
	l->total = plain->total;
}

TEST_F(verdict, what_adds_up_is_left_alone)
{
	ASSERT_EQ(0, rs_verdict_reach(&self->v, &self->j.ledger, &self->j.err));
	EXPECT_EQ(0, self->v.n) TH_LOG("%s", self->v.n ? self->v.findings[0].id : "");
}

TEST_F(verdict, each_rule_fires_on_its_figures_only)
{
	struct rs_ledger *l = &self->j.ledger;
	struct plain plain = plain_keep(l);

	for (size_t i = 0; i < RULES; i++) {
		const struct rs_rule *rule = rule_find(rules[i].id);
		struct rs_row *at;
		uint64_t value;

		ASSERT_NE(NULL, rule) TH_LOG("no rule %s", rules[i].id);
		at = row_of(l, rule);
		plain_restore(&plain, l);
		EXPECT_FALSE(rs_rule_fires(rule, l, at, &value))
		TH_LOG("%s fires on nothing", rule->id);
		rule_on(at, i);
		EXPECT_TRUE(rs_rule_fires(rule, l, at, &value))
		TH_LOG("%s does not fire", rule->id);
		EXPECT_GE(value, rule->threshold) TH_LOG("%s", rule->id);
		rule_off(at, i);
		EXPECT_FALSE(rs_rule_fires(rule, l, at, &value))
		TH_LOG("%s fires beside its figures", rule->id);
	}
}

TEST_F(verdict, a_rule_is_silent_where_a_figure_is_unknown)
{
	struct rs_ledger *l = &self->j.ledger;
	struct plain plain = plain_keep(l);
	uint64_t value;

	for (size_t i = 0; i < RULES; i++) {
		const struct rs_rule *rule = rule_find(rules[i].id);
		struct rs_row *at = row_of(l, rule);

		for (size_t n = 0; n < rule->needs_n; n++) {
			plain_restore(&plain, l);
			rule_on(at, i);
			at->figures[rule->needs[n]].known = false;
			EXPECT_FALSE(rs_rule_fires(rule, l, at, &value))
			TH_LOG("%s fires without %s", rule->id,
			       rs_figure_info(rule->needs[n]).name);
		}
	}
}

/* What of drops is known more exactly is said once. */
/* A healthy 6.1 guest without the event index, under load: 618 of 830 (measured in the lab). */
TEST_F(verdict, without_the_event_index_a_poll_may_clean_first)
{
	struct rs_row row = {.guest = NULL};
	struct rs_queue queue = {.event_idx = {1, true}};
	const struct rs_rule *rule = rule_find("transmit-theft");

	(void)self;
	row.guest = &queue;
	row.figures[RS_FIG_GUEST(interrupts)] = rs_num_of(830);
	row.figures[RS_FIG_GUEST(none_tx_rx_poll)] = rs_num_of(615);
	row.figures[RS_FIG_GUEST(none_tx_xmit)] = rs_num_of(3);
	row.figures[RS_FIG_GUEST(none_tx_tx_poll)] = rs_num_of(0);
	EXPECT_EQ(744, rule->measure(rule, &row));
	queue.event_idx = rs_num_of(0);
	EXPECT_EQ(0, rule->measure(rule, &row));
	queue.event_idx.known = false;
	EXPECT_EQ(0, rule->measure(rule, &row));
}

TEST_F(verdict, drops_are_told_once)
{
	struct rs_ledger *l = &self->j.ledger;

	for (size_t i = 0; i < RULES; i++)
		if (!strcmp(rules[i].id, "drops-backend"))
			rule_on(&l->rows[0], i);
	ASSERT_EQ(0, rs_verdict_reach(&self->v, l, &self->j.err));
	ASSERT_EQ(1, self->v.n);
	EXPECT_STREQ("drops-backend", self->v.findings[0].id);
	rs_verdict_clear(&self->v);
	l->rows[0].figures[HOST(vhost_kicks)].known = false;
	ASSERT_EQ(0, rs_verdict_reach(&self->v, l, &self->j.err));
	ASSERT_EQ(1, self->v.n);
	EXPECT_STREQ("drops", self->v.findings[0].id);
}

/* One of twenty took 17 ms, the others 4 us: their mean is 0.8 ms. */
TEST_F(verdict, one_that_is_late_is_not_all)
{
	struct rs_row *row = &self->j.ledger.rows[0];
	struct rs_histogram *h = &row->hists[RS_SIDE_GUEST][RS_GUEST_HIST_poll_wait];
	const struct rs_rule *rule = rule_find("softirq-late");
	uint64_t value;

	softirq_shape(row, true);
	EXPECT_TRUE(rs_rule_fires(rule, &self->j.ledger, row, &value));
	memset(h->bucket, 0, sizeof(h->bucket));
	h->bucket[rs_hist_bucket(4096)] = 19;
	h->bucket[rs_hist_bucket(16777216)] = 1;
	EXPECT_FALSE(rs_rule_fires(rule, &self->j.ledger, row, &value))
	TH_LOG("%llu us", (unsigned long long)value);
}

static enum rs_confidence confidence_with(FIXTURE_DATA(verdict) * self, uint64_t guest_missed)
{
	enum rs_confidence confidence = RS_CONFIDENCES;

	self->j.ledger.total.figures[DERIVED(guest_missed)] = rs_num_of(guest_missed);
	rs_verdict_clear(&self->v);
	if (rs_verdict_reach(&self->v, &self->j.ledger, &self->j.err))
		return RS_CONFIDENCES;
	for (size_t i = 0; i < self->v.n; i++)
		if (!strcmp(self->v.findings[i].id, "busy-poll-theft"))
			confidence = self->v.findings[i].confidence;
	return confidence;
}

/* 29 of 286 are 101 of 1000; of 580 they are 50, which is the threshold. */
TEST_F(verdict, missed_hits_are_compared_with_the_margin)
{
	figures_set(&self->j.ledger.rows[0],
		    (struct set[]){{GUEST(interrupts), 286}, {GUEST(none_busy_poll), 29}}, 2);
	EXPECT_EQ(RS_CONFIDENCE_EXACT, confidence_with(self, 0));
	EXPECT_EQ(RS_CONFIDENCE_BOUNDED, confidence_with(self, 294));
	EXPECT_EQ(RS_CONFIDENCE_HINT, confidence_with(self, 295));
}

/* Of the side that has one of this name. */
static void hist_forget(struct rs_row *row, const char *name)
{
	for (int side = 0; side < RS_SIDES; side++) {
		int at = rs_hist_find(side, name);

		if (at >= 0)
			row->hists[side][at].known = false;
	}
}

TEST_F(verdict, a_rule_is_silent_where_a_histogram_is_unknown)
{
	struct rs_ledger *l = &self->j.ledger;
	struct plain plain = plain_keep(l);
	size_t tried = 0;
	uint64_t value;

	for (size_t i = 0; i < RULES; i++) {
		const struct rs_rule *rule = rule_find(rules[i].id);
		struct rs_row *at = row_of(l, rule);

		for (size_t n = 0; n < RS_RULE_HISTS && rule->hists[n]; n++, tried++) {
			plain_restore(&plain, l);
			rule_on(at, i);
			hist_forget(at, rule->hists[n]);
			EXPECT_FALSE(rs_rule_fires(rule, l, at, &value))
			TH_LOG("%s fires without %s", rule->id, rule->hists[n]);
		}
	}
	EXPECT_LE(6, tried);
}

TEST_F(verdict, an_exact_rule_is_silent_where_missed_hits_are_unknown)
{
	struct rs_ledger *l = &self->j.ledger;
	const struct rs_rule *rule = rule_find("signal-lost");
	uint64_t value;

	for (size_t i = 0; i < RULES; i++)
		if (!strcmp(rules[i].id, "signal-lost"))
			rule_on(row_of(l, rule), i);
	ASSERT_TRUE(rs_rule_fires(rule, l, row_of(l, rule), &value));
	l->total.figures[RS_FIG_DERIVED(host_missed)].known = false;
	EXPECT_FALSE(rs_rule_fires(rule, l, row_of(l, rule), &value));
}

TEST_F(verdict, an_exact_rule_is_silent_where_hits_were_missed)
{
	struct rs_ledger *l = &self->j.ledger;
	struct plain plain = plain_keep(l);
	uint64_t value;

	for (size_t i = 0; i < RULES; i++) {
		const struct rs_rule *rule = rule_find(rules[i].id);

		for (int side = 0; side < RS_SIDES; side++) {
			bool silent = rule->exact & (1U << side);

			if (rule->total)
				continue;
			plain_restore(&plain, l);
			rule_on(row_of(l, rule), i);
			l->total.figures[RS_FIG_DERIVED(guest_missed)] =
				rs_num_of(side == RS_SIDE_GUEST);
			l->total.figures[RS_FIG_DERIVED(host_missed)] =
				rs_num_of(side == RS_SIDE_HOST);
			EXPECT_EQ(!silent, rs_rule_fires(rule, l, row_of(l, rule), &value))
			TH_LOG("%s", rule->id);
		}
	}
}

/* The one difference whose opposite is no int64_t: a file can bring it about. */
TEST_F(verdict, the_largest_difference_has_a_size)
{
	struct rs_ledger *l = &self->j.ledger;
	struct rs_row *row = &l->rows[0];
	uint64_t value = 0;

	row->figures[RS_FIG_DERIVED(decision_off)] = rs_num_of((uint64_t)INT64_MIN);
	for (size_t i = 0; i < rs_rules_count(); i++)
		if (rs_rule_at(i)->needs[0] == RS_FIG_DERIVED(decision_off))
			EXPECT_TRUE(rs_rule_fires(rs_rule_at(i), l, row, &value));
	EXPECT_EQ(1ULL << 63, value);
}

TEST_F(verdict, rules_of_one_direction_leave_the_other_alone)
{
	struct rs_ledger *l = &self->j.ledger;
	struct plain plain = plain_keep(l);
	uint64_t value;

	for (size_t i = 0; i < RULES; i++) {
		const struct rs_rule *rule = rule_find(rules[i].id);
		struct rs_row *other;

		if (!rule->dir || rule->total)
			continue;
		other = &l->rows[!strcmp(rule->dir, "rx")];
		plain_restore(&plain, l);
		rule_on(other, i);
		EXPECT_FALSE(rs_rule_fires(rule, l, other, &value)) TH_LOG("%s", rule->id);
	}
}

/* A number that is often small, sometimes large, and sometimes another figure's. */
static uint64_t odd_number(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return *seed >> 33 >> (*seed >> 8) % 32;
}

static void row_shuffle(struct rs_row *row, uint64_t *seed)
{
	for (int i = 0; i < RS_FIGURES; i++) {
		row->figures[i] = rs_num_of(odd_number(seed));
		row->figures[i].known = odd_number(seed) % 16 != 1;
		if (rs_figure_info(i).negative && odd_number(seed) % 2)
			row->figures[i].value = -row->figures[i].value;
	}
	for (int h = 0; h < RS_SIDES * RS_HISTS_MAX; h++) {
		struct rs_histogram *hist = &row->hists[h / RS_HISTS_MAX][h % RS_HISTS_MAX];

		hist->known = odd_number(seed) % 8 != 1;
		for (int b = 0; b < RS_HIST_BUCKETS; b++)
			hist->bucket[b] = odd_number(seed) % 4 == 1 ? odd_number(seed) % 1000 : 0;
	}
}

/* Rules, and one more for the queues that stand still. */
enum { RULES_MAX = 64 };

/* A rule that the shuffled figures never reach would not be tested. */
enum { FIRED_MIN = 10 };

static size_t rule_number(const struct rs_rule *rule)
{
	size_t r = 0;

	while (r < rs_rules_count() && rs_rule_at(r) != rule)
		r++;
	return r;
}

static void figures_clear(struct rs_row *row, const enum rs_figure *figures, size_t n)
{
	for (size_t i = 0; i < n; i++)
		row->figures[figures[i]] = rs_num_of(0);
}

/* Sometimes nothing passes the tap, its queue is stopped, or the guest gives no buffers: chance has
 * that too rarely. */
static void tap_shuffle(struct rs_row *row, uint64_t *seed)
{
	static const enum rs_figure idle[] = {DERIVED(occupancy), DERIVED(occupancy_begin),
					      HOST(tun_offered)};
	static const enum rs_figure dry[] = {DERIVED(outstanding), DERIVED(outstanding_begin)};

	if (row->host)
		stopped_shape(row, odd_number(seed) % 2);
	figures_clear(row, idle, odd_number(seed) % 16 == 1 ? sizeof(idle) / sizeof(idle[0]) : 0);
	figures_clear(row, dry, odd_number(seed) % 16 == 1 ? sizeof(dry) / sizeof(dry[0]) : 0);
}

/* Often no hit was missed, and often both sides can be compared. */
static void ledger_shuffle(struct rs_ledger *l, uint64_t *seed)
{
	static const enum rs_figure missed[] = {DERIVED(guest_missed), DERIVED(host_missed)};

	for (size_t i = 0; i < l->rows_n; i++) {
		row_shuffle(&l->rows[i], seed);
		tap_shuffle(&l->rows[i], seed);
		l->rows[i].host_flaw = odd_number(seed) % 64 == 1 ? rs_flaws[RS_FLAW_MOVED] : NULL;
	}
	for (size_t i = 0; i < sizeof(missed) / sizeof(missed[0]); i++)
		l->total.figures[missed[i]] =
			rs_num_of(odd_number(seed) % 4 == 1 ? odd_number(seed) : 0);
}

/* The counts as they may have been: each figure that the rule needs missed some hits. */
static void row_correct(struct rs_row *row, const struct rs_rule *rule, uint64_t missed,
			uint64_t *seed)
{
	for (size_t i = 0; i < rule->needs_n; i++) {
		struct rs_figure_info info = rs_figure_info(rule->needs[i]);
		bool counted = strcmp(info.unit, "flag") && strcmp(info.unit, "ms");

		if (counted && !info.negative)
			row->figures[rule->needs[i]].value += odd_number(seed) % (missed + 1);
	}
}

/* "bounded" is said only of what would be found with all hits, too. */
TEST_F(verdict, a_bounded_finding_does_not_hang_on_what_was_missed)
{
	struct rs_ledger *l = &self->j.ledger;
	size_t bounded = 0;
	uint64_t seed = 17;

	for (int round = 0; round < 4000; round++) {
		uint64_t missed;

		ledger_shuffle(l, &seed);
		missed = odd_number(&seed) % 1000;
		l->total.figures[DERIVED(guest_missed)] = rs_num_of(missed);
		l->total.figures[DERIVED(host_missed)] = rs_num_of(missed);
		ASSERT_EQ(0, rs_verdict_reach(&self->v, l, &self->j.err));
		for (size_t i = 0; i < self->v.n; i++) {
			const struct rs_finding *f = &self->v.findings[i];
			struct rs_row row = *f->row;

			if (!f->rule || f->rule->total || f->confidence != RS_CONFIDENCE_BOUNDED)
				continue;
			bounded++;
			row_correct(&row, f->rule, missed, &seed);
			EXPECT_LE(f->threshold, f->rule->measure(f->rule, &row))
			TH_LOG("%s: %llu", f->id, (unsigned long long)f->measured.value);
		}
		rs_verdict_clear(&self->v);
	}
	EXPECT_LT(1000, bounded);
}

/* What the output prints as measured value and threshold holds, whatever the figures are. */
TEST_F(verdict, no_finding_is_below_its_own_threshold)
{
	struct rs_ledger *l = &self->j.ledger;
	size_t fired[RULES_MAX] = {0};
	uint64_t seed = 13;

	ASSERT_LT(rs_rules_count(), RULES_MAX);
	for (int round = 0; round < 4000; round++) {
		ledger_shuffle(l, &seed);
		ASSERT_EQ(0, rs_verdict_reach(&self->v, l, &self->j.err));
		for (size_t i = 0; i < self->v.n; i++) {
			const struct rs_finding *f = &self->v.findings[i];

			EXPECT_LE(1, f->threshold) TH_LOG("%s", f->id);
			EXPECT_TRUE(f->measured.value >= f->threshold ||
				    (f->turn && f->root != RS_ROOT))
			TH_LOG("%s: %llu", f->id, (unsigned long long)f->measured.value);
			EXPECT_NE(0, f->named) TH_LOG("%s", f->id);
			fired[rule_number(f->rule)]++;
		}
		rs_verdict_clear(&self->v);
	}
	for (size_t r = 0; r < rs_rules_count(); r++) {
		EXPECT_LE(FIRED_MIN, fired[r])
		TH_LOG("%s fired %zu times", rs_rule_at(r)->id, fired[r]);
	}
}

TEST(each_rule_is_tested_and_complete)
{
	for (size_t r = 0; r < rs_rules_count(); r++) {
		size_t tests = !strcmp(rs_rule_at(r)->id, "not-comparable");

		for (size_t i = 0; i < RULES; i++)
			tests += !strcmp(rules[i].id, rs_rule_at(r)->id);
		EXPECT_EQ(1, tests) TH_LOG("%s", rs_rule_at(r)->id);
		EXPECT_NE(NULL, rs_rule_at(r)->advice);
		EXPECT_TRUE(rs_rule_at(r)->sentence || rs_rule_at(r)->needs_n == 0);
		for (size_t i = r + 1; i < rs_rules_count(); i++)
			EXPECT_STRNE(rs_rule_at(r)->id, rs_rule_at(i)->id);
	}
}

/* What the man page has to say of a rule; of one without a sentence: every flaw it may report. */
static void rule_print(FILE *out, const struct rs_rule *rule)
{
	fprintf(out, ".TP\n.B %s\n", rule->id);
	if (rule->sentence)
		fprintf(out, "%s\n", rule->sentence);
	for (int i = 0; !rule->sentence && i < RS_FLAW_COUNT; i++)
		fprintf(out, "%s%s\n", i ? ".br\n" : "", rs_flaws[i]);
}

/* A cause that belongs to two steps, or is a rule, too, stands there once. */
static bool is_told_elsewhere(size_t step, const char *id)
{
	for (size_t i = 0; i < step; i++)
		for (size_t c = 0; c < rs_step_at(i)->causes_n; c++)
			if (!strcmp(rs_step_at(i)->causes[c].id, id))
				return true;
	return rule_find(id) != NULL;
}

static void causes_print(FILE *out, size_t step)
{
	const struct rs_step *s = rs_step_at(step);

	for (size_t c = 0; c < s->causes_n; c++)
		if (!is_told_elsewhere(step, s->causes[c].id))
			fprintf(out, ".TP\n.B %s\n%s: %s\n", s->causes[c].id,
				rs_party_names[s->causes[c].party], s->causes[c].sentence);
}

TEST(the_man_page_has_each_rule_in_its_own_words)
{
	char *section = man_section("VERDICTS"), *expected;
	size_t size;
	FILE *out = open_memstream(&expected, &size);

	ASSERT_NE(NULL, section);
	for (size_t i = 0; i < RS_STEPS; i++)
		causes_print(out, i);
	for (size_t i = 0; i < rs_rules_count(); i++)
		rule_print(out, rs_rule_at(i));
	fclose(out);
	ASSERT_NE(NULL, strstr(section, ".TP\n"));
	EXPECT_STREQ(expected, strstr(section, ".TP\n"));
	free(expected);
	free(section);
}

/* Each fact that a step asks for has an entry of its own, perhaps with others in one line. */
TEST(the_man_page_explains_each_fact)
{
	char *section = man_section("FACTS");
	size_t facts_n = 0;

	ASSERT_NE(NULL, section);
	for (size_t i = 0; i < RS_STEPS; i++) {
		char words[200], *rest = words, *word;

		snprintf(words, sizeof(words), "%s", rs_step_at(i)->facts);
		while ((word = strtok_r(rest, " ", &rest))) {
			char alone[64], first[64], later[64];

			snprintf(alone, sizeof(alone), "\n.B %s\n", word);
			snprintf(first, sizeof(first), "\n.BR %s ", word);
			snprintf(later, sizeof(later), "\" %s", word);
			EXPECT_TRUE(strstr(section, alone) || strstr(section, first) ||
				    strstr(section, later))
			TH_LOG("no entry for %s", word);
			facts_n++;
		}
	}
	EXPECT_LT(0, facts_n);
	free(section);
}

TEST_F(verdict, the_same_fault_of_another_queue_is_told_too)
{
	const struct set dead[] = {{DERIVED(standing), 1},
				   {DERIVED(standing_begin), 1},
				   {GUEST(last_used_progress), 0}};

	figures_set(&self->j.ledger.rows[0], dead, 3);
	figures_set(&self->j.ledger.rows[2], dead, 3);
	ASSERT_EQ(0, rs_verdict_reach(&self->v, &self->j.ledger, &self->j.err));
	ASSERT_EQ(2, self->v.n);
	EXPECT_EQ(&self->j.ledger.rows[0], self->v.findings[0].row);
	EXPECT_EQ(&self->j.ledger.rows[2], self->v.findings[1].row);
}

/* With a full ring behind it the qdisc is not at fault. */
TEST_F(verdict, a_qdisc_before_a_full_ring_is_not_accused)
{
	struct rs_row *row = &self->j.ledger.rows[0];

	figures_set(row,
		    (struct set[]){{HOST(qdisc_dropped), 26},
				   {DERIVED(qdisc_backlog), 1000},
				   {DERIVED(tap_offered), 830},
				   {DERIVED(held_back), 1}},
		    4);
	ASSERT_EQ(0, rs_verdict_reach(&self->v, &self->j.ledger, &self->j.err));
	EXPECT_EQ(0, self->v.n);
}

TEST_F(verdict, a_qdisc_is_not_accused_where_it_is_unknown_if_the_ring_filled)
{
	struct rs_row *row = &self->j.ledger.rows[0];

	((struct rs_queue *)row->host)->backpressure = rs_num_of(true);
	figures_set(row, (struct set[]){{HOST(qdisc_dropped), 26}}, 1);
	row->figures[DERIVED(held_back)].known = false;
	ASSERT_EQ(0, rs_verdict_reach(&self->v, &self->j.ledger, &self->j.err));
	EXPECT_EQ(0, self->v.n);
}

/* What a qdisc drops and what waits in it is one fault of one party. */
TEST_F(verdict, a_qdisc_is_one_root)
{
	figures_set(&self->j.ledger.rows[0],
		    (struct set[]){{HOST(qdisc_dropped), 26},
				   {DERIVED(qdisc_backlog), 1000},
				   {DERIVED(tap_offered), 830}},
		    3);
	ASSERT_EQ(0, rs_verdict_reach(&self->v, &self->j.ledger, &self->j.err));
	ASSERT_EQ(2, self->v.n);
	EXPECT_EQ(RS_ROOT, self->v.findings[0].root);
	EXPECT_STREQ("qdisc-backlog", self->v.findings[1].id);
	EXPECT_EQ(0, self->v.findings[1].root);
}

TEST_F(verdict, critical_ones_come_first)
{
	figures_set(&self->j.ledger.rows[0], (struct set[]){{DERIVED(sum_off), 1}}, 1);
	figures_set(&self->j.ledger.rows[3], (struct set[]){{DERIVED(irq_disabled), 1}}, 1);
	ASSERT_EQ(0, rs_verdict_reach(&self->v, &self->j.ledger, &self->j.err));
	ASSERT_EQ(2, self->v.n);
	EXPECT_STREQ("irq-disabled", self->v.findings[0].id);
	EXPECT_STREQ("sum-off", self->v.findings[1].id);
}

TEST_F(verdict, what_cannot_be_subtracted_is_a_finding)
{
	rs_ledger_clear(&self->j.ledger);
	rs_match_clear(&self->j.match);
	self->j.host.end.started_ns = rs_num_of(7);
	ASSERT_EQ(0, joined_make(&self->j));
	ASSERT_EQ(0, rs_verdict_reach(&self->v, &self->j.ledger, &self->j.err));
	ASSERT_EQ(QUEUES, self->v.n);
	EXPECT_STREQ("not-comparable", self->v.findings[0].id);
	EXPECT_NE(NULL, strstr(self->v.findings[0].sentence, "again"));
}

/* Its indexes start from zero: they prove neither a fault nor that there is none. */
TEST_F(verdict, a_ring_that_was_reset_is_named_and_not_accused)
{
	struct rs_queue *end = &self->j.guest.end.queues[0];

	rs_ledger_clear(&self->j.ledger);
	rs_match_clear(&self->j.match);
	end->generation = rs_num_of(2);
	end->used_idx = rs_num_of(9);
	end->last_used_idx = rs_num_of(7);
	ASSERT_EQ(0, joined_make(&self->j));
	ASSERT_EQ(0, rs_verdict_reach(&self->v, &self->j.ledger, &self->j.err));
	ASSERT_EQ(1, self->v.n) TH_LOG("%s", self->v.findings[0].id);
	EXPECT_STREQ("not-comparable", self->v.findings[0].id);
	EXPECT_STREQ(rs_flaws[RS_FLAW_RING], self->v.findings[0].sentence);
}

/* As the module writes a transmit queue whose entries XDP consumes. */
static void unfollow(struct rs_queue *q, unsigned int times)
{
	rs_str_set(q->unfollowed, "xdp");
	GUEST_COUNTER(q, used_progress).known = false;
	GUEST_COUNTER(q, last_used_progress).known = false;
	GUEST_COUNTER(q, none_softirq) = rs_num_of(0);
	GUEST_COUNTER(q, none_unknown) = rs_num_of((uint64_t)NONE * times);
}

TEST_F(verdict, a_cause_that_xdp_hides_is_no_fault)
{
	rs_ledger_clear(&self->j.ledger);
	rs_match_clear(&self->j.match);
	unfollow(&self->j.guest.begin.queues[1], 1);
	unfollow(&self->j.guest.end.queues[1], 2);
	ASSERT_EQ(0, joined_make(&self->j));
	ASSERT_EQ(0, rs_verdict_reach(&self->v, &self->j.ledger, &self->j.err));
	EXPECT_EQ(NONE, self->j.ledger.rows[1].figures[GUEST(none_unknown)].value);
	EXPECT_EQ(0, self->v.n) TH_LOG("%s", self->v.findings[0].id);
	self->j.ledger.rows[1].figures[DERIVED(sum_off)] = rs_num_of(1);
	rs_verdict_clear(&self->v);
	ASSERT_EQ(0, rs_verdict_reach(&self->v, &self->j.ledger, &self->j.err));
	EXPECT_EQ(1, self->v.n);
}

static void figure_count(void *ctx, enum rs_figure figure, struct rs_num value)
{
	(void)figure;
	*(size_t *)ctx += value.known;
}

TEST_F(verdict, evidence_has_every_figure_the_rule_needs)
{
	size_t n = 0;

	figures_set(&self->j.ledger.rows[0], (struct set[]){{DERIVED(irq_disabled), 1}}, 1);
	ASSERT_EQ(0, rs_verdict_reach(&self->v, &self->j.ledger, &self->j.err));
	ASSERT_EQ(1, self->v.n);
	rs_evidence_figures(&self->v.findings[0], figure_count, &n);
	EXPECT_LE(self->v.findings[0].rule->needs_n, n);
}

TEST_HARNESS_MAIN
