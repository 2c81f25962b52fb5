// SPDX-License-Identifier: GPL-2.0-only
#include "ring.h"

#include <string.h>

#define WRAP	     ((uint16_t)(1u << VRING_PACKED_EVENT_F_WRAP_CTR))
#define SLOT	     ((uint16_t)(WRAP - 1))
#define PACKED_AVAIL ((uint16_t)(1u << VRING_PACKED_DESC_F_AVAIL))
#define PACKED_USED  ((uint16_t)(1u << VRING_PACKED_DESC_F_USED))

#define load_acquire(p)	    __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define full_barrier()	    __atomic_thread_fence(__ATOMIC_SEQ_CST)

/* Where the guest says from which used index on it wants an interrupt, and we from which kick. */
static uint16_t *used_event(const struct ring *r)
{
	return &r->split.avail->ring[r->size];
}

static uint16_t *avail_event(const struct ring *r)
{
	return (uint16_t *)&r->split.used->ring[r->size];
}

static void avail_event_set(struct ring *r)
{
	if (r->event_idx && !r->no_kicks)
		store_release(avail_event(r), r->avail_next);
}

void fault_ring_start(struct ring *r, uint32_t base)
{
	r->avail_next = base & (r->packed ? SLOT : UINT16_MAX);
	r->posted = 0;
	r->fresh = 0;
	r->no_kicks = false;
	if (r->packed) {
		r->avail_wrap = base & WRAP;
		r->used_next = base >> 16 & SLOT;
		r->used_wrap = base >> 16 & WRAP;
		r->pack.device->flags = VRING_PACKED_EVENT_FLAG_ENABLE;
		return;
	}
	r->used_next = r->split.used->idx;
	r->signalled = r->used_next;
	r->split.used->flags = 0;
	avail_event_set(r);
}

uint32_t fault_ring_base(const struct ring *r)
{
	uint32_t used;

	if (!r->packed)
		return r->avail_next;
	used = r->used_next | (r->used_wrap ? WRAP : 0);
	return used << 16 | (r->avail_wrap ? WRAP : 0) | r->avail_next;
}

static int add_segment(const struct ring *r, struct chain *c, uint64_t addr, uint32_t len, bool in)
{
	void *base = fault_memory_gpa(r->mem, addr, len);
	int n = c->out + c->in;

	/* The standard puts what the device may write behind what it may read. */
	if (!base || n == FAULT_SEGMENTS_MAX || (!in && c->in))
		return -1;
	c->iov[n] = (struct iovec){base, len};
	if (in)
		c->in++;
	else
		c->out++;
	return 0;
}

static int split_walk(const struct ring *r, struct chain *c, const struct vring_desc *table,
		      unsigned int count, unsigned int i)
{
	for (unsigned int seen = 0; seen < count; seen++) {
		const struct vring_desc *d;

		if (i >= count)
			return -1;
		d = &table[i];
		if (d->flags & VRING_DESC_F_INDIRECT) {
			unsigned int n = d->len / sizeof(*d);

			if (table != r->split.desc || !n)
				return -1;
			table = fault_memory_gpa(r->mem, d->addr, d->len);
			return table ? split_walk(r, c, table, n, 0) : -1;
		}
		if (add_segment(r, c, d->addr, d->len, d->flags & VRING_DESC_F_WRITE))
			return -1;
		if (!(d->flags & VRING_DESC_F_NEXT))
			return 0;
		i = d->next;
	}
	return -1;
}

static int split_take(struct ring *r, struct chain *c)
{
	if (load_acquire(&r->split.avail->idx) == r->avail_next)
		return 0;
	c->id = r->split.avail->ring[r->avail_next % r->size];
	c->slots = 1;
	r->avail_next++;
	avail_event_set(r);
	return split_walk(r, c, r->split.desc, r->size, c->id) ? -1 : 1;
}

static bool packed_is_avail(const struct ring *r, unsigned int slot, bool wrap)
{
	uint16_t flags = load_acquire(&r->pack.desc[slot].flags);

	return !!(flags & PACKED_AVAIL) == wrap && !!(flags & PACKED_USED) != wrap;
}

static int packed_indirect(const struct ring *r, struct chain *c, const struct vring_packed_desc *d)
{
	const struct vring_packed_desc *table = fault_memory_gpa(r->mem, d->addr, d->len);

	if (!table || d->len < sizeof(*table))
		return -1;
	for (unsigned int i = 0; i < d->len / sizeof(*table); i++)
		if (add_segment(r, c, table[i].addr, table[i].len,
				table[i].flags & VRING_DESC_F_WRITE))
			return -1;
	return 0;
}

static void packed_advance(const struct ring *r, uint16_t *slot, bool *wrap, unsigned int by)
{
	*slot += by;
	if (*slot < r->size)
		return;
	*slot -= r->size;
	*wrap = !*wrap;
}

static int packed_take(struct ring *r, struct chain *c)
{
	const struct vring_packed_desc *d;
	int broken = 0;

	if (!packed_is_avail(r, r->avail_next, r->avail_wrap))
		return 0;
	c->slots = 0;
	do {
		d = &r->pack.desc[r->avail_next];
		if (d->flags & VRING_DESC_F_INDIRECT)
			broken |= packed_indirect(r, c, d);
		else
			broken |= add_segment(r, c, d->addr, d->len, d->flags & VRING_DESC_F_WRITE);
		packed_advance(r, &r->avail_next, &r->avail_wrap, 1);
	} while (++c->slots < r->size && d->flags & VRING_DESC_F_NEXT);
	c->id = d->id;
	return broken ? -1 : 1;
}

int fault_ring_take(struct ring *r, struct chain *c)
{
	c->out = 0;
	c->in = 0;
	return r->packed ? packed_take(r, c) : split_take(r, c);
}

unsigned int fault_ring_pending(const struct ring *r)
{
	if (r->packed)
		return packed_is_avail(r, r->avail_next, r->avail_wrap);
	return (uint16_t)(load_acquire(&r->split.avail->idx) - r->avail_next);
}

static void split_return(struct ring *r, const struct chain *c, uint32_t len)
{
	r->split.used->ring[r->used_next % r->size] = (struct vring_used_elem){c->id, len};
	store_release(&r->split.used->idx, ++r->used_next);
}

static void packed_return(struct ring *r, const struct chain *c, uint32_t len)
{
	struct vring_packed_desc *d = &r->pack.desc[r->used_next];
	uint16_t flags = r->used_wrap ? PACKED_AVAIL | PACKED_USED : 0;

	d->id = c->id;
	d->len = len;
	store_release(&d->flags, (uint16_t)(flags | (c->in ? VRING_DESC_F_WRITE : 0)));
	packed_advance(r, &r->used_next, &r->used_wrap, c->slots);
}

void fault_ring_return(struct ring *r, const struct chain *c, uint32_t len)
{
	if (r->packed)
		packed_return(r, c, len);
	else
		split_return(r, c, len);
	r->posted++;
	r->fresh += c->slots;
}

static bool split_wants(struct ring *r)
{
	uint16_t old = r->signalled;

	r->signalled = r->used_next;
	if (r->event_idx)
		return vring_need_event(load_acquire(used_event(r)), r->used_next, old);
	return !(load_acquire(&r->split.avail->flags) & VRING_AVAIL_F_NO_INTERRUPT);
}

/*
 * The event names a slot and a wrap counter. Counted backwards from where the
 * next used entry goes, it lies among the entries just returned, or it does not.
 */
static bool packed_wants(const struct ring *r, unsigned int fresh)
{
	uint16_t flags = load_acquire(&r->pack.driver->flags) & 3;
	uint16_t event = r->pack.driver->off_wrap;
	unsigned int slot = event & SLOT, back;

	if (flags != VRING_PACKED_EVENT_FLAG_DESC || !r->event_idx)
		return flags != VRING_PACKED_EVENT_FLAG_DISABLE;
	if (!!(event & WRAP) == r->used_wrap)
		back = r->used_next - slot;
	else
		back = r->used_next + r->size - slot;
	return back - 1 < fresh;
}

bool fault_ring_wants_signal(struct ring *r)
{
	unsigned int fresh = r->fresh;

	full_barrier();
	r->fresh = 0;
	return r->packed ? packed_wants(r, fresh) : split_wants(r);
}

bool fault_ring_armed(const struct ring *r)
{
	uint16_t flags;

	full_barrier();
	if (!r->packed && r->event_idx)
		return *used_event(r) == r->used_next;
	if (!r->packed)
		return !(r->split.avail->flags & VRING_AVAIL_F_NO_INTERRUPT);
	flags = r->pack.driver->flags & 3;
	if (flags != VRING_PACKED_EVENT_FLAG_DESC)
		return flags == VRING_PACKED_EVENT_FLAG_ENABLE;
	return r->pack.driver->off_wrap == (r->used_next | (r->used_wrap ? WRAP : 0));
}

/* An event that lies behind is reached after 65536 entries only. */
void fault_ring_kicks(struct ring *r, bool wanted)
{
	r->no_kicks = !wanted;
	if (r->packed)
		store_release(&r->pack.device->flags, wanted ? VRING_PACKED_EVENT_FLAG_ENABLE
							     : VRING_PACKED_EVENT_FLAG_DISABLE);
	else if (r->event_idx)
		store_release(avail_event(r), r->avail_next - !wanted);
	else
		store_release(&r->split.used->flags, wanted ? 0 : VRING_USED_F_NO_NOTIFY);
}

static void split_facts(const struct ring *r, struct ring_facts *f)
{
	f->ring_avail_idx = load_acquire(&r->split.avail->idx);
	f->ring_used_idx = r->used_next;
	f->used_event = load_acquire(used_event(r));
	f->avail_flags = load_acquire(&r->split.avail->flags);
	f->avail_event = *avail_event(r);
	f->used_flags = r->split.used->flags;
	f->outstanding = (uint16_t)(f->ring_avail_idx - f->ring_used_idx);
}

/* From the last slot that was taken on to the first one that is not available. */
static void packed_facts(const struct ring *r, struct ring_facts *f)
{
	uint16_t slot = r->avail_next;
	bool wrap = r->avail_wrap;
	unsigned int pending = 0;

	while (pending < r->size && packed_is_avail(r, slot, wrap)) {
		packed_advance(r, &slot, &wrap, 1);
		pending++;
	}
	f->ring_avail_idx = slot | (wrap ? WRAP : 0);
	f->ring_used_idx = r->used_next | (r->used_wrap ? WRAP : 0);
	f->used_event = load_acquire(&r->pack.driver->off_wrap);
	f->avail_flags = load_acquire(&r->pack.driver->flags);
	f->avail_event = r->pack.device->off_wrap;
	f->used_flags = r->pack.device->flags;
	f->outstanding = pending + r->avail_next - r->used_next +
			 (r->avail_wrap == r->used_wrap ? 0 : r->size);
}

void fault_ring_facts(const struct ring *r, struct ring_facts *f)
{
	full_barrier();
	if (r->packed)
		packed_facts(r, f);
	else
		split_facts(r, f);
}
