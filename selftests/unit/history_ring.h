/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small model of one virtqueue: who adds, kicks, serves, signals, takes, polls and consumes, in
 * steps of time. It shares nothing with the helper. From a moment on one party stops doing its
 * part.
 */
#ifndef HISTORY_RING_H
#define HISTORY_RING_H

#include <stdbool.h>
#include <stdint.h>

/* Which of them loses a kick shows on neither side. */
#define KICK_PARTIES (1U << RS_PARTY_VMM | 1U << RS_PARTY_KVM)

/* What stops, and the party that has to be named. */
#define BREAK_LIST(X)                                 \
	X(NONE, 0)                                    \
	X(NO_REFILL, 1U << RS_PARTY_GUEST_DRIVER)     \
	X(NO_KICK, 1U << RS_PARTY_GUEST_DRIVER)       \
	X(KICK_LOST, KICK_PARTIES)                    \
	X(NO_KICK_ASKED, 1U << RS_PARTY_BACKEND)      \
	X(WORKER_WAITS, 1U << RS_PARTY_HOST_CPU)      \
	X(WORKER_BLOCKED, 1U << RS_PARTY_HOST_CPU)    \
	X(WORKER_ASLEEP, 1U << RS_PARTY_HOST_CPU)     \
	X(BACKEND_FAILS, 1U << RS_PARTY_BACKEND)      \
	X(BACKEND_DEAF, 1U << RS_PARTY_BACKEND)       \
	X(VM_PAUSED, 1U << RS_PARTY_VMM)              \
	X(NO_SIGNAL, 1U << RS_PARTY_BACKEND)          \
	X(MASKED, 1U << RS_PARTY_VMM)                 \
	X(NO_IRQFD, 1U << RS_PARTY_VMM)               \
	X(WRONG_ROUTE, 1U << RS_PARTY_VMM)            \
	X(LOST, 1U << RS_PARTY_KVM)                   \
	X(NOT_TAKEN, 1U << RS_PARTY_KVM)              \
	X(VCPU_WAITS, 1U << RS_PARTY_HOST_CPU)        \
	X(VCPU_EXITS, 1U << RS_PARTY_HOST_CPU)        \
	X(IRQ_DISABLED, 1U << RS_PARTY_GUEST_IRQ)     \
	X(IRQ_MASKED, 1U << RS_PARTY_GUEST_IRQ)       \
	X(SOFTIRQ, 1U << RS_PARTY_GUEST_CPU)          \
	X(BUSY_OWNER, 1U << RS_PARTY_GUEST_POLLER)    \
	X(NAPI_DISABLED, 1U << RS_PARTY_GUEST_DRIVER) \
	X(CALLBACK_OFF, 1U << RS_PARTY_GUEST_DRIVER)  \
	X(NOT_CONSUMED, 1U << RS_PARTY_GUEST_DRIVER)  \
	X(BROKEN, 1U << RS_PARTY_BACKEND)             \
	X(TX_STOPPED, 1U << RS_PARTY_GUEST_DRIVER)

enum break_point {
#define X(name, party) BREAK_##name,
	BREAK_LIST(X)
#undef X
		BREAKS
};

enum worker { WORKER_ASLEEP, WORKER_RUNNABLE, WORKER_RUNNING, WORKER_BLOCKED };

#define RING_COUNTS(X) \
	X(offered)     \
	X(dropped)     \
	X(kicks)       \
	X(told)        \
	X(rounds)      \
	X(posted)      \
	X(calls)       \
	X(signals)     \
	X(suppressed)  \
	X(writes)      \
	X(held)        \
	X(wakeups)     \
	X(injected)    \
	X(coalesced)   \
	X(interrupts)  \
	X(polls)

struct ring {
	uint64_t random;
	enum break_point breaks;
	uint64_t breaks_at, now; /* ms */
	bool tx, packed, user, event_idx, traffic;
	uint64_t size, tap_size;

	/* entries since the start; the ring shows them modulo its size */
	uint64_t avail, used, last, signalled, seen;
	uint64_t used_event, avail_event;
	bool no_irq, no_kick, broken, stopped;
	uint64_t unkicked, occupancy;
	enum worker worker;
	bool queued, written, pending, scheduled;
	uint64_t moved_at, standing_at, outstanding_at, stopped_at; /* ms */
	uint64_t offered_at, posted_at, consumed_at;
#define X(name) uint64_t n_##name;
	RING_COUNTS(X)
#undef X
};

enum { RING_STEP_MS = 10, RING_RESERVE = 19 };

static inline uint64_t ring_random(struct ring *r, uint64_t below)
{
	r->random ^= r->random << 13;
	r->random ^= r->random >> 7;
	r->random ^= r->random << 17;
	return (r->random >> 11) % below;
}

static inline bool ring_breaks(const struct ring *r, enum break_point b)
{
	return r->breaks == b && r->now >= r->breaks_at;
}

/* An index passed @event on its way from @from to @to. */
static inline bool ring_passed(uint64_t event, uint64_t from, uint64_t to)
{
	return event >= from && event < to;
}

static inline void ring_work_queue(struct ring *r)
{
	r->queued = true;
	if (r->worker == WORKER_ASLEEP && !ring_breaks(r, BREAK_WORKER_ASLEEP))
		r->worker = WORKER_RUNNABLE;
}

static inline void ring_add(struct ring *r, uint64_t n)
{
	uint64_t before = r->avail - r->unkicked;
	bool due;

	if (!n)
		return;
	if (r->avail == r->used)
		r->outstanding_at = r->now;
	r->avail += n;
	r->unkicked += n;
	if (ring_breaks(r, BREAK_NO_KICK))
		return;
	r->unkicked = 0;
	due = r->event_idx && !(r->packed && r->no_kick)
		      ? ring_passed(r->avail_event, before, r->avail)
		      : !r->no_kick;
	if (!due)
		return;
	r->n_kicks++;
	if (ring_breaks(r, BREAK_KICK_LOST))
		return;
	r->n_told++;
	ring_work_queue(r);
}

/* The driver fills the receive ring up. */
static inline void ring_refill(struct ring *r)
{
	if (!r->tx && !ring_breaks(r, BREAK_NO_REFILL))
		ring_add(r, r->last + r->size - r->avail);
}

static inline void ring_consume(struct ring *r)
{
	if (r->last == r->used || ring_breaks(r, BREAK_NOT_CONSUMED))
		return;
	r->last = r->used;
	r->moved_at = r->consumed_at = r->now;
}

static inline void ring_callbacks_on(struct ring *r, uint64_t event)
{
	if (ring_breaks(r, BREAK_CALLBACK_OFF)) {
		r->used_event = r->last - 1;
		r->no_irq = true;
		return;
	}
	r->used_event = event;
	r->no_irq = false;
	if (r->used > event)
		r->scheduled = true;
}

/* The stack sends: the driver frees what was sent, and stops a queue that is nearly full. */
static inline void ring_send(struct ring *r)
{
	uint64_t room, n = 1 + ring_random(r, r->size / 2);

	if (r->stopped || ring_breaks(r, BREAK_VM_PAUSED) || r->broken)
		return;
	ring_consume(r);
	room = r->size - (r->avail - r->last);
	ring_add(r, n < room ? n : room);
	room = r->size - (r->avail - r->last);
	if (room >= RING_RESERVE)
		return;
	r->stopped = true;
	r->stopped_at = r->now;
	ring_callbacks_on(r, r->event_idx ? r->last + (r->avail - r->last) * 3 / 4 : r->last);
}

static inline void ring_arrive(struct ring *r)
{
	uint64_t n = 1 + ring_random(r, r->tap_size / 2), room = r->tap_size - r->occupancy;

	if (!r->occupancy)
		r->offered_at = r->now;
	r->n_offered += n;
	r->n_dropped += n > room ? n - room : 0;
	r->occupancy += n > room ? room : n;
	/* vhost waits for the socket only if it had buffers */
	if (r->no_kick && !ring_breaks(r, BREAK_BACKEND_DEAF))
		ring_work_queue(r);
}

static inline void ring_signal(struct ring *r)
{
	bool due = r->event_idx && !(r->packed && r->no_irq)
			   ? ring_passed(r->used_event, r->signalled, r->used)
			   : !r->no_irq;

	if (r->signalled == r->used)
		return;
	if (due && ring_breaks(r, BREAK_NO_SIGNAL))
		return;
	r->n_calls++;
	r->n_signals += due;
	r->n_suppressed += !due;
	r->written |= due;
	r->signalled = r->used;
}

static inline void ring_serve(struct ring *r)
{
	uint64_t n = r->avail - r->used;

	if (!r->tx && n > r->occupancy)
		n = r->occupancy;
	if (ring_breaks(r, BREAK_BACKEND_FAILS) || r->broken)
		n = 0;
	if (n) {
		if (r->used == r->last)
			r->standing_at = r->now;
		r->used += n;
		r->n_posted += n;
		r->occupancy -= r->tx ? 0 : n;
		r->moved_at = r->posted_at = r->outstanding_at = r->now;
	}
	r->seen = r->avail;
	ring_signal(r);
}

static inline void ring_worker(struct ring *r)
{
	bool dry;

	if (ring_breaks(r, BREAK_WORKER_BLOCKED))
		r->worker = WORKER_BLOCKED;
	if (ring_breaks(r, BREAK_WORKER_WAITS) || r->worker != WORKER_RUNNABLE)
		return;
	r->n_rounds++;
	r->no_kick = true;
	ring_serve(r);
	dry = r->avail == r->used;
	/* it asks for a kick, unless that is what it forgets */
	if (dry && !ring_breaks(r, BREAK_NO_KICK_ASKED)) {
		r->no_kick = false;
		r->avail_event = r->avail;
	}
	r->queued = false;
	r->worker = WORKER_ASLEEP;
	if (ring_breaks(r, BREAK_BACKEND_FAILS))
		ring_work_queue(r);
}

static inline bool ring_masked(const struct ring *r)
{
	return ring_breaks(r, BREAK_MASKED) || ring_breaks(r, BREAK_IRQ_DISABLED) ||
	       ring_breaks(r, BREAK_IRQ_MASKED);
}

static inline void ring_inject(struct ring *r)
{
	if (!r->written)
		return;
	r->written = false;
	r->n_writes++;
	r->n_held += ring_masked(r);
	if (ring_masked(r) || ring_breaks(r, BREAK_NO_IRQFD))
		return;
	r->n_wakeups++;
	if (ring_breaks(r, BREAK_WRONG_ROUTE))
		return;
	r->n_injected += !r->pending;
	r->n_coalesced += r->pending;
	r->pending = !ring_breaks(r, BREAK_LOST);
}

static inline bool ring_vcpu_stuck(const struct ring *r)
{
	return ring_breaks(r, BREAK_NOT_TAKEN) || ring_breaks(r, BREAK_VCPU_WAITS) ||
	       ring_breaks(r, BREAK_VCPU_EXITS) || ring_breaks(r, BREAK_VM_PAUSED);
}

static inline void ring_take(struct ring *r)
{
	if (!r->pending || ring_vcpu_stuck(r))
		return;
	r->pending = false;
	r->n_interrupts++;
	r->scheduled = !r->broken;
	r->no_irq = true;
}

static inline void ring_poll(struct ring *r)
{
	bool held = ring_breaks(r, BREAK_SOFTIRQ) || ring_breaks(r, BREAK_BUSY_OWNER) ||
		    ring_breaks(r, BREAK_NAPI_DISABLED) || ring_breaks(r, BREAK_VM_PAUSED);

	if (ring_breaks(r, BREAK_BUSY_OWNER) || ring_breaks(r, BREAK_NAPI_DISABLED))
		r->scheduled = true;
	if (!r->scheduled || held || r->broken)
		return;
	r->n_polls++;
	ring_consume(r);
	if (ring_breaks(r, BREAK_BROKEN) && r->last > 0) {
		r->broken = true;
		r->scheduled = false;
		return;
	}
	ring_refill(r);
	r->scheduled = false;
	if (r->tx && !ring_breaks(r, BREAK_TX_STOPPED))
		r->stopped = r->stopped && r->size - (r->avail - r->last) < RING_RESERVE;
	if (!r->tx || r->stopped)
		ring_callbacks_on(r, r->last);
}

/* Everyone acts once, in an order that differs from step to step. */
static inline void ring_step(struct ring *r)
{
	static void (*const parties[])(struct ring *) = {ring_worker, ring_inject, ring_take,
							 ring_poll};

	if (r->traffic)
		r->tx ? ring_send(r) : ring_arrive(r);
	for (int i = 0; i < 8; i++)
		parties[ring_random(r, 4)](r);
	r->now += RING_STEP_MS;
}

/* Indexes start anywhere, close to a wrap in half of the histories. */
static inline void ring_start(struct ring *r, uint64_t seed, enum break_point breaks)
{
	*r = (struct ring){.random = seed * 0x9e3779b97f4a7c15ULL + 1, .breaks = breaks};
	for (int i = 0; i < 8; i++)
		ring_random(r, 2);
	r->tx = breaks == BREAK_TX_STOPPED ||
		(breaks != BREAK_NO_REFILL && breaks != BREAK_BACKEND_DEAF && ring_random(r, 2));
	r->packed = ring_random(r, 3) == 0;
	r->user = r->packed;
	r->event_idx = ring_random(r, 4) != 0;
	r->size = 64 << ring_random(r, 4);
	r->tap_size = 1000;
	r->last = 65536 * 4 - ring_random(r, ring_random(r, 2) ? 600 : 65536);
	r->avail = r->used = r->signalled = r->seen = r->last;
	r->used_event = r->avail_event = r->last;
	r->now = r->moved_at = 1000;
	r->breaks_at = UINT64_MAX;
	ring_refill(r);
	r->traffic = ring_random(r, 8) != 0;
}

#endif
