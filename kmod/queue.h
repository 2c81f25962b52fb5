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
	modulus = rs_queue_modulus(q);
	return (to + modulus - (u32)(from % modulus)) % modulus;
}

u16 rs_queue_used_packed(const struct rs_queue *q);

/* The index of the next entry the device will return. */
static inline u16 rs_queue_used(const struct rs_queue *q)
{
	if (q->vring)
		return le16_to_cpu((__force __le16)READ_ONCE(q->vring->used->idx));
	return rs_queue_used_packed(q);
}

/* How many entries the device has returned, 64 bits as q->consumed. */
static inline u64 rs_queue_returned(const struct rs_queue *q)
{
	u64 seen = READ_ONCE(q->consumed);

	smp_rmb();	/* the device is never behind what the guest consumed */
	return seen + rs_queue_ahead(q, seen, rs_queue_used(q));
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

/*
 * Someone enters a transmit ring to consume, with the ring's lock. What moved
 * since the last one entered is that one's doing.
 */
static inline void rs_queue_consume(struct rs_queue *q, enum rs_consumer who)
{
	u8 before = q->consumer;

	if (rs_queue_advance(q))
		WRITE_ONCE(q->previous, before);
	smp_store_release(&q->consumer, who);	/* after what it left behind */
}

#endif
