// SPDX-License-Identifier: GPL-2.0-only
#include "queue.h"

#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

void fault_device_init(struct device *dev, int pairs)
{
	memset(dev, 0, sizeof(*dev));
	pthread_mutex_init(&dev->lock, NULL);
	dev->pairs = pairs;
	for (int i = 0; i < FAULT_QUEUES_MAX; i++) {
		struct queue *q = &dev->queue[i];

		pthread_mutex_init(&q->lock, NULL);
		q->ring.mem = &dev->mem;
		q->kick = -1;
		q->call = -1;
	}
}

void fault_queue_name(int i, char name[FAULT_NAME_MAX])
{
	snprintf(name, FAULT_NAME_MAX, "%s.%d", i % 2 ? "output" : "input", i / 2);
}

static bool usable(const struct queue *q)
{
	return q->running && q->enabled;
}

/* Copy between a flat buffer and segments; returns the bytes copied. */
static size_t scatter(const struct iovec *iov, int n, const void *from, size_t size)
{
	size_t done = 0;

	for (int i = 0; i < n && done < size; i++) {
		size_t part = size - done < iov[i].iov_len ? size - done : iov[i].iov_len;

		memcpy(iov[i].iov_base, (const char *)from + done, part);
		done += part;
	}
	return done;
}

static size_t gather(const struct iovec *iov, int n, void *to, size_t room)
{
	size_t done = 0;

	for (int i = 0; i < n; i++) {
		size_t part = room - done < iov[i].iov_len ? room - done : iov[i].iov_len;

		memcpy((char *)to + done, iov[i].iov_base, part);
		done += part;
	}
	return done;
}

static void returned(struct queue *q, const struct chain *c, uint32_t len)
{
	fault_ring_return(&q->ring, c, len);
	q->unsignalled = true;
	q->counts.posted++;
	q->counts.taken++;
}

int fault_queue_post(struct queue *q, const void *frame, size_t size)
{
	char flat[2048] = {0};
	struct chain c;
	int ret = 0;

	if (size > sizeof(flat) - FAULT_NET_HDR)
		return -1;
	flat[FAULT_NET_HDR - 2] = 1; /* num_buffers */
	memcpy(flat + FAULT_NET_HDR, frame, size);
	size += FAULT_NET_HDR;
	pthread_mutex_lock(&q->lock);
	if (usable(q))
		ret = fault_ring_take(&q->ring, &c);
	if (ret == 1 && (c.out || scatter(c.iov, c.in, flat, size) != size))
		ret = -1;
	if (ret == 1) {
		returned(q, &c, size);
		q->counts.frames++;
	}
	pthread_mutex_unlock(&q->lock);
	return ret;
}

int fault_queue_collect(struct queue *q, void *frame, size_t room, size_t *size)
{
	char flat[65536 + FAULT_NET_HDR];
	struct chain c;
	size_t got = 0;
	int ret = 0;

	pthread_mutex_lock(&q->lock);
	if (usable(q))
		ret = fault_ring_take(&q->ring, &c);
	if (ret == 1 && frame)
		got = gather(c.iov, c.out, flat, sizeof(flat));
	if (ret == 1) {
		returned(q, &c, 0);
		q->counts.frames++;
	}
	pthread_mutex_unlock(&q->lock);
	*size = got > FAULT_NET_HDR ? got - FAULT_NET_HDR : 0;
	if (*size > room)
		*size = room;
	if (frame)
		memcpy(frame, flat + FAULT_NET_HDR, *size);
	return ret;
}

int fault_queue_post_bad(struct queue *q)
{
	struct chain c;
	int ret = 0;

	pthread_mutex_lock(&q->lock);
	if (usable(q))
		ret = fault_ring_take(&q->ring, &c);
	if (ret == 1) {
		c.id = UINT16_MAX;
		returned(q, &c, 0);
	}
	pthread_mutex_unlock(&q->lock);
	return ret;
}

int fault_queue_signal(struct queue *q, bool always)
{
	bool wanted;
	int ret = 0;

	pthread_mutex_lock(&q->lock);
	wanted = q->running && fault_ring_wants_signal(&q->ring);
	if (!wanted && !always)
		q->counts.suppressed++;
	else if (q->call < 0 || eventfd_write(q->call, 1))
		ret = -1;
	else
		ret = 1;
	if (ret == 1) {
		q->counts.signals++;
		q->counts.empty += !q->unsignalled;
		q->counts.against += !wanted;
		q->unsignalled = false;
	}
	pthread_mutex_unlock(&q->lock);
	return ret;
}
