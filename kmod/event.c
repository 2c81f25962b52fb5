// SPDX-License-Identifier: GPL-2.0-only
#include <linux/spinlock.h>
#include "event.h"

#define EVENTS 128

static DEFINE_RAW_SPINLOCK(event_lock);
static struct rs_event events[EVENTS];
static unsigned int kept;
static u64 dropped;

static const char * const names[] = {
	[RS_EVENT_STALLED] = "stalled",
	[RS_EVENT_SERVED] = "served",
	[RS_EVENT_FULL] = "tx-full",
	[RS_EVENT_UNRETURNED] = "unreturned",
	[RS_EVENT_RETURNED] = "returned",
	[RS_EVENT_UNFILLED] = "unfilled",
	[RS_EVENT_FILLED] = "filled",
	[RS_EVENT_STOPPED] = "tx-stopped",
	[RS_EVENT_STARTED] = "tx-started",
	[RS_EVENT_DISABLED] = "irq-disabled",
};

const char *rs_event_name(enum rs_event_kind kind)
{
	return names[kind];
}

/* Keep an event; when the list is full, the newest are dropped and counted. */
void rs_event_add(const struct rs_event *event)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&event_lock, flags);
	if (kept < EVENTS)
		events[kept++] = *event;
	else
		dropped++;
	raw_spin_unlock_irqrestore(&event_lock, flags);
}

void rs_event_reset(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&event_lock, flags);
	kept = 0;
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
	found = i < kept;
	if (found)
		*event = events[i];
	raw_spin_unlock_irqrestore(&event_lock, flags);
	return found;
}
