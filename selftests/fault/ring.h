/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAULT_RING_H
#define FAULT_RING_H

#include <linux/virtio_ring.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "memory.h"

/* More segments than a driver may use for one entry (a 64 KiB frame in pages, and its header). */
#define FAULT_SEGMENTS_MAX 64

/* One entry the guest made available, taken and not yet returned. */
struct chain {
	uint16_t id;	/* split: head descriptor; packed: buffer id */
	uint16_t slots; /* packed: descriptors it takes up in the ring */
	int out, in;	/* segments to read from, to write to; in this order in iov */
	struct iovec iov[FAULT_SEGMENTS_MAX];
};

/*
 * The device's side of one virtqueue (virtio 1.2, 2.7 and 2.8). Nothing here
 * waits, and nothing here locks: one thread at a time.
 */
struct ring {
	const struct memory *mem;
	bool packed, event_idx;
	unsigned int size; /* entries */
	struct {
		struct vring_desc *desc;
		struct vring_avail *avail;
		struct vring_used *used;
	} split;
	struct {
		struct vring_packed_desc *desc;
		struct vring_packed_desc_event *driver, *device;
	} pack;
	/* Split: free-running indexes. Packed: slots, each with its wrap counter. */
	uint16_t avail_next, used_next;
	bool avail_wrap, used_wrap;
	uint16_t signalled; /* split: used index at the last decision to signal */
	uint64_t posted;    /* entries returned since fault_ring_start() */
	unsigned int fresh; /* slots returned since the last decision to signal */
	bool no_kicks;	    /* it asks for none, whatever it takes */
};

/*
 * What ringside calls the facts of a ring, as the device's end has them: the same
 * words of memory, and the entries it was given and did not return. Packed: positions
 * with the wrap counter in bit 15, and slots.
 */
#define FAULT_FACTS(X)    \
	X(ring_avail_idx) \
	X(ring_used_idx) X(used_event) X(avail_flags) X(avail_event) X(used_flags) X(outstanding)

struct ring_facts {
#define X(name) unsigned int name;
	FAULT_FACTS(X)
#undef X
};

/**
 * fault_ring_start() - begin to serve a ring
 * @base: as SET_VRING_BASE carries it: split: the available index; packed: bits
 *	0-14 the available slot, 15 its wrap counter, 16-30 and 31 the same for used
 *
 * The caller has filled in mem, packed, event_idx, size and the addresses.
 */
void fault_ring_start(struct ring *r, uint32_t base);

/* What GET_VRING_BASE answers. */
uint32_t fault_ring_base(const struct ring *r);

/**
 * fault_ring_take() - take the next entry the guest made available
 *
 * Return: 1 taken, 0 there is none, -1 the guest's descriptors make no sense.
 */
int fault_ring_take(struct ring *r, struct chain *c);

/* How many entries the guest has made available and the device has not taken; packed: 0 or 1. */
unsigned int fault_ring_pending(const struct ring *r);

/* Return @c as used with @len bytes written. The guest sees it at once. */
void fault_ring_return(struct ring *r, const struct chain *c, uint32_t len);

/**
 * fault_ring_wants_signal() - whether the guest asks to be interrupted for what
 * was returned since this was asked last
 *
 * The rule of the virtio standard: flags, or the event index where negotiated.
 */
bool fault_ring_wants_signal(struct ring *r);

/* Whether the device asks for a kick from the next entry on, or for none at all. */
void fault_ring_kicks(struct ring *r, bool wanted);

void fault_ring_facts(const struct ring *r, struct ring_facts *f);

/* Whether the guest has callbacks on and would be interrupted by the next entry. */
bool fault_ring_armed(const struct ring *r);

#endif
