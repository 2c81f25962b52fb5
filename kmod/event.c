// SPDX-License-Identifier: GPL-2.0-only
/* What went wrong and when, in a bounded list. Noting one never waits for memory. */
#include <linux/spinlock.h>
#include "queue.h"
#include "ringside.h"
#include "trace.h"

#define EVENTS 128

static DEFINE_RAW_SPINLOCK(event_lock);
static struct rs_event events[EVENTS];
static unsigned int noted;
static u64 dropped;

static const char * const names[] = {
	[RS_EVENT_STALLED] = "stalled",
	[RS_EVENT_SERVED] = "served",
	[RS_EVENT_FULL] = "tx-full",
	[RS_EVENT_DISABLED] = "irq-disabled",
};

const char *rs_event_name(enum rs_event_kind kind)
{
	return names[kind];
}

static u64 interrupts_of(const struct rs_queue *q)
{
	u64 sum = 0;
	unsigned int i;
	int cpu;

	for_each_possible_cpu(cpu)
		for (i = RS_C_handled; i <= RS_C_none_unknown; i++)
			sum += READ_ONCE(per_cpu_ptr(q->counts, cpu)->v[i]);
	for (i = RS_C_handled; i <= RS_C_none_unknown; i++)
		sum -= q->base[i];
	return sum;
}

static void fill(struct rs_event *e, enum rs_event_kind kind, struct rs_queue *q, u64 now_ns)
{
	e->time_ns = now_ns;
	e->kind = kind;
	strscpy(e->device, q->device->name, sizeof(e->device));
	strscpy(e->queue, q->name, sizeof(e->queue));
	e->irq = q->irq ? q->irq->irq : 0;
	e->last_used_idx = rs_queue_last_used(q);
	e->used_idx = rs_queue_used(q);
	e->pending = rs_queue_ahead(q, e->last_used_idx, e->used_idx);
	e->interrupts = interrupts_of(q);
	e->since_ms = q->stall_since_ns ?
		      div_u64(now_ns - q->stall_since_ns, NSEC_PER_MSEC) : 0;
}

/**
 * rs_event_note - keep an event; the newest are dropped when full
 * @kind: what happened
 * @q: the queue it happened to
 * @now_ns: when, CLOCK_MONOTONIC
 *
 * The caller keeps the virtqueue of @q from being deleted.
 */
void rs_event_note(enum rs_event_kind kind, struct rs_queue *q, u64 now_ns)
{
	unsigned long flags;
	struct rs_event event;

	fill(&event, kind, q, now_ns);
	if (kind != RS_EVENT_DISABLED)
		trace_ring_stall(q, names[kind], event.pending, event.since_ms);
	raw_spin_lock_irqsave(&event_lock, flags);
	if (noted < EVENTS)
		events[noted++] = event;
	else
		dropped++;
	raw_spin_unlock_irqrestore(&event_lock, flags);
}

void rs_event_reset(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&event_lock, flags);
	noted = 0;
	dropped = 0;
	raw_spin_unlock_irqrestore(&event_lock, flags);
}

u64 rs_event_dropped(void)
{
	return READ_ONCE(dropped);
}

/* Event @i, the oldest first; false past the last one. */
bool rs_event_get(unsigned int i, struct rs_event *event)
{
	unsigned long flags;
	bool found;

	raw_spin_lock_irqsave(&event_lock, flags);
	found = i < noted;
	if (found)
		*event = events[i];
	raw_spin_unlock_irqrestore(&event_lock, flags);
	return found;
}
