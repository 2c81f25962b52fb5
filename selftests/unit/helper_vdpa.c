// SPDX-License-Identifier: GPL-2.0-only
/* A vhost-vdpa device: which of its virtqueues is which, and what a masked vector leaves. */
#include <kselftest_harness.h>

#include <linux/virtio_net.h>

#include "helper_fixture.h"
#include "vdpa.h"

FIXTURE(vdpa)
{
	struct rs_found found;
	struct rs_entries e;
	struct rs_queue q;
};

/* Of a device with two pairs and a control virtqueue; its eventfd has an irqfd. */
FIXTURE_SETUP(vdpa)
{
	memset(self, 0, sizeof(*self));
	self->found.kind = RS_FOUND_VDPA;
	rs_str_set(self->found.vdpa.name, "vdpa0");
	self->found.vdpa.ctx = 0x1000;
	self->found.vdpa.queues = 5;
	self->e.call.kvm = 0x2000;
	self->q.counters[RS_HOST_eventfd_writes] = rs_num_of(30);
	self->q.counters[RS_HOST_eventfd_merged] = rs_num_of(4);
	self->q.counters[RS_HOST_eventfd_masked] = rs_num_of(0);
}

FIXTURE_TEARDOWN(vdpa)
{
}

/* @dirs: of the virtqueues in turn; "" = the driver does not use it. */
#define EXPECT_DIRS(feature, ...)                                                \
	do {                                                                     \
		static const char *const dirs[5] = {__VA_ARGS__};                \
		self->found.vdpa.features = feature;                             \
		for (unsigned int i = 0; i < 5; i++) {                           \
			self->found.vdpa.index = i;                              \
			ASSERT_EQ(*dirs[i] != 0, rs_vdpa_is_used(&self->found))  \
			TH_LOG("virtqueue %u", i);                               \
			if (*dirs[i])                                            \
				EXPECT_STREQ(dirs[i], rs_vdpa_dir(&self->found)) \
			TH_LOG("virtqueue %u", i);                               \
		}                                                                \
	} while (0)

TEST_F(vdpa, several_pairs)
{
	EXPECT_DIRS(1ULL << VIRTIO_NET_F_MQ, "rx", "tx", "rx", "tx", "ctrl");
}

TEST_F(vdpa, several_pairs_by_rss_alone)
{
	EXPECT_DIRS(1ULL << VIRTIO_NET_F_RSS, "rx", "tx", "rx", "tx", "ctrl");
}

TEST_F(vdpa, one_pair_of_a_device_with_more)
{
	EXPECT_DIRS(1ULL << VIRTIO_NET_F_CTRL_VQ, "rx", "tx", "ctrl", "", "");
}

TEST_F(vdpa, a_kernel_that_does_not_tell_the_features)
{
	EXPECT_DIRS(0, "rx", "tx", "rx", "tx", "ctrl");
}

TEST_F(vdpa, without_a_call_eventfd_it_is_not_used)
{
	self->found.vdpa.ctx = 0;
	EXPECT_DIRS(1ULL << VIRTIO_NET_F_MQ, "", "", "", "", "");
}

TEST_F(vdpa, name_and_number)
{
	self->found.vdpa.index = 3;
	rs_vdpa_fill(&self->q, &self->found, &self->e);
	EXPECT_STREQ("vdpa0", self->q.tap);
	EXPECT_EQ(1, self->q.queue.value);
	EXPECT_EQ(30, self->q.counters[RS_HOST_eventfd_writes].value);
	EXPECT_EQ(4, self->q.counters[RS_HOST_eventfd_merged].value);
	EXPECT_FALSE(self->q.counters[RS_HOST_eventfd_masked].known);
}

TEST_F(vdpa, writes_while_masked_are_left_out)
{
	self->e.masked = 7;
	rs_vdpa_fill(&self->q, &self->found, &self->e);
	EXPECT_EQ(23, self->q.counters[RS_HOST_eventfd_writes].value);
	EXPECT_FALSE(self->q.counters[RS_HOST_eventfd_merged].known);
	EXPECT_FALSE(self->q.counters[RS_HOST_eventfd_masked].known);
}

/* The VMM reads the eventfd itself: nothing is masked. */
TEST_F(vdpa, writes_without_an_irqfd_are_kept)
{
	self->e.call.kvm = 0;
	self->e.masked = 30;
	rs_vdpa_fill(&self->q, &self->found, &self->e);
	EXPECT_EQ(30, self->q.counters[RS_HOST_eventfd_writes].value);
	EXPECT_EQ(4, self->q.counters[RS_HOST_eventfd_merged].value);
	EXPECT_FALSE(self->q.counters[RS_HOST_eventfd_masked].known);
}

TEST_F(vdpa, what_is_unknown_stays_unknown)
{
	self->q.counters[RS_HOST_eventfd_writes] = (struct rs_num){0};
	self->e.masked = 7;
	rs_vdpa_fill(&self->q, &self->found, &self->e);
	EXPECT_FALSE(self->q.counters[RS_HOST_eventfd_writes].known);
}

TEST_F(vdpa, closed_eventfds_are_noticed)
{
	self->e.vq.calls_closed = 2;
	rs_vdpa_fill(&self->q, &self->found, &self->e);
	EXPECT_TRUE(self->q.calls_closed.known);
	EXPECT_EQ(2, self->q.calls_closed.value);
}

TEST_HARNESS_MAIN
