// SPDX-License-Identifier: GPL-2.0-only
/* Prometheus' text format 0.0.4, as the node exporter reads it. metrics.sh has the real one. */
#include <kselftest_harness.h>

#include "helper_fixture.h"
#include "metrics.h"

FIXTURE(metrics)
{
	struct rs_snapshot s;
	struct rs_ledger l;
	struct rs_verdict v;
	struct rs_error err;
	char *text;
};

FIXTURE_SETUP(metrics)
{
	memset(self, 0, sizeof(*self));
	snapshot_fill(&self->s, RS_SIDE_HOST);
}

FIXTURE_TEARDOWN(metrics)
{
	free(self->text);
	rs_verdict_clear(&self->v);
	rs_ledger_clear(&self->l);
	rs_snapshot_clear(&self->s);
}

static char *text_make(FIXTURE_DATA(metrics) * self)
{
	bool is_guest = self->s.side == RS_SIDE_GUEST;

	if (rs_ledger_make(&self->l, is_guest ? &self->s : NULL, is_guest ? NULL : &self->s, NULL,
			   &self->err) ||
	    rs_verdict_reach(&self->v, &self->l, &self->err))
		return NULL;
	return rs_metrics_text(&self->l, &self->v);
}

#define MAKE()                        \
	self->text = text_make(self); \
	ASSERT_NE(NULL, self->text)
#define HAS(what)   (strstr(self->text, what) != NULL)
#define QUEUE(side) (&self->s.side.queues[0])

/* The number of lines that are one series with another line; or -1 if a line is no series. */
static int twins_count(const char *text)
{
	char *copy = strdup(text), *rest, *lines[4096];
	int n = 0, twins = 0;

	for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *end = strrchr(line, ' ');

		if (*line == '#')
			continue;
		if (!end || n == 4096)
			return -1;
		*end = '\0';
		for (int i = 0; i < n; i++)
			twins += !strcmp(lines[i], line);
		lines[n++] = line;
	}
	free(copy);
	return n ? twins : -1;
}

TEST_F(metrics, counters_are_those_since_the_start)
{
	MAKE();
	EXPECT_TRUE(HAS("# HELP ringside_vhost_posted_total used entries vhost posted (entries)\n"
			"# TYPE ringside_vhost_posted_total counter\n"));
	EXPECT_TRUE(HAS("\nringside_vhost_posted_total{tap=\"vnet37\",queue=\"1\",dir=\"rx\"} "
			"20014\n"))
	TH_LOG("%s", self->text);
	EXPECT_TRUE(HAS("\nringside_ring_size_packets{tap=\"vnet37\",queue=\"0\",dir=\"tx\"} "
			"256\n"));
	EXPECT_TRUE(HAS("\nringside_hook_missed_total{hook=\"vring_interrupt\"} 0\n"));
	EXPECT_EQ(0, twins_count(self->text));
}

TEST_F(metrics, unknown_has_no_line_and_no_head)
{
	for (int i = 0; i < QUEUES; i++)
		HOST_COUNTER(&self->s.end.queues[i], injected).known = false;
	MAKE();
	EXPECT_FALSE(HAS("ringside_injected_total"));
	EXPECT_TRUE(HAS("ringside_coalesced_total"));
}

TEST_F(metrics, buckets_are_cumulative_and_whole_and_in_seconds)
{
	struct rs_histogram h = {.bucket = {[0] = 1, [11] = 5, [31] = 2}, .known = true};
	unsigned int lines = 0;

	rs_queue_hist_set(QUEUE(end), RS_HOST_HIST_s1_s2, &h);
	MAKE();
	EXPECT_TRUE(HAS("# TYPE ringside_s1_s2_seconds_bucket untyped\n"));
	EXPECT_TRUE(HAS("dir=\"rx\",le=\"0\"} 1\n"));
	EXPECT_TRUE(HAS("dir=\"rx\",le=\"2.047e-06\"} 6\n")) TH_LOG("%s", self->text);
	EXPECT_TRUE(HAS("dir=\"rx\",le=\"1.073741823\"} 6\n"));
	EXPECT_TRUE(HAS("dir=\"rx\",le=\"+Inf\"} 8\n"));
	EXPECT_FALSE(HAS(" histogram\n")); /* that type requires a sum */
	for (char *at = self->text; (at = strstr(at, "\nringside_s1_s2_seconds_bucket{")); at++)
		lines++;
	EXPECT_EQ(RS_HIST_BUCKETS, lines);
}

TEST_F(metrics, label_values_are_escaped)
{
	strcpy(QUEUE(end)->vm, "a\"b\\c\nd");
	MAKE();
	EXPECT_TRUE(HAS("{vm=\"a\\\"b\\\\c\\nd\",tap")) TH_LOG("%s", self->text);
}

/* Of a queue behind a user-space backend neither tap nor queue is known. */
static void behind_user_space(struct rs_snapshot *s)
{
	struct rs_sample *samples[] = {&s->begin, &s->end};

	for (int k = 0; k < 2; k++)
		for (int i = 0; i < QUEUES; i++) {
			struct rs_queue *q = &samples[k]->queues[i];

			q->tap[0] = '\0';
			q->queue.known = q->used_addr.known = q->ring_size.known = false;
			strcpy(q->dir, "other");
			strcpy(q->backend, "user-space backend");
			strcpy(q->vm, "web1");
			q->gsi = rs_num_of(24 + i);
		}
}

TEST_F(metrics, user_space_queues_are_told_apart_by_their_gsi)
{
	behind_user_space(&self->s);
	MAKE();
	EXPECT_TRUE(HAS("\nringside_eventfd_writes_total{vm=\"web1\",dir=\"other\",gsi=\"24\"} "))
	TH_LOG("%s", self->text);
	EXPECT_EQ(0, twins_count(self->text));
}

TEST_F(metrics, rows_that_share_everything_are_told_apart)
{
	behind_user_space(&self->s);
	self->s.end.queues[1].gsi = self->s.end.queues[2].gsi = self->s.end.queues[0].gsi;
	self->s.end.queues[2].pid = rs_num_of(99);
	self->s.end.queues[3].gsi.known = false;
	MAKE();
	EXPECT_TRUE(HAS(",gsi=\"24\",pid=\"99\"} ")) TH_LOG("%s", self->text);
	EXPECT_TRUE(HAS(",gsi=\"24\",pid=\"1234\"} ")) TH_LOG("%s", self->text);
	EXPECT_TRUE(HAS(",gsi=\"24\",pid=\"1234\",nth=\"2\"} ")) TH_LOG("%s", self->text);
	EXPECT_EQ(0, twins_count(self->text)) TH_LOG("%s", self->text);
}

TEST_F(metrics, taps_of_one_name_and_hooks_of_one_name_are_told_apart)
{
	struct rs_hook *hook = rs_sample_add_hook(&self->s.end);

	*hook = self->s.end.hooks[0];
	strcpy(hook->kind, "kprobe");
	for (int i = 2; i < QUEUES; i++) { /* in another network namespace */
		self->s.end.queues[i].queue = rs_num_of(0);
		self->s.end.queues[i].pid = rs_num_of(99);
	}
	MAKE();
	EXPECT_TRUE(HAS("{tap=\"vnet37\",queue=\"0\",dir=\"rx\",pid=\"99\"} "))
	TH_LOG("%s", self->text);
	EXPECT_TRUE(HAS("{hook=\"vring_interrupt\",kind=\"kprobe\"} "));
	EXPECT_EQ(0, twins_count(self->text)) TH_LOG("%s", self->text);
}

TEST_F(metrics, healthy_is_no_finding_and_a_count_of_0)
{
	MAKE();
	EXPECT_FALSE(HAS("ringside_finding{")) TH_LOG("%s", self->text);
	EXPECT_TRUE(HAS("\nringside_findings{severity=\"critical\"} 0\n"));
	EXPECT_TRUE(HAS("\nringside_findings{severity=\"warning\"} 0\n"));
}

TEST_F(metrics, a_finding_has_its_party_and_its_queue)
{
	HOST_COUNTER(QUEUE(end), eventfd_writes).value -= 500;
	HOST_COUNTER(QUEUE(end), irqfd_wakeups).value -= 500;
	HOST_COUNTER(QUEUE(end), injected).value -= 500;
	MAKE();
	EXPECT_TRUE(HAS("\nringside_finding{id=\"signal-lost\",party=\"")) TH_LOG("%s", self->text);
	EXPECT_TRUE(HAS(",severity=\"critical\",confidence=\"")) TH_LOG("%s", self->text);
	EXPECT_TRUE(HAS(",tap=\"vnet37\",queue=\"0\",dir=\"rx\"} 1\n")) TH_LOG("%s", self->text);
	EXPECT_FALSE(HAS("ringside_findings{severity=\"critical\"} 0\n"));
	EXPECT_EQ(0, twins_count(self->text));
}

TEST_F(metrics, guest_has_its_own_labels)
{
	rs_snapshot_clear(&self->s);
	snapshot_fill(&self->s, RS_SIDE_GUEST);
	MAKE();
	EXPECT_TRUE(HAS(
		"\nringside_interrupts_total{netdev=\"eth0\",queue=\"input.0\",dir=\"rx\"} 8002\n"))
	TH_LOG("%s", self->text);
	EXPECT_FALSE(HAS("tap="));
	EXPECT_FALSE(HAS("occupancy"));
	EXPECT_EQ(0, twins_count(self->text));
}

TEST_F(metrics, guest_interfaces_of_one_name_are_told_apart)
{
	rs_snapshot_clear(&self->s);
	snapshot_fill(&self->s, RS_SIDE_GUEST);
	strcpy(self->s.end.queues[2].name, "input.0"); /* eth0 of another network namespace */
	strcpy(self->s.end.queues[2].device, "virtio1");
	MAKE();
	EXPECT_TRUE(HAS(",device=\"virtio1\",index=\"2\"} ")) TH_LOG("%s", self->text);
	EXPECT_EQ(0, twins_count(self->text)) TH_LOG("%s", self->text);
}

TEST_HARNESS_MAIN
