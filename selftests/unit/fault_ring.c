// SPDX-License-Identifier: GPL-2.0-only
/* The fault device's side of a ring against a driver's side made here, entry by entry. */
#include <kselftest_harness.h>

#include "fault/ring.h"

#define RAM	    65536
#define SPLIT_SIZE  256
#define PACKED_SIZE 7	   /* packed rings need no power of two */
#define LAPS	    70001  /* entries: more than the 16-bit index counts */
#define BUFFER	    0x8000 /* where entries point to */
#define TABLE	    0xa000 /* an indirect table */

FIXTURE(ring)
{
	struct memory mem;
	struct ring r;
	char *ram;
	struct chain c;
	unsigned int next; /* the driver's next packed slot */
	bool wrap;
};

FIXTURE_VARIANT(ring)
{
	bool packed, event_idx;
};

FIXTURE_VARIANT_ADD(ring, split){.packed = false, .event_idx = true};
FIXTURE_VARIANT_ADD(ring, split_flags){.packed = false, .event_idx = false};
FIXTURE_VARIANT_ADD(ring, packed){.packed = true, .event_idx = true};
FIXTURE_VARIANT_ADD(ring, packed_flags){.packed = true, .event_idx = false};

FIXTURE_SETUP(ring)
{
	self->ram = calloc(1, RAM);
	self->mem.count = 1;
	self->mem.region[0] = (struct region){.size = RAM, .base = self->ram};
	self->r = (struct ring){.mem = &self->mem,
				.packed = variant->packed,
				.event_idx = variant->event_idx,
				.size = variant->packed ? PACKED_SIZE : SPLIT_SIZE};
	if (variant->packed) {
		self->r.pack.desc = (void *)self->ram;
		self->r.pack.driver = (void *)(self->ram + 0x2000);
		self->r.pack.device = (void *)(self->ram + 0x3000);
	} else {
		self->r.split.desc = (void *)self->ram;
		self->r.split.avail = (void *)(self->ram + 0x2000);
		self->r.split.used = (void *)(self->ram + 0x3000);
	}
	self->wrap = true;
	fault_ring_start(&self->r, variant->packed ? 0x80008000 : 0);
}

FIXTURE_TEARDOWN(ring)
{
	free(self->ram);
}

static void packed_add(struct ring *r, unsigned int *next, bool *wrap, unsigned int n, uint16_t id,
		       uint16_t flags)
{
	for (unsigned int i = 0; i < n; i++) {
		uint16_t avail =
			*wrap ? 1 << VRING_PACKED_DESC_F_AVAIL : 1 << VRING_PACKED_DESC_F_USED;

		r->pack.desc[*next] = (struct vring_packed_desc){
			.addr = flags & VRING_DESC_F_INDIRECT ? TABLE : BUFFER,
			.len = flags & VRING_DESC_F_INDIRECT ? 32 : 64,
			.id = id,
			.flags = avail | flags | (i + 1 < n ? VRING_DESC_F_NEXT : 0)};
		if (++*next == r->size) {
			*next = 0;
			*wrap = !*wrap;
		}
	}
}

static void split_add(struct ring *r, unsigned int n, uint16_t id, uint16_t flags)
{
	struct vring_avail *avail = r->split.avail;

	for (unsigned int i = 0; i < n; i++)
		r->split.desc[id + i] =
			(struct vring_desc){.addr = flags & VRING_DESC_F_INDIRECT ? TABLE : BUFFER,
					    .len = flags & VRING_DESC_F_INDIRECT ? 32 : 64,
					    .flags = flags | (i + 1 < n ? VRING_DESC_F_NEXT : 0),
					    .next = id + i + 1};
	avail->ring[avail->idx % r->size] = id;
	avail->idx++;
}

#define ADD(n, id, flags)                                                               \
	(variant->packed ? packed_add(&self->r, &self->next, &self->wrap, n, id, flags) \
			 : split_add(&self->r, n, id, flags))

TEST_F(ring, carries_each_entry_once)
{
	for (unsigned int i = 0; i < LAPS; i++) {
		unsigned int n = 1 + i % 3, id = i % 5;
		unsigned int slot = self->r.used_next;
		bool wrap = self->r.used_wrap;

		EXPECT_EQ(0, fault_ring_take(&self->r, &self->c));
		ADD(n, id, VRING_DESC_F_WRITE);
		ASSERT_NE(0, fault_ring_pending(&self->r));
		ASSERT_EQ(1, fault_ring_take(&self->r, &self->c));
		ASSERT_EQ((int)n, self->c.in);
		ASSERT_EQ(0, self->c.out);
		ASSERT_EQ(id, self->c.id);
		ASSERT_EQ(self->ram + BUFFER, self->c.iov[0].iov_base);
		fault_ring_return(&self->r, &self->c, i);
		if (variant->packed) {
			struct vring_packed_desc *d = &self->r.pack.desc[slot];

			ASSERT_EQ(wrap, !!(d->flags & 1 << VRING_PACKED_DESC_F_USED));
			ASSERT_EQ(wrap, !!(d->flags & 1 << VRING_PACKED_DESC_F_AVAIL));
			ASSERT_EQ(i, d->len);
			ASSERT_EQ(id, d->id);
		} else {
			struct vring_used_elem *e = &self->r.split.used->ring[i % SPLIT_SIZE];

			ASSERT_EQ((uint16_t)(i + 1), self->r.split.used->idx);
			ASSERT_EQ(i, e->len);
			ASSERT_EQ(id, e->id);
		}
	}
	EXPECT_EQ(LAPS, self->r.posted);
	EXPECT_EQ(0, fault_ring_pending(&self->r));
}

TEST_F(ring, follows_an_indirect_table)
{
	if (variant->packed) {
		struct vring_packed_desc *t = (void *)(self->ram + TABLE);

		t[0] = (struct vring_packed_desc){.addr = BUFFER, .len = 12};
		t[1] = (struct vring_packed_desc){
			.addr = BUFFER + 100, .len = 60, .flags = VRING_DESC_F_WRITE};
	} else {
		struct vring_desc *t = (void *)(self->ram + TABLE);

		t[0] = (struct vring_desc){BUFFER, 12, VRING_DESC_F_NEXT, 1};
		t[1] = (struct vring_desc){BUFFER + 100, 60, VRING_DESC_F_WRITE, 0};
	}
	ADD(1, 3, VRING_DESC_F_INDIRECT);
	ASSERT_EQ(1, fault_ring_take(&self->r, &self->c));
	EXPECT_EQ(1, self->c.out);
	EXPECT_EQ(1, self->c.in);
	EXPECT_EQ(12, self->c.iov[0].iov_len);
	EXPECT_EQ(60, self->c.iov[1].iov_len);
	EXPECT_EQ(self->ram + BUFFER + 100, self->c.iov[1].iov_base);
	EXPECT_EQ(1, self->c.slots);
}

TEST_F(ring, refuses_memory_the_guest_has_not)
{
	ADD(1, 0, VRING_DESC_F_WRITE);
	if (variant->packed)
		self->r.pack.desc[0].addr = RAM - 1;
	else
		self->r.split.desc[0].addr = RAM - 1;
	EXPECT_EQ(-1, fault_ring_take(&self->r, &self->c));
}

TEST_F(ring, refuses_what_is_read_behind_what_is_written)
{
	ADD(2, 0, 0);
	if (variant->packed)
		self->r.pack.desc[0].flags |= VRING_DESC_F_WRITE;
	else
		self->r.split.desc[0].flags |= VRING_DESC_F_WRITE;
	EXPECT_EQ(-1, fault_ring_take(&self->r, &self->c));
}

TEST_F(ring, refuses_a_loop)
{
	if (variant->packed)
		SKIP(return, "a packed chain cannot point back");
	ADD(2, 0, VRING_DESC_F_WRITE);
	self->r.split.desc[1].flags |= VRING_DESC_F_NEXT;
	self->r.split.desc[1].next = 0;
	EXPECT_EQ(-1, fault_ring_take(&self->r, &self->c));
}

TEST_F(ring, obeys_the_flags)
{
	if (variant->event_idx)
		SKIP(return, "with the event index the flags mean nothing");
	EXPECT_TRUE(fault_ring_wants_signal(&self->r));
	EXPECT_TRUE(fault_ring_armed(&self->r));
	if (variant->packed)
		self->r.pack.driver->flags = VRING_PACKED_EVENT_FLAG_DISABLE;
	else
		self->r.split.avail->flags = VRING_AVAIL_F_NO_INTERRUPT;
	EXPECT_FALSE(fault_ring_wants_signal(&self->r));
	EXPECT_FALSE(fault_ring_armed(&self->r));
}

/* The driver asks for an interrupt at entry @at, counted from the ring's start. */
static void event_set(struct ring *r, uint64_t at)
{
	if (!r->packed) {
		r->split.avail->ring[r->size] = at;
		return;
	}
	r->pack.driver->flags = VRING_PACKED_EVENT_FLAG_DESC;
	r->pack.driver->off_wrap = at % r->size | !(at / r->size % 2)
							  << VRING_PACKED_EVENT_F_WRAP_CTR;
}

/*
 * The rule, without its arithmetic: the interrupt is due if place @at is among
 * those returned since the last decision. Places are entries of a split ring,
 * descriptors of a packed one.
 */
TEST_F(ring, obeys_the_event_index)
{
	uint64_t returned = 0, decided = 0, span = variant->packed ? PACKED_SIZE : 100;

	if (!variant->event_idx)
		SKIP(return, "without the event index the flags decide");
	for (unsigned int step = 0; step < 20011; step++) {
		uint64_t at = decided + step / 3 % span;

		for (unsigned int i = 0; i < step % 4; i++) {
			unsigned int slots = 1 + (step + i) % 2;

			ADD(slots, 0, VRING_DESC_F_WRITE);
			ASSERT_EQ(1, fault_ring_take(&self->r, &self->c));
			fault_ring_return(&self->r, &self->c, 0);
			returned += variant->packed ? slots : 1;
		}
		/* also the place just before those returned */
		at -= at > 0;
		event_set(&self->r, at);
		ASSERT_EQ(at == returned, fault_ring_armed(&self->r));
		ASSERT_EQ(at >= decided && at < returned, fault_ring_wants_signal(&self->r))
		{
			TH_LOG("step %u: decided %llu returned %llu event %llu", step,
			       (unsigned long long)decided, (unsigned long long)returned,
			       (unsigned long long)at);
		}
		decided = returned;
	}
}

/* Whether the driver owes a kick for the entry at @at, by the rule of the standard. */
static bool is_kick_due(const struct ring *r, unsigned int at)
{
	struct ring_facts f;

	fault_ring_facts(r, &f);
	if (r->packed)
		return f.used_flags == VRING_PACKED_EVENT_FLAG_ENABLE;
	return r->event_idx ? f.avail_event == at : !(f.used_flags & VRING_USED_F_NO_NOTIFY);
}

TEST_F(ring, asks_for_kicks_or_for_none)
{
	for (unsigned int i = 0; i < 5; i++) {
		EXPECT_EQ(i < 2 || i > 3, is_kick_due(&self->r, i)) TH_LOG("entry %u", i);
		ADD(1, 0, VRING_DESC_F_WRITE);
		ASSERT_EQ(1, fault_ring_take(&self->r, &self->c));
		fault_ring_return(&self->r, &self->c, 0);
		if (i == 1 || i == 3)
			fault_ring_kicks(&self->r, i == 3);
	}
}

TEST_F(ring, tells_its_base)
{
	uint32_t base;
	struct ring again = self->r;

	for (unsigned int i = 0; i < 10; i++) {
		ADD(1, 0, VRING_DESC_F_WRITE);
		ASSERT_EQ(1, fault_ring_take(&self->r, &self->c));
		if (i < 9)
			fault_ring_return(&self->r, &self->c, 0);
	}
	base = fault_ring_base(&self->r);
	fault_ring_start(&again, base);
	EXPECT_EQ(self->r.avail_next, again.avail_next);
	EXPECT_EQ(self->r.avail_wrap, again.avail_wrap);
	EXPECT_EQ(self->r.used_next, again.used_next);
	EXPECT_EQ(self->r.used_wrap, again.used_wrap);
	/* ten entries: once round the packed ring, and three more */
	EXPECT_EQ(variant->packed ? 3 : 10, self->r.avail_next);
	EXPECT_FALSE(self->r.avail_wrap);
}

TEST_HARNESS_MAIN
