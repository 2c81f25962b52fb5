/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Index arithmetic of split and packed rings: a few loads each, no lock. An
 * index counts up by one per entry (packed: per descriptor) modulo
 * rs_ring_modulus(); a count is the same in 64 bits, and never comes round.
 */
#ifndef RS_RING_H
#define RS_RING_H

#include <linux/virtio.h>
#include <linux/virtio_ring.h>

/**
 * struct rs_ring - where a virtqueue keeps what tells its progress
 * @last_used: the driver's private index of the next entry to consume
 * @vring: the split ring; NULL for a packed ring
 * @wrap: the packed ring's used wrap counter where it is a field apart, or NULL
 * @desc: where the virtqueue keeps its packed descriptor ring; NULL for split
 * @state: and its array of private data, by buffer id, of
 * @state_size: elements of so many bytes, and in each
 * @state_length: how many descriptors the buffer takes
 * @size: entries (packed: descriptors)
 * @mask: the modulus less one where that is a power of two, else 0
 */
struct rs_ring {
	const u16 *last_used;
	const struct vring *vring;
	const bool *wrap;
	const struct vring_packed_desc *const *desc;
	const char *const *state;
	unsigned int state_size;
	unsigned int state_length;
	unsigned int size;
	u32 mask;
};

static inline u32 rs_ring_modulus(const struct rs_ring *r)
{
	return r->vring ? 1 << 16 : 2 * r->size;
}

/*
 * Where the wrap counter is a field of its own. The driver may pass the ring's end
 * between the two loads, and the old index must not be taken with the wrap counter
 * of the new lap. So the index is loaded once more: if it is smaller by then, both
 * are read again. Each further round needs a whole lap of the driver.
 */
static inline u16 rs_ring_last_used_apart(const struct rs_ring *r)
{
	u16 at, now = READ_ONCE(*r->last_used);
	bool wrap;

	do {
		at = now;
		smp_rmb();	/* the wrap counter is one of the lap of @at, or of a later one */
		wrap = READ_ONCE(*r->wrap);
		smp_rmb();	/* and not of a later one than that of @now */
		now = READ_ONCE(*r->last_used);
	} while (unlikely(now < at));
	return wrap ? at : at + r->size;
}

/*
 * The index of the next entry to consume. In a packed ring the second lap, with
 * the wrap counter at 0, follows the first.
 */
static inline u16 rs_ring_last_used(const struct rs_ring *r)
{
	u16 raw = READ_ONCE(*r->last_used);
	u16 at = raw & ~BIT(VRING_PACKED_EVENT_F_WRAP_CTR);

	if (r->vring)
		return raw;
	if (unlikely(r->wrap))
		return rs_ring_last_used_apart(r);
	return at == raw ? at + r->size : at;
}

/* The index of a count. */
static inline u16 rs_ring_index(const struct rs_ring *r, u64 count)
{
	if (r->vring)
		return count;
	return likely(r->mask) ? count & r->mask : count % rs_ring_modulus(r);
}

/* How far the index @to lies ahead of the count @from. */
static inline u32 rs_ring_ahead(const struct rs_ring *r, u64 from, u16 to)
{
	u32 modulus;

	if (r->vring)
		return (u16)(to - (u16)from);
	if (likely(r->mask))
		return (to - (u32)from) & r->mask;
	modulus = rs_ring_modulus(r);
	return (to + modulus - (u32)(from % modulus)) % modulus;
}

/*
 * How many entries were consumed since the count @seen. Where index and wrap
 * counter are two fields, the driver stores one after the other: between the
 * two stores the ring seems to be one lap further than it can be.
 */
static inline u32 rs_ring_moved(const struct rs_ring *r, u64 seen)
{
	u32 ahead = rs_ring_ahead(r, seen, rs_ring_last_used(r));

	return unlikely(r->wrap && ahead > r->size) ? ahead - r->size : ahead;
}

#define RS_PACKED_FLAGS (BIT(VRING_PACKED_DESC_F_AVAIL) | BIT(VRING_PACKED_DESC_F_USED))

/* How many descriptors the buffer of the used descriptor @desc takes. */
static inline unsigned int rs_ring_length(const struct rs_ring *r, const char *state,
					  const struct vring_packed_desc *desc)
{
	u16 id = le16_to_cpu(READ_ONCE(desc->id));

	if (unlikely(id >= r->size))
		return 1;
	state += id * r->state_size + r->state_length;
	return READ_ONCE(*(const u16 *)state) ?: 1;
}

/*
 * How many descriptors of a packed ring the device has returned from index @at
 * on: those with both wrap bits set to used. The device writes only the first
 * descriptor of a buffer.
 */
static inline u32 rs_ring_past(const struct rs_ring *r, u32 at)
{
	const struct vring_packed_desc *desc = READ_ONCE(*r->desc);
	unsigned int length, n, i = at, size = r->size;
	const char *state = READ_ONCE(*r->state);
	u16 returned = RS_PACKED_FLAGS;

	if (i >= size) {
		i -= size;
		returned = 0;
	}
	for (n = 0; n < size; n += length) {
		if ((le16_to_cpu(READ_ONCE(desc[i].flags)) & RS_PACKED_FLAGS) != returned)
			break;
		dma_rmb();	/* the id is valid once the flags say used */
		length = rs_ring_length(r, state, &desc[i]);
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
 * How many entries of a packed ring the device has returned since the count
 * @seen. The driver may give descriptors back to the device meanwhile; then
 * their flags say nothing, and the walk starts again.
 */
static inline u32 rs_ring_returned_packed(const struct rs_ring *r, u64 seen)
{
	u32 past, now, moved = rs_ring_moved(r, seen);
	unsigned int i;

	for (i = 0; i < RS_WALKS; i++) {
		past = rs_ring_past(r, rs_ring_index(r, seen + moved));
		now = rs_ring_moved(r, seen);
		if (likely(now == moved))
			return moved + past;
		moved = now;
	}
	return moved;
}

static inline u16 rs_vring_used(const struct vring *vring)
{
	return le16_to_cpu((__force __le16)READ_ONCE(vring->used->idx));
}

/* How many entries the device has returned, as a count; @seen were consumed. */
static inline u64 rs_ring_returned(const struct rs_ring *r, u64 seen)
{
	const struct vring *vring = r->vring;

	smp_rmb();	/* the device is never behind what the guest consumed */
	if (vring)
		return seen + (u16)(rs_vring_used(vring) - (u16)seen);
	return seen + rs_ring_returned_packed(r, seen);
}

#endif
