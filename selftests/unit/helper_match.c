// SPDX-License-Identifier: GPL-2.0-only
/* Which queue of the host is which of the guest's, and when that is refused. */
#include <kselftest_harness.h>

#include "helper_fixture.h"

FIXTURE(match)
{
	struct rs_snapshot guest, host;
	struct rs_match m;
	struct rs_error err;
};

FIXTURE_SETUP(match)
{
	memset(self, 0, sizeof(*self));
	snapshot_fill(&self->guest, RS_SIDE_GUEST);
	snapshot_fill(&self->host, RS_SIDE_HOST);
}

FIXTURE_TEARDOWN(match)
{
	rs_match_clear(&self->m);
	rs_snapshot_clear(&self->guest);
	rs_snapshot_clear(&self->host);
}

#define MATCH() rs_match_make(&self->guest, &self->host, &self->m, &self->err)
#define EACH_HOST(q) \
	for (struct rs_queue *q = self->host.end.queues; q < self->host.end.queues + QUEUES; q++)
#define FACT(name) (1U << RS_FACT_##name)

TEST_F(match, each_queue_is_found_with_its_reasons)
{
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	ASSERT_EQ(QUEUES, self->m.n);
	for (int i = 0; i < QUEUES; i++) {
		EXPECT_EQ(&self->host.end.queues[i], self->m.pairs[i].host);
		EXPECT_EQ(FACT(USED_ADDR) | FACT(MAC) | FACT(MSI) | FACT(DIR),
			  self->m.pairs[i].facts);
	}
}

TEST_F(match, the_order_of_rows_does_not_matter)
{
	struct rs_queue *q = self->host.end.queues, swap = q[0];

	q[0] = q[3];
	q[3] = swap;
	ASSERT_EQ(0, MATCH());
	EXPECT_EQ(&q[3], self->m.pairs[0].host);
	EXPECT_EQ(&q[0], self->m.pairs[3].host);
}

TEST_F(match, without_ring_address_msi_and_mac_decide)
{
	EACH_HOST(q)
	q->used_addr.known = false;
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	EXPECT_EQ(&self->host.end.queues[2], self->m.pairs[2].host);
}

/* The host's window may end before the guest's ring is reset and gets another address. */
TEST_F(match, the_address_of_a_ring_that_was_reset_rules_nothing_out)
{
	self->guest.end.queues[2].used_addr = rs_num_of(0x99000);
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	EXPECT_EQ(NULL, self->m.pairs[2].host);
	rs_match_clear(&self->m);
	self->guest.end.queues[2].generation = rs_num_of(2);
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	EXPECT_EQ(&self->host.end.queues[2], self->m.pairs[2].host);
	EXPECT_EQ(FACT(MAC) | FACT(MSI) | FACT(DIR), self->m.pairs[2].facts);
}

TEST_F(match, msi_alone_is_not_enough)
{
	EACH_HOST(q)
	{
		q->used_addr.known = false;
		*q->mac = '\0';
	}
	EXPECT_EQ(-1, MATCH());
	EXPECT_EQ(RS_EXIT_MISMATCH, self->err.status);
}

TEST_F(match, a_moved_interrupt_is_no_contradiction)
{
	EACH_HOST(q)
	q->msi.address = rs_num_of(0xfee02000);
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	EXPECT_EQ(0, self->m.pairs[0].facts & FACT(MSI));
}

TEST_F(match, another_msi_contradicts_where_nothing_tells_who)
{
	EACH_HOST(q)
	{
		q->msi.data = rs_num_of(0x99);
		*q->mac = '\0';
	}
	EXPECT_EQ(-1, MATCH());
	EXPECT_EQ(RS_EXIT_MISMATCH, self->err.status);
	EXPECT_NE(NULL, strstr(self->err.text, "MSI")) TH_LOG("%s", self->err.text);
}

TEST_F(match, another_mac_is_another_machine)
{
	EACH_HOST(q)
	rs_str_set(q->mac, "52:54:00:99:99:99");
	EXPECT_EQ(-1, MATCH());
	EXPECT_EQ(RS_EXIT_MISMATCH, self->err.status);
	EXPECT_NE(NULL, strstr(self->err.text, "52:54:00:99:99:99")) TH_LOG("%s", self->err.text);
	EXPECT_NE(NULL, strstr(self->err.text, "52:54:00:12:34:56"));
}

TEST_F(match, another_uuid_is_another_machine)
{
	EACH_HOST(q)
	rs_str_set(q->uuid, "00000000-0f5f-4bd3-9a49-2e8c5e3f9d01");
	EXPECT_EQ(-1, MATCH());
	EXPECT_EQ(RS_EXIT_MISMATCH, self->err.status);
	EXPECT_NE(NULL, strstr(self->err.text, "uuid")) TH_LOG("%s", self->err.text);
}

TEST_F(match, letters_of_a_uuid_have_no_case)
{
	EACH_HOST(q)
	rs_str_set(q->uuid, "6AA2BA6E-0F5F-4BD3-9A49-2E8C5E3F9D01");
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	EXPECT_NE(0, self->m.pairs[0].facts & FACT(UUID));
}

TEST_F(match, other_rings_are_another_machine)
{
	EACH_HOST(q)
	q->used_addr.value += 0x100000;
	EXPECT_EQ(-1, MATCH());
	EXPECT_EQ(RS_EXIT_MISMATCH, self->err.status);
	EXPECT_NE(NULL, strstr(self->err.text, "web1")) TH_LOG("%s", self->err.text);
}

TEST_F(match, a_twin_with_the_same_rings_is_told_apart_by_mac)
{
	for (int i = 0; i < QUEUES; i++) {
		struct rs_queue *twin = rs_sample_add_queue(&self->host.end);

		*twin = self->host.end.queues[i];
		twin->pid = rs_num_of(99);
		rs_str_set(twin->mac, "52:54:00:99:99:99");
	}
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	EXPECT_EQ(1234, self->m.pairs[0].host->pid.value);
}

TEST_F(match, a_twin_that_nothing_tells_apart_is_refused)
{
	struct rs_queue *twin = rs_sample_add_queue(&self->host.end);

	*twin = self->host.end.queues[0];
	twin->pid = rs_num_of(99);
	EXPECT_EQ(-1, MATCH());
	EXPECT_EQ(RS_EXIT_MISMATCH, self->err.status);
	EXPECT_NE(NULL, strstr(self->err.text, "--tap")) TH_LOG("%s", self->err.text);
}

TEST_F(match, a_queue_the_host_does_not_have_stays_alone)
{
	self->host.end.queues_n--;
	ASSERT_EQ(0, MATCH());
	EXPECT_EQ(NULL, self->m.pairs[QUEUES - 1].host);
	EXPECT_NE(NULL, self->m.pairs[0].host);
}

TEST_F(match, sides_are_checked)
{
	struct rs_error err = {0};

	EXPECT_EQ(-1, rs_match_make(&self->host, &self->guest, &self->m, &err));
	EXPECT_EQ(RS_EXIT_DATA, err.status);
	EXPECT_NE(NULL, strstr(err.text, "must come first"));
	memset(&err, 0, sizeof(err));
	EXPECT_EQ(-1, rs_match_make(&self->guest, &self->guest, &self->m, &err));
	EXPECT_NE(NULL, strstr(err.text, "both snapshots are of the guest"));
	self->host.end.queues_n = 0;
	EXPECT_EQ(-1, MATCH());
	EXPECT_NE(NULL, strstr(self->err.text, "no virtqueue"));
}

TEST_HARNESS_MAIN
