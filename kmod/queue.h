/* SPDX-License-Identifier: GPL-2.0-only */
/* What the hot path asks of a queue: a few loads each, no lock. */
#ifndef RS_QUEUE_H
#define RS_QUEUE_H

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

/*
 * Someone enters the ring to consume. What moved since the last one entered is
 * that one's doing. The callers take turns, so nothing here is atomic; the
 * order of the stores is for rs_queue_consumer() on another CPU.
 */
static inline void rs_queue_consume(struct rs_queue *q, enum rs_consumer who)
{
	u32 ahead = rs_queue_ahead(q, q->consumed, rs_queue_last_used(q));

	if (ahead) {
		WRITE_ONCE(q->previous, q->consumer);
		smp_store_release(&q->consumed, q->consumed + ahead);
	}
	smp_store_release(&q->consumer, who);
}

/* Who consumed last, when the ring's last used index is @last. */
static inline enum rs_consumer rs_queue_consumer(const struct rs_queue *q, u16 last)
{
	u8 who = smp_load_acquire(&q->consumer);
	u64 consumed = smp_load_acquire(&q->consumed);

	return rs_queue_ahead(q, consumed, last) ? who : READ_ONCE(q->previous);
}

#endif
