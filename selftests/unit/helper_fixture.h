/* SPDX-License-Identifier: GPL-2.0-only */
/* A guest and its host with known figures, in which everything adds up. */
#ifndef HELPER_FIXTURE_H
#define HELPER_FIXTURE_H

#include <string.h>

#include "show.h"
#include "verdict.h"

enum { PAIRS = 2, QUEUES = 2 * PAIRS };

#define GUEST_COUNTER(queue, name) ((queue)->counters[RS_GUEST_##name])
#define HOST_COUNTER(queue, name)  ((queue)->counters[RS_HOST_##name])

/* Known counts, all primes: entries, interrupts, those with none, packets offered. */
enum { ENTRIES = 10007, INTERRUPTS = 4001, NONE = 13, OFFERED = 10007, SIGNALS = 5003 };

static inline void guest_counters_fill(struct rs_queue *q, unsigned int times)
{
	for (int i = 0; i < RS_GUEST_COUNTERS; i++)
		q->counters[i] = rs_num_of(0);
	GUEST_COUNTER(q, interrupts) = rs_num_of((uint64_t)INTERRUPTS * times);
	GUEST_COUNTER(q, handled) = rs_num_of((uint64_t)(INTERRUPTS - NONE) * times);
	GUEST_COUNTER(q, none) = rs_num_of((uint64_t)NONE * times);
	GUEST_COUNTER(q, none_softirq) = rs_num_of((uint64_t)NONE * times);
	GUEST_COUNTER(q, polls_softirq) = rs_num_of((uint64_t)INTERRUPTS * times);
	GUEST_COUNTER(q, used_progress) = rs_num_of((uint64_t)ENTRIES * times);
	GUEST_COUNTER(q, last_used_progress) = rs_num_of((uint64_t)ENTRIES * times);
}

static inline void host_counters_fill(struct rs_queue *q, unsigned int times)
{
	for (int i = 0; i < RS_HOST_COUNTERS; i++)
		q->counters[i] = rs_num_of(0);
	HOST_COUNTER(q, tun_offered) = rs_num_of((uint64_t)OFFERED * times);
	HOST_COUNTER(q, vhost_taken) = rs_num_of((uint64_t)OFFERED * times);
	HOST_COUNTER(q, vhost_posted) = rs_num_of((uint64_t)ENTRIES * times);
	HOST_COUNTER(q, vhost_calls) = rs_num_of((uint64_t)(SIGNALS + 7) * times);
	HOST_COUNTER(q, vhost_suppressed_event_idx) = rs_num_of((uint64_t)7 * times);
	HOST_COUNTER(q, vhost_signals) = HOST_COUNTER(q, eventfd_writes) =
		HOST_COUNTER(q, irqfd_wakeups) = rs_num_of((uint64_t)SIGNALS * times);
	HOST_COUNTER(q, injected) = rs_num_of((uint64_t)(SIGNALS - 3) * times);
	HOST_COUNTER(q, coalesced) = rs_num_of((uint64_t)3 * times);
}

static inline void guest_queue_add(struct rs_sample *s, int i, unsigned int times)
{
	struct rs_queue *q = rs_sample_add_queue(s);
	struct rs_irq *irq = rs_sample_add_irq(s);

	guest_counters_fill(q, times);
	rs_str_set(q->device, "virtio0");
	rs_str_set(q->netdev, "eth0");
	rs_str_set(q->mac, "52:54:00:12:34:56");
	rs_str_set(q->name, i == 0   ? "input.0"
			    : i == 1 ? "output.0"
			    : i == 2 ? "input.1"
				     : "output.1");
	rs_str_set(q->dir, i % 2 ? "tx" : "rx");
	rs_str_set(q->ring, "split");
	q->index = rs_num_of(i);
	q->size = rs_num_of(256);
	q->event_idx = rs_num_of(1);
	q->shared = rs_num_of(0);
	q->irq = irq->irq = rs_num_of(40 + i);
	q->generation = rs_num_of(1);
	q->used_addr = rs_num_of(0x10000 + i * 0x1000);
	q->msi = (struct rs_msi){rs_num_of(0xfee01000), rs_num_of(0x20 + i), rs_num_of(8)};
	/* starts close below a wrap of the 16-bit index */
	q->used_idx = q->last_used_idx = rs_num_of((uint16_t)(65530 + ENTRIES * times));
	irq->count = rs_num_of(100);
	irq->unhandled = rs_num_of(0);
	irq->disabled = rs_num_of(0);
	irq->kernel_count = GUEST_COUNTER(q, interrupts);
}

static inline void host_queue_add(struct rs_sample *s, int i, unsigned int times)
{
	struct rs_queue *q = rs_sample_add_queue(s);

	host_counters_fill(q, times);
	rs_str_set(q->tap, "vnet37");
	rs_str_set(q->comm, "qemu-system-x86");
	rs_str_set(q->dir, i % 2 ? "tx" : "rx");
	rs_str_set(q->backend, "vhost-net");
	rs_str_set(q->mac, "52:54:00:12:34:56");
	q->tap_ifindex = rs_num_of(7);
	q->queue = rs_num_of(i / 2);
	q->pid = rs_num_of(1234);
	q->vhost_vq = rs_num_of(i % 2);
	q->used_addr = rs_num_of(0x10000 + i * 0x1000);
	q->msi = (struct rs_msi){rs_num_of(0xfee01000), rs_num_of(0x20 + i), rs_num_of(8)};
	q->used_idx = rs_num_of((uint16_t)(65530 + ENTRIES * times));
	q->avail_idx = rs_num_of((uint16_t)(q->used_idx.value + 200));
	q->ring_size = rs_num_of(256);
	q->occupancy = rs_num_of(0);
}

static inline void sample_fill(struct rs_sample *s, enum rs_side side, unsigned int times)
{
	struct rs_hook *hook = rs_sample_add_hook(s);

	s->time_ns = rs_num_of(times * 10000000000ULL);
	s->started_ns = rs_num_of(5);
	s->generation = rs_num_of(0);
	rs_str_set(hook->name, "vring_interrupt");
	rs_str_set(hook->kind, "ftrace");
	rs_str_set(hook->state, "attached");
	hook->missed = rs_num_of(0);
	if (side == RS_SIDE_GUEST) {
		struct rs_device *device = rs_sample_add_device(s);

		rs_str_set(device->name, "virtio0");
		device->generation = rs_num_of(1);
	}
	for (int i = 0; i < QUEUES; i++)
		(side == RS_SIDE_GUEST ? guest_queue_add : host_queue_add)(s, i, times);
}

/* Counts once at the begin and twice at the end: each figure's delta is its own name's number. */
static inline void snapshot_fill(struct rs_snapshot *s, enum rs_side side)
{
	memset(s, 0, sizeof(*s));
	s->side = side;
	s->has_begin = true;
	rs_str_set(s->taken.hostname, side == RS_SIDE_GUEST ? "web1" : "hv1");
	rs_str_set(s->taken.kernel, "6.1.0");
	rs_str_set(s->taken.arch, "x86_64");
	if (side == RS_SIDE_GUEST)
		rs_str_set(s->taken.uuid, "6aa2ba6e-0f5f-4bd3-9a49-2e8c5e3f9d01");
	sample_fill(&s->begin, side, 1);
	sample_fill(&s->end, side, 2);
}

/* Both sides joined, and what is to be freed with them. */
struct joined {
	struct rs_snapshot guest, host;
	struct rs_match match;
	struct rs_ledger ledger;
	struct rs_error err;
};

static inline int joined_make(struct joined *j)
{
	memset(&j->err, 0, sizeof(j->err));
	if (rs_match_make(&j->guest, &j->host, &j->match, &j->err))
		return -1;
	return rs_ledger_make(&j->ledger, &j->guest, &j->host, &j->match, &j->err);
}

static inline void joined_clear(struct joined *j)
{
	rs_ledger_clear(&j->ledger);
	rs_match_clear(&j->match);
	rs_snapshot_clear(&j->guest);
	rs_snapshot_clear(&j->host);
}

/* What diff prints of a ledger; to be freed. Return: NULL = out of memory. */
static inline char *ledger_text(const struct rs_ledger *l, const struct rs_verdict *v)
{
	struct rs_show show = {0};
	char *text = NULL;
	size_t size;

	show.page.out = open_memstream(&text, &size);
	if (!show.page.out)
		return NULL;
	rs_show_ledger(&show, l, v);
	fclose(show.page.out);
	return text;
}

/* The parties that the roots name. */
static inline unsigned int parties_named(const struct rs_verdict *v)
{
	unsigned int parties = 0;

	for (size_t i = 0; i < v->n; i++)
		if (v->findings[i].root == RS_ROOT)
			parties |= v->findings[i].named;
	return parties;
}

#endif
