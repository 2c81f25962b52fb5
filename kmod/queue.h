/* SPDX-License-Identifier: GPL-2.0-only */
/* What the hot path asks of a queue: a few loads each, no lock. */
#ifndef RS_QUEUE_H
#define RS_QUEUE_H

#include <linux/atomic.h>
#include "ringside.h"

/*
 * The index of the next entry to consume, as a number that counts up by one
 * per entry modulo rs_queue_modulus(): for a packed ring the second lap, with
 * its wrap counter at 0, follows the first.
 */
static inline u16 rs_queue_last_used(const struct rs_queue *q)
{
	u16 raw = READ_ONCE(*q->last_used);
	u16 at = raw & ~BIT(VRING_PACKED_EVENT_F_WRAP_CTR);

	if (q->vring)
		return raw;
	if (!q->wrap)
		return at == raw ? at + q->size : at;
	return READ_ONCE(*q->wrap) ? raw : raw + q->size;
}

static inline u32 rs_queue_modulus(const struct rs_queue *q)
{
	return q->vring ? 1 << 16 : 2 * q->size;
}

/* How far @to lies ahead of the 64-bit count @from. */
static inline u32 rs_queue_ahead(const struct rs_queue *q, u64 from, u16 to)
{
	u32 modulus;

	if (q->vring)
		return (u16)(to - (u16)from);
	if (likely(q->mask))
		return (to - (u32)from) & q->mask;
	modulus = rs_queue_modulus(q);
	return (to + modulus - (u32)(from % modulus)) % modulus;
}

#define RS_PACKED_FLAGS (BIT(VRING_PACKED_DESC_F_AVAIL) | BIT(VRING_PACKED_DESC_F_USED))

/* How many descriptors the buffer of the used one @desc takes. */
static inline unsigned int rs_queue_length(const struct rs_queue *q, const char *state,
					   const struct vring_packed_desc *desc)
{
	u16 id = le16_to_cpu(READ_ONCE(desc->id));

	if (unlikely(id >= q->size))
		return 1;
	state += id * rs_layout.state_size + rs_layout.state_length;
	return READ_ONCE(*(const u16 *)state) ?: 1;
}

/*
 * How many descriptors of a packed ring the device has returned from index @at
 * on: those whose two wrap bits say used. Of a buffer it writes only the first.
 */
static inline u32 rs_queue_past(const struct rs_queue *q, u16 at)
{
	const struct vring_packed_desc *desc = READ_ONCE(*q->desc);
	unsigned int length, n, i = at, size = q->size;
	const char *state = READ_ONCE(*q->state);
	u16 returned = RS_PACKED_FLAGS;

	if (i >= size) {
		i -= size;
		returned = 0;
	}
	for (n = 0; n < size; n += length) {
		if ((le16_to_cpu(READ_ONCE(desc[i].flags)) & RS_PACKED_FLAGS) != returned)
			break;
		length = rs_queue_length(q, state, &desc[i]);
		i += length;
		if (i < size)
			continue;
		i -= size;
		returned ^= RS_PACKED_FLAGS;
	}
	return n;
}

#define RS_WALKS 3

/*
 * The same from the index the guest has come to, which is kept in @at. Who
 * consumes meanwhile may give descriptors back to the device: then they say
 * nothing, and it starts anew.
 */
static inline u32 rs_queue_past_last(const struct rs_queue *q, u16 *at)
{
	unsigned int i;
	u32 n;

	*at = rs_queue_last_used(q);
	for (i = 0; i < RS_WALKS; i++) {
		u16 from = *at;

		n = rs_queue_past(q, from);
		*at = rs_queue_last_used(q);
		if (likely(*at == from))
			return n;
	}
	return 0;
}

static inline u16 rs_vring_used(const struct vring *vring)
{
	return le16_to_cpu((__force __le16)READ_ONCE(vring->used->idx));
}

/* The index of the next entry the device will return. */
static inline u16 rs_queue_used(const struct rs_queue *q)
{
	u16 at;
	u32 n;

	if (q->vring)
		return rs_vring_used(q->vring);
	n = rs_queue_past_last(q, &at);
	return (at + n) % rs_queue_modulus(q);
}

/* How many entries the device has returned, 64 bits as q->consumed. */
static inline u64 rs_queue_returned(const struct rs_queue *q)
{
	const struct vring *vring = q->vring;
	u64 seen = READ_ONCE(q->consumed);
	u16 at;
	u32 n;

	smp_rmb();	/* the device is never behind what the guest consumed */
	if (vring)
		return seen + (u16)(rs_vring_used(vring) - (u16)seen);
	n = rs_queue_past_last(q, &at);
	return seen + rs_queue_ahead(q, seen, at) + n;
}

/* Bring the 64-bit count of consumed entries forward to the ring's index. */
static inline bool rs_queue_advance(struct rs_queue *q)
{
	u64 seen = READ_ONCE(q->consumed);
	u32 ahead;

	smp_rmb();	/* the index is never behind a count taken before it */
	ahead = rs_queue_ahead(q, seen, rs_queue_last_used(q));
	/* whoever else moved it meanwhile has counted these entries, too */
	return ahead && cmpxchg(&q->consumed, seen, seen + ahead) == seen;
}

/* A poll of a receive queue is over, and has consumed. */
static inline void rs_queue_consumed(struct rs_queue *q, enum rs_consumer who)
{
	WRITE_ONCE(q->consumer, who);
	rs_queue_advance(q);
	if (unlikely(atomic_read(&q->pending)))
		rs_irq_settle(q, who);
}

/* What moved on a transmit ring since it was entered last is that one's doing. */
static inline void rs_queue_moved(struct rs_queue *q)
{
	u64 seen = q->consumed;
	u32 ahead = rs_queue_ahead(q, seen, rs_queue_last_used(q));

	if (!ahead)
		return;
	WRITE_ONCE(q->previous, q->entered);
	smp_store_release(&q->consumed, seen + ahead);	/* then who moved it is known */
}

/*
 * Someone enters a transmit ring at @site to consume, with the ring's lock. The
 * one before took at most the whole ring: the index cannot have come round to
 * where it was, unless its wrap counter is a field apart.
 */
static inline void rs_queue_enter(struct rs_queue *q, unsigned long site)
{
	u16 raw = READ_ONCE(*q->last_used);

	if (raw != q->raw || q->wrap) {
		q->raw = raw;
		rs_queue_moved(q);
	}
	if (q->entered != site)
		smp_store_release(&q->entered, site);	/* after what it left behind */
}

#endif
