// SPDX-License-Identifier: GPL-2.0-only
/* A ring's memory: this test's own process has the part of the VMM. */
#include <kselftest_harness.h>

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>

#include "helper_fixture.h"
#include "ringmem.h"

enum { ENTRIES_N = 8 };

/* Both rings with the event index behind each, as the standard places them. */
struct avail {
	uint16_t flags, idx, ring[ENTRIES_N], used_event;
};

struct used {
	uint16_t flags, idx;
	struct {
		uint32_t id, len;
	} ring[ENTRIES_N];
	uint16_t avail_event;
};

FIXTURE(ringmem)
{
	struct avail *avail;
	struct used *used;
	struct rs_found vq;
	struct rs_queue q;
};

FIXTURE_SETUP(ringmem)
{
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, (void *)pages);
	memset(&self->q, 0, sizeof(self->q));
	self->avail = (struct avail *)pages;
	self->used = (struct used *)(pages + 4096);
	*self->avail = (struct avail){.flags = 1, .idx = 65535, .used_event = 65521};
	*self->used = (struct used){.flags = 0, .idx = 65531, .avail_event = 65519};
	self->vq = (struct rs_found){.kind = RS_FOUND_VQ, .pid = getpid()};
	self->vq.vq.owner = 1;
	self->vq.vq.num = ENTRIES_N;
	self->vq.vq.features = 1ULL << VIRTIO_RING_F_EVENT_IDX;
	self->vq.vq.avail = (uintptr_t)self->avail;
	self->vq.vq.used = (uintptr_t)self->used;
}

FIXTURE_TEARDOWN(ringmem)
{
	munmap(self->avail, 8192);
}

/* Nothing of the ring's memory became known. */
static bool is_unread(const struct rs_queue *q)
{
	return !q->ring_avail_idx.known && !q->ring_used_idx.known && !q->avail_flags.known &&
	       !q->used_flags.known && !q->used_event.known && !q->avail_event.known;
}

TEST_F(ringmem, each_part_is_read_at_its_place)
{
	rs_ringmem_fill(&self->q, &self->vq);
	EXPECT_STREQ("split", self->q.ring);
	EXPECT_EQ(ENTRIES_N, self->q.size.value);
	EXPECT_EQ(1, self->q.event_idx.value);
	EXPECT_EQ(65535, self->q.ring_avail_idx.value);
	EXPECT_EQ(65531, self->q.ring_used_idx.value);
	EXPECT_EQ(1, self->q.avail_flags.value);
	EXPECT_EQ(65521, self->q.used_event.value);
	EXPECT_EQ(65519, self->q.avail_event.value);
	EXPECT_TRUE(self->q.used_flags.known);
	EXPECT_EQ(0, self->q.used_flags.value);
}

TEST_F(ringmem, without_the_event_index_there_are_no_events)
{
	self->vq.vq.features = 0;
	rs_ringmem_fill(&self->q, &self->vq);
	EXPECT_TRUE(self->q.event_idx.known);
	EXPECT_EQ(0, self->q.event_idx.value);
	EXPECT_EQ(65535, self->q.ring_avail_idx.value);
	EXPECT_FALSE(self->q.used_event.known);
	EXPECT_FALSE(self->q.avail_event.known);
}

TEST_F(ringmem, a_ring_without_a_place_is_unknown)
{
	self->vq.vq.used = 0;
	rs_ringmem_fill(&self->q, &self->vq);
	EXPECT_TRUE(is_unread(&self->q));
	EXPECT_EQ(ENTRIES_N, self->q.size.value);
}

TEST_F(ringmem, a_packed_ring_is_named_and_not_read)
{
	self->vq.vq.features |= 1ULL << VIRTIO_F_RING_PACKED;
	rs_ringmem_fill(&self->q, &self->vq);
	EXPECT_STREQ("packed", self->q.ring);
	EXPECT_TRUE(is_unread(&self->q));
}

TEST_F(ringmem, memory_of_another_process_is_not_read)
{
	self->vq.vq.owner = 0;
	rs_ringmem_fill(&self->q, &self->vq);
	EXPECT_TRUE(is_unread(&self->q));
}

TEST_F(ringmem, a_ring_that_is_not_set_up_has_no_size)
{
	self->vq.vq.num = 1;
	rs_ringmem_fill(&self->q, &self->vq);
	EXPECT_FALSE(self->q.size.known);
	EXPECT_STREQ("", self->q.ring);
	EXPECT_TRUE(is_unread(&self->q));
}

/* One part is enough: half a look is not a look. */
TEST_F(ringmem, a_part_that_cannot_be_read_makes_all_unknown)
{
	ASSERT_EQ(0, munmap(self->used, 4096));
	rs_ringmem_fill(&self->q, &self->vq);
	EXPECT_TRUE(is_unread(&self->q));
}

struct mover {
	void *avail;
	void *used;
	atomic_bool stop;
};

/* The device never uses an entry that is not available. With the flags the indexes have 32 bits:
 * no value comes twice. */
static void *ring_move(void *arg)
{
	struct mover *m = arg;

	for (uint32_t i = 1; !atomic_load(&m->stop); i++) {
		__atomic_store_n((uint32_t *)m->avail, i, __ATOMIC_SEQ_CST);
		__atomic_store_n((uint32_t *)m->used, i, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

/* The part's two words as one number: the flags lie before the index. */
static uint32_t number_of(struct rs_num flags, struct rs_num idx)
{
	const uint16_t words[] = {flags.value, idx.value};
	uint32_t number;

	memcpy(&number, words, sizeof(number));
	return number;
}

TEST_F(ringmem, a_ring_that_moves_is_of_one_moment_or_unknown)
{
	struct mover m = {self->avail, self->used};
	pthread_t thread;

	memset(self->avail, 0, 8192);
	ASSERT_EQ(0, pthread_create(&thread, NULL, ring_move, &m));
	for (int i = 0; i < 20000; i++) {
		uint32_t avail, used;

		memset(&self->q, 0, sizeof(self->q));
		rs_ringmem_fill(&self->q, &self->vq);
		avail = number_of(self->q.avail_flags, self->q.ring_avail_idx);
		used = number_of(self->q.used_flags, self->q.ring_used_idx);
		ASSERT_EQ(self->q.ring_avail_idx.known, self->q.ring_used_idx.known);
		ASSERT_GE(1, avail - used);
	}
	atomic_store(&m.stop, true);
	pthread_join(thread, NULL);
}

TEST_HARNESS_MAIN
