/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAULT_QUEUE_H
#define FAULT_QUEUE_H

#include <pthread.h>

#include "ring.h"

#define FAULT_PAIRS_MAX	 64
#define FAULT_QUEUES_MAX (2 * FAULT_PAIRS_MAX)
#define FAULT_NAME_MAX	 24
#define FAULT_NET_HDR	 12 /* bytes: struct virtio_net_hdr_v1, all that VERSION_1 knows */

/* Each number the device reports of a queue, once: name, meaning. */
#define FAULT_COUNTS(X)                                                  \
	X(posted, "entries returned as used")                            \
	X(frames, "frames written to or read from those entries")        \
	X(signals, "interrupts asked for: writes to the call eventfd")   \
	X(empty, "signals with nothing returned since the one before")   \
	X(against, "signals the guest had asked not to get")             \
	X(suppressed, "signals left out because the guest asked for it") \
	X(kicks, "doorbells of the guest: sum of the kick eventfd")      \
	X(taken, "entries taken that the guest had made available")

struct counts {
#define X(name, meaning) uint64_t name;
	FAULT_COUNTS(X)
#undef X
};

struct queue {
	pthread_mutex_t lock; /* over all below; held for one step at a time */
	struct ring ring;
	int kick, call; /* eventfds, -1 while there is none */
	bool running, enabled;
	bool ignore;	  /* signal even where the guest asks not to */
	bool unsignalled; /* something was returned since the last signal */
	uint32_t base;
	struct {
		uint64_t desc, avail, used;
	} addr;		      /* in the VMM's addresses, until the ring starts */
	struct counts counts; /* since the device was started */
};

struct device {
	pthread_mutex_t lock; /* over mem, while regions change or are searched */
	struct memory mem;
	uint64_t features;
	int pairs;
	bool gone; /* the VMM hung up */
	struct queue queue[FAULT_QUEUES_MAX];
};

void fault_device_init(struct device *dev, int pairs);

/* The kernel's name of queue @i: input.N receives, output.N transmits. */
void fault_queue_name(int i, char name[FAULT_NAME_MAX]);

/**
 * fault_queue_post() - return one received frame to the guest
 * @frame: what to write behind the virtio-net header
 *
 * Return: 1 posted, 0 the guest has no buffer or the queue is stopped, -1 the
 * guest's descriptors make no sense or are too small.
 */
int fault_queue_post(struct queue *q, const void *frame, size_t size);

/**
 * fault_queue_collect() - take one frame the guest sent and return its entry
 * @frame: room for @room bytes; may be NULL when the content does not matter
 * @size: how long the frame was
 *
 * Return: as fault_queue_post().
 */
int fault_queue_collect(struct queue *q, void *frame, size_t room, size_t *size);

/* One used entry that names no descriptor of the guest's: it will call the ring broken. */
int fault_queue_post_bad(struct queue *q);

/**
 * fault_queue_signal() - ask for an interrupt
 * @always: even where the guest asked for none
 *
 * Return: 1 written, 0 suppressed, -1 there is no eventfd to write to.
 */
int fault_queue_signal(struct queue *q, bool always);

#endif
