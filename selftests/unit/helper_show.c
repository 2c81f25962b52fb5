// SPDX-License-Identifier: GPL-2.0-only
/* What people read. */
#include <kselftest_harness.h>

#include "headline.h"
#include "helper_fixture.h"
#include "hist.h"
#include "ledger_json.h"
#include "list.h"
#include "show.h"

FIXTURE(show)
{
	struct joined j;
	struct rs_verdict v;
	struct rs_show show;
	char *text;
	size_t size;
};

FIXTURE_SETUP(show)
{
	memset(self, 0, sizeof(*self));
	snapshot_fill(&self->j.guest, RS_SIDE_GUEST);
	snapshot_fill(&self->j.host, RS_SIDE_HOST);
	self->show.page.out = open_memstream(&self->text, &self->size);
	ASSERT_NE(NULL, self->show.page.out);
}

FIXTURE_TEARDOWN(show)
{
	rs_verdict_clear(&self->v);
	joined_clear(&self->j);
	fclose(self->show.page.out);
	free(self->text);
}

#define SHOW()                                                                           \
	do {                                                                             \
		ASSERT_EQ(0, joined_make(&self->j));                                     \
		ASSERT_EQ(0, rs_verdict_reach(&self->v, &self->j.ledger, &self->j.err)); \
		rs_show_ledger(&self->show, &self->j.ledger, &self->v);                  \
		fflush(self->show.page.out);                                             \
	} while (0)
#define HAS(what) (strstr(self->text, what) != NULL)

TEST_F(show, every_queue_and_the_sum)
{
	SHOW();
	EXPECT_TRUE(HAS("eth0 input.0")) TH_LOG("%s", self->text);
	EXPECT_TRUE(HAS("eth0 output.1"));
	EXPECT_TRUE(HAS(" 10007 "));
	EXPECT_TRUE(HAS("web1, kernel 6.1.0 x86_64, 10.000 s"));
	EXPECT_TRUE(HAS("machine: nothing wrong"));
	EXPECT_FALSE(HAS("\033["));
	EXPECT_FALSE(HAS("the windows differ"));
}

/* Beside another output nothing follows the headlines: what they announce is among them. */
TEST_F(show, what_does_not_balance_is_a_headline_where_nothing_follows)
{
	struct rs_headlines h = {.out = self->show.page.out, .quiet = true};

	HOST_COUNTER(&self->j.host.end.queues[0], eventfd_writes).value -= 7;
	ASSERT_EQ(0, joined_make(&self->j));
	ASSERT_EQ(0, rs_verdict_reach(&self->v, &self->j.ledger, &self->j.err));
	rs_headlines_print(&h, &self->j.ledger, &self->v);
	fflush(self->show.page.out);
	EXPECT_FALSE(HAS("[signal-lost]"));
	h.alone = true;
	rs_headlines_print(&h, &self->j.ledger, &self->v);
	fflush(self->show.page.out);
	EXPECT_TRUE(HAS("  eth0 input.0 (vnet37 queue 0): ")) TH_LOG("%s", self->text);
	EXPECT_TRUE(HAS("[signal-lost]"));
}

TEST_F(show, no_table_is_wider_than_a_terminal)
{
	for (int i = 0; i < QUEUES; i++) {
		GUEST_COUNTER(&self->j.guest.end.queues[i], interrupts).value += 1000000000000;
		HOST_COUNTER(&self->j.host.end.queues[i], injected).value += 1000000000000;
		HOST_COUNTER(&self->j.host.end.queues[i], irqfd_wakeups).value += 1000000000000;
		HOST_COUNTER(&self->j.host.end.queues[i], eventfd_writes).value += 1000000000000;
		HOST_COUNTER(&self->j.host.end.queues[i], vhost_signals).value += 1000000000000;
		HOST_COUNTER(&self->j.host.end.queues[i], vhost_calls).value += 1000000000000;
		GUEST_COUNTER(&self->j.guest.end.queues[i], handled).value += 1000000000000;
	}
	SHOW();
	EXPECT_TRUE(HAS("machine: nothing wrong")) TH_LOG("%s", self->text);
	for (const char *line = self->text; *line; line += strcspn(line, "\n") + 1) {
		EXPECT_GE(RS_SHOW_WIDTH, strcspn(line, "\n")) TH_LOG("%s", line);
	}
}

TEST_F(show, unknown_is_a_dash_and_zero_a_zero)
{
	for (int i = 0; i < QUEUES; i++)
		GUEST_COUNTER(&self->j.guest.end.queues[i], polls_busy).known = false;
	SHOW();
	EXPECT_TRUE(HAS(" - ")) TH_LOG("%s", self->text);
	EXPECT_TRUE(HAS(" 0 "));
	EXPECT_TRUE(HAS("-: unknown"));
}

TEST_F(show, a_verdict_has_figures_and_advice)
{
	self->j.guest.end.irqs[2].disabled = rs_num_of(1);
	SHOW();
	EXPECT_TRUE(HAS("critical eth0 input.1 (vnet37 queue 1): ")) TH_LOG("%s", self->text);
	EXPECT_TRUE(HAS("[irq-disabled]"));
	EXPECT_TRUE(HAS("\n  measured: 1 flag (threshold 1, margin 0)\n"));
	EXPECT_TRUE(HAS("\n  figures: irq_disabled 1, interrupts 4001"));
	EXPECT_TRUE(HAS("  do: "));
	EXPECT_TRUE(HAS("machine: 1 of 4 queues are sick: guest IRQ core"));
	EXPECT_TRUE(!strncmp(self->text, "eth0 input.1 (vnet37 queue 1): guest IRQ core: ", 46));
}

/* What follows from a finding stands under it, wherever it was found. */
TEST_F(show, a_consequence_is_folded_under_its_root)
{
	for (int i = 0; i < QUEUES; i++)
		HOST_COUNTER(&self->j.host.end.queues[i], qdisc_dropped) = rs_num_of(100);
	for (int i = 0; i < QUEUES; i++)
		HOST_COUNTER(&self->j.host.begin.queues[i], qdisc_dropped) = rs_num_of(0);
	rs_str_set(rs_sample_add_tap(&self->j.host.end)->name, "vnet37");
	self->j.host.end.taps[0].qdisc_backlog = rs_num_of(10000);
	SHOW();
	EXPECT_TRUE(
		HAS("  from it follows: critical eth0 input.0 (vnet37 queue 0): packets wait in "
		    "the qdisc before the tap [qdisc-backlog]\n    measured: "))
	TH_LOG("%s", self->text);
	EXPECT_FALSE(HAS("\ncritical eth0 input.0 (vnet37 queue 0): packets wait in"));
}

/* A disabled IRQ brings no interrupts: those that served nothing came before. */
TEST_F(show, wasted_interrupts_are_no_consequence_of_a_disabled_irq)
{
	struct rs_queue *q = &self->j.guest.end.queues[2];
	char *json;

	self->j.guest.end.irqs[2].disabled = rs_num_of(1);
	GUEST_COUNTER(q, none_empty).value += 1000;
	GUEST_COUNTER(q, none).value += 1000;
	GUEST_COUNTER(q, handled).value -= 1000;
	SHOW();
	EXPECT_TRUE(HAS("  before it: warning eth0 input.1"))
	TH_LOG("%s", self->text);
	EXPECT_FALSE(HAS("from it follows"));
	json = rs_ledger_text(&self->j.ledger, &self->v);
	EXPECT_NE(NULL, strstr(json, "\"precedes\":"));
	EXPECT_EQ(NULL, strstr(json, "\"follows_from\":"));
	free(json);
}

TEST_F(show, quiet_leaves_only_what_is_wrong)
{
	self->show.quiet = true;
	self->j.guest.end.irqs[2].disabled = rs_num_of(1);
	SHOW();
	EXPECT_FALSE(HAS("offered"));
	EXPECT_TRUE(HAS("irq-disabled"));
}

TEST_F(show, quiet_is_silent_when_all_is_well)
{
	self->show.quiet = true;
	SHOW();
	EXPECT_STREQ("", self->text);
}

/* A healthy queue does not hide one of which nothing is known. */
TEST_F(show, quiet_names_what_could_not_be_judged)
{
	struct rs_sample *samples[] = {&self->j.guest.begin, &self->j.guest.end,
				       &self->j.host.begin, &self->j.host.end};

	for (int i = 0; i < 4; i++) {
		struct rs_queue *q = &samples[i]->queues[2];

		for (int c = 0; c < RS_COUNTERS_MAX; c++)
			q->counters[c].known = false;
		q->used_idx.known = q->last_used_idx.known = q->avail_idx.known = false;
		q->occupancy.known = false;
	}
	self->show.quiet = true;
	SHOW();
	EXPECT_TRUE(HAS("not known whether anything waits: eth0 input.1\n"))
	TH_LOG("%s", self->text);
	EXPECT_TRUE(HAS("1 queue could not be judged"));
	EXPECT_FALSE(HAS("nothing wrong with"));
}

TEST_F(show, bare_has_no_headings)
{
	self->show.page.bare = true;
	SHOW();
	rs_list_print(&self->show.page, RS_SIDE_HOST, &self->j.host.end);
	fflush(self->show.page.out);
	EXPECT_FALSE(HAS("offered")) TH_LOG("%s", self->text);
	EXPECT_FALSE(HAS("pkts"));
	EXPECT_FALSE(HAS("guest's mac"));
	EXPECT_TRUE(HAS("\neth0 input.1 "));
}

/* Only a sentence may be longer. */
TEST_F(show, a_narrow_terminal_gets_narrow_tables)
{
	self->show.page.width = 80;
	SHOW();
	rs_list_print(&self->show.page, RS_SIDE_HOST, &self->j.host.end);
	rs_list_print(&self->show.page, RS_SIDE_GUEST, &self->j.guest.end);
	fflush(self->show.page.out);
	for (const char *line = self->text; *line; line += strcspn(line, "\n") + 1) {
		EXPECT_GE(80, strcspn(line, "\n")) TH_LOG("%s", line);
	}
	EXPECT_TRUE(HAS("\nvnet37 0     rx  52:54")) TH_LOG("%s", self->text);
}

TEST_F(show, verbose_tells_each_figure)
{
	self->show.verbose = true;
	SHOW();
	for (int i = 0; i < RS_FIGURES; i++) {
		EXPECT_TRUE(!self->j.ledger.rows[0].figures[i].known || HAS(rs_figure_info(i).name))
		TH_LOG("%s", rs_figure_info(i).name);
	}
}

TEST_F(show, an_absent_hook_is_named_with_what_it_costs)
{
	struct rs_hook *hook = rs_sample_add_hook(&self->j.host.end);

	rs_str_set(hook->name, "vgic_queue_irq_unlock");
	rs_str_set(hook->state, "absent");
	rs_str_set(hook->loses, "injected,coalesced");
	SHOW();
	EXPECT_TRUE(HAS("host: vgic_queue_irq_unlock is absent here; without it unknown: "
			"injected,coalesced\n"))
	TH_LOG("%s", self->text);
	EXPECT_FALSE(HAS("vring_interrupt is"));
}

/* A guest's hook names what it loses by an id. */
TEST_F(show, what_an_absent_hook_of_the_guest_loses_is_in_words)
{
	struct rs_hook *hook = rs_sample_add_hook(&self->j.guest.end);

	rs_str_set(hook->name, "napi_poll");
	rs_str_set(hook->state, "absent");
	rs_str_set(hook->loses, "polls-and-who-consumed-receive-entries");
	hook = rs_sample_add_hook(&self->j.guest.end);
	rs_str_set(hook->name, "newer");
	rs_str_set(hook->state, "absent");
	rs_str_set(hook->loses, "an-id-of-a-newer-module");
	self->show.verbose = true;
	SHOW();
	EXPECT_TRUE(
		HAS("guest: napi_poll is absent here; without it unknown: polls, and which poll "
		    "consumed the entries of a receive queue\n"))
	TH_LOG("%s", self->text);
	EXPECT_TRUE(HAS("guest: newer is absent here; without it unknown: "
			"an-id-of-a-newer-module\n"));
	EXPECT_FALSE(HAS("polls-and-who"));
}

TEST_F(show, verbose_has_a_line_for_each_proof)
{
	struct rs_proof *proof = &self->j.guest.end.queues[0].proof;

	proof->interrupts = rs_num_of(4001);
	proof->interrupts_differ = rs_num_of(0);
	proof->polls = rs_num_of(77);
	proof->polls_differ = rs_num_of((uint64_t)-3);
	SHOW();
	EXPECT_FALSE(HAS("proof")) TH_LOG("%s", self->text);
	rs_ledger_clear(&self->j.ledger);
	rs_match_clear(&self->j.match);
	rs_verdict_clear(&self->v);
	self->show.verbose = true;
	SHOW();
	EXPECT_TRUE(
		HAS("\nproof: eth0 input.0: interrupts 4001 (differ 0), polls 77 (differ -3)\n"))
	TH_LOG("%s", self->text);
	EXPECT_FALSE(HAS("proof: eth0 output.0"));
}

TEST_F(show, what_xdp_hides_is_named)
{
	SHOW();
	EXPECT_FALSE(HAS("XDP"));
	rs_ledger_clear(&self->j.ledger);
	rs_match_clear(&self->j.match);
	rs_verdict_clear(&self->v);
	rs_str_set(self->j.guest.end.queues[1].unfollowed, "xdp");
	SHOW();
	EXPECT_TRUE(HAS("\nguest: eth0 output.0: XDP consumes its entries, or did since counting "
			"began; unknown: used, served, and what consumed entries before their "
			"interrupt\n"))
	TH_LOG("%s", self->text);
	EXPECT_FALSE(HAS("output.1: XDP"));
}

TEST_F(show, times_that_are_not_taken_are_unknown)
{
	struct rs_hook *hook = rs_sample_add_hook(&self->j.host.end);
	const struct rs_histogram none = {.known = true};
	unsigned int known = 0;

	for (int i = 1; i < QUEUES; i++) { /* of the first queue they are unknown */
		rs_queue_hist_set(&self->j.host.begin.queues[i], RS_HOST_HIST_s1_s2, &none);
		rs_queue_hist_set(&self->j.host.end.queues[i], RS_HOST_HIST_s1_s2, &none);
	}
	rs_str_set(hook->name, "clock");
	rs_str_set(hook->state, "not read (--no-times)");
	rs_str_set(hook->loses, "s1_s2,s1_merged");
	SHOW();
	EXPECT_TRUE(HAS("host: clock is not read (--no-times) here; without it unknown: "
			"s1_s2,s1_merged\n"))
	TH_LOG("%s", self->text);
	for (size_t i = 0; i < self->j.ledger.rows_n; i++) {
		known += self->j.ledger.rows[i].figures[RS_FIG_DERIVED(s1_merged)].known;
		EXPECT_FALSE(self->j.ledger.rows[i].figures[RS_FIG_DERIVED(s4_merged)].known);
	}
	EXPECT_EQ(QUEUES - 1, known);
}

TEST_F(show, lists_name_what_is_there)
{
	rs_list_print(&self->show.page, RS_SIDE_HOST, &self->j.host.end);
	rs_list_print(&self->show.page, RS_SIDE_GUEST, &self->j.guest.end);
	rs_list_hooks(&self->show.page, RS_SIDE_HOST, &self->j.host.end);
	fflush(self->show.page.out);
	EXPECT_TRUE(HAS("vnet37 1     tx  vhost-net qemu-system-x86 1234"))
	TH_LOG("%s", self->text);
	EXPECT_TRUE(HAS("0x11000"));
	EXPECT_TRUE(HAS("eth0   output.1 43"));
	EXPECT_TRUE(HAS("vring_interrupt ftrace attached 0"));
}

TEST_F(show, windows_that_differ_are_reported)
{
	self->j.host.begin.queues[0].used_idx.value += 5;
	HOST_COUNTER(&self->j.host.begin.queues[0], vhost_posted).value += 5;
	SHOW();
	EXPECT_TRUE(HAS("5 entries at the start and 0 at the end")) TH_LOG("%s", self->text);
}

TEST_F(show, one_side_alone)
{
	struct rs_ledger l;

	ASSERT_EQ(0, rs_ledger_make(&l, &self->j.guest, NULL, NULL, &self->j.err));
	ASSERT_EQ(0, rs_verdict_reach(&self->v, &l, &self->j.err));
	rs_show_ledger(&self->show, &l, &self->v);
	fflush(self->show.page.out);
	EXPECT_TRUE(HAS("unhand.")) TH_LOG("%s", self->text);
	EXPECT_FALSE(HAS("offered"));
	EXPECT_FALSE(HAS("guest only"));
	rs_ledger_clear(&l);
}

static void move_to_user_space(struct rs_queue *q)
{
	rs_str_set(q->tap, "");
	rs_str_set(q->dir, "other");
	rs_str_set(q->backend, "user-space backend");
	rs_str_set(q->comm, "dpdk-testpmd");
	rs_str_set(q->thread_name, "rte-worker-3");
	q->tap_ifindex = q->queue = q->vhost_vq = q->used_addr = (struct rs_num){0};
}

/* Its words stand where tun's and vhost's figures are in the other lines. */
TEST_F(show, a_backend_in_user_space_is_named_in_place_of_tun_and_vhost)
{
	const char *line, *next;
	struct rs_ledger l;

	move_to_user_space(&self->j.host.begin.queues[0]);
	move_to_user_space(&self->j.host.end.queues[0]);
	ASSERT_EQ(0, rs_ledger_make(&l, NULL, &self->j.host, NULL, &self->j.err));
	ASSERT_EQ(0, rs_verdict_reach(&self->v, &l, &self->j.err));
	rs_show_ledger(&self->show, &l, &self->v);
	fflush(self->show.page.out);
	line = strstr(self->text, "user-space backend: dpdk-testpmd rte-worker-3 ");
	ASSERT_NE(NULL, line) TH_LOG("%s", self->text);
	next = strchr(line, '\n') + 1;
	EXPECT_NE(NULL, strstr(line, " 5003 ")) TH_LOG("%s", line);
	while (line[-1] != '\n')
		line--;
	EXPECT_EQ(strcspn(next, "|"), strcspn(line, "|"));
	EXPECT_EQ(strcspn(strchr(next, '|') + 1, "|"), strcspn(strchr(line, '|') + 1, "|"));
	rs_ledger_clear(&l);
}

TEST_F(show, json_has_labels_figures_and_verdicts)
{
	char *json;

	GUEST_COUNTER(&self->j.guest.end.queues[0], polls_busy).known = false;
	self->j.guest.end.irqs[2].disabled = rs_num_of(1);
	self->j.host.begin.queues[1].used_idx.value += 5;
	rs_str_set(self->j.guest.end.queues[1].unfollowed, "xdp");
	SHOW();
	json = rs_ledger_text(&self->j.ledger, &self->v);
	ASSERT_NE(NULL, json);
	EXPECT_NE(NULL, strstr(json, "\"label\":\"eth0 input.1\"")) TH_LOG("%s", json);
	EXPECT_NE(NULL, strstr(json, "\"vhost_posted\":10007"));
	EXPECT_NE(NULL, strstr(json, "\"skew_begin\":5"));
	EXPECT_NE(NULL, strstr(json, "\"id\":\"irq-disabled\""));
	EXPECT_NE(NULL, strstr(json, "\"used ring\""));
	EXPECT_NE(NULL, strstr(json, "\"unfollowed\":\"xdp\""));
	free(json);
}

/* The times of a receive queue: 3/4 of them waits for the worker. */
static void times_fill(struct rs_snapshot *s)
{
	static const struct {
		enum rs_host_hist hist;
		uint64_t from;
	} rows[] = {{RS_HOST_HIST_s1_s2, 65536},
		    {RS_HOST_HIST_worker_wait, 32768},
		    {RS_HOST_HIST_s3_s4, 1024},
		    {RS_HOST_HIST_s5_run, 4096}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rs_histogram h = {.known = true};

		rs_queue_hist_set(&s->begin.queues[0], rows[i].hist, &h);
		h.bucket[rs_hist_bucket(rows[i].from)] = 900;
		rs_queue_hist_set(&s->end.queues[0], rows[i].hist, &h);
	}
}

static double shares_sum(const char *text, size_t *n)
{
	double sum = 0, share;

	*n = 0;
	for (const char *at = text; (at = strstr(at, "\n  ")); at++)
		if (sscanf(at, "\n %lf %%", &share) == 1) {
			sum += share;
			++*n;
		}
	return sum;
}

TEST_F(show, shares_add_up_to_all_and_name_what_is_not_measured)
{
	size_t n;
	double sum;

	times_fill(&self->j.host);
	SHOW();
	sum = shares_sum(self->text, &n);
	EXPECT_EQ(4, n) TH_LOG("%s", self->text);
	EXPECT_TRUE(sum > 99.9 && sum < 100.1) TH_LOG("%f\n%s", sum, self->text);
	EXPECT_TRUE(HAS("rest of the wait in the tap's ring and in vhost"));
	EXPECT_TRUE(HAS("not measured, and in no share: vhost posts the entries; irqfd to "
			"injection; the guest's interrupt until its poll begins; the guest's "
			"poll; from the vCPU to the interrupt's handler"))
	TH_LOG("%s", self->text);
}

TEST_F(show, rules_that_could_not_run_are_listed_with_the_missing_fact)
{
	self->show.verbose = true;
	for (int i = 0; i < QUEUES; i++)
		GUEST_COUNTER(&self->j.guest.end.queues[i], none_busy_poll).known = false;
	GUEST_COUNTER(&self->j.guest.end.queues[0], none_empty).known = false;
	SHOW();
	EXPECT_TRUE(HAS("not checked without none_busy_poll: busy-poll-theft\n"))
	TH_LOG("%s", self->text);
	EXPECT_TRUE(HAS("not checked without none_empty: empty-signals (1 of 4 queues)\n"))
	TH_LOG("%s", self->text);
	EXPECT_FALSE(HAS("not-comparable"));
	EXPECT_FALSE(HAS("irq-near-disabled"));
}

TEST_F(show, a_side_that_is_missing_is_named_once)
{
	struct rs_ledger l;
	char *json;

	ASSERT_EQ(0, rs_ledger_make(&l, NULL, &self->j.host, NULL, &self->j.err));
	ASSERT_EQ(0, rs_verdict_reach(&self->v, &l, &self->j.err));
	self->show.verbose = true;
	rs_show_ledger(&self->show, &l, &self->v);
	fflush(self->show.page.out);
	EXPECT_TRUE(HAS("not checked without the guest's side: ")) TH_LOG("%s", self->text);
	EXPECT_FALSE(HAS("not checked without none_busy_poll"));
	json = rs_ledger_text(&l, &self->v);
	EXPECT_NE(NULL, strstr(json, "\"missing\":\"the guest's side\"")) TH_LOG("%s", json);
	free(json);
	rs_ledger_clear(&l);
}

TEST_HARNESS_MAIN
