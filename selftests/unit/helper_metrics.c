// SPDX-License-Identifier: GPL-2.0-only
/* OpenMetrics text, as the node exporter reads it. */
#include <kselftest_harness.h>

#include "helper_fixture.h"
#include "metrics.h"

FIXTURE(metrics)
{
	struct rs_snapshot s;
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
	rs_snapshot_clear(&self->s);
}

#define HAS(what) (strstr(self->text, what) != NULL)

TEST_F(metrics, counters_are_those_since_the_start)
{
	self->text = rs_metrics_text(&self->s);
	EXPECT_TRUE(HAS("# TYPE ringside_vhost_posted counter\n"));
	EXPECT_TRUE(HAS("\nringside_vhost_posted_total{vm=\"\",tap=\"vnet37\",queue=\"1\",dir="
			"\"rx\"} 20014\n"))
	TH_LOG("%s", self->text);
	EXPECT_TRUE(
		HAS("\nringside_ring_size{vm=\"\",tap=\"vnet37\",queue=\"0\",dir=\"tx\"} 256\n"));
	EXPECT_TRUE(HAS("\nringside_hook_missed_total{hook=\"vring_interrupt\"} 0\n"));
	EXPECT_STREQ("# EOF\n", self->text + strlen(self->text) - 6);
}

TEST_F(metrics, unknown_has_no_line)
{
	for (int i = 0; i < QUEUES; i++)
		HOST_COUNTER(&self->s.end.queues[i], injected).known = false;
	self->text = rs_metrics_text(&self->s);
	EXPECT_FALSE(HAS("ringside_injected_total"));
	EXPECT_TRUE(HAS("ringside_coalesced_total"));
}

TEST_F(metrics, histograms_are_cumulative_and_whole)
{
	struct rs_histogram *h = &self->s.end.queues[0].hists[RS_HOST_HIST_s1_s2];
	unsigned int lines = 0;

	h->known = true;
	h->bucket[0] = 1;
	h->bucket[11] = 5;
	h->bucket[31] = 2;
	self->text = rs_metrics_text(&self->s);
	EXPECT_TRUE(HAS("# TYPE ringside_s1_s2 histogram\n"));
	EXPECT_TRUE(HAS("dir=\"rx\",le=\"0.0\"} 1\n"));
	EXPECT_TRUE(HAS("dir=\"rx\",le=\"2047.0\"} 6\n"));
	EXPECT_TRUE(HAS("dir=\"rx\",le=\"+Inf\"} 8\n"));
	EXPECT_TRUE(HAS("ringside_s1_s2_count{vm=\"\",tap=\"vnet37\",queue=\"0\",dir=\"rx\"} 8\n"))
	TH_LOG("%s", self->text);
	for (char *at = self->text; (at = strstr(at, "ringside_s1_s2_bucket")); at++)
		lines++;
	EXPECT_EQ(RS_HIST_BUCKETS, lines);
}

TEST_F(metrics, label_values_are_escaped)
{
	strcpy(self->s.end.queues[0].vm, "a\"b\\c\nd");
	self->text = rs_metrics_text(&self->s);
	EXPECT_TRUE(HAS("{vm=\"a\\\"b\\\\c\\nd\",tap")) TH_LOG("%s", self->text);
}

TEST_F(metrics, guest_has_its_own_labels)
{
	rs_snapshot_clear(&self->s);
	snapshot_fill(&self->s, RS_SIDE_GUEST);
	self->text = rs_metrics_text(&self->s);
	EXPECT_TRUE(HAS(
		"\nringside_interrupts_total{netdev=\"eth0\",queue=\"input.0\",dir=\"rx\"} 8002\n"))
	TH_LOG("%s", self->text);
	EXPECT_FALSE(HAS("tap="));
	EXPECT_FALSE(HAS("occupancy"));
}

TEST_HARNESS_MAIN
