/* SPDX-License-Identifier: GPL-2.0-only */
/* What went wrong and when, in a bounded list. Adding to it never waits for memory. */
#ifndef RS_EVENT_H
#define RS_EVENT_H

#include <linux/types.h>

enum rs_event_kind {
	RS_EVENT_STALLED,
	RS_EVENT_SERVED,
	RS_EVENT_FULL,
	RS_EVENT_UNRETURNED,
	RS_EVENT_RETURNED,
	RS_EVENT_UNFILLED,
	RS_EVENT_FILLED,
	RS_EVENT_STOPPED,
	RS_EVENT_STARTED,
	RS_EVENT_DISABLED,
};

struct rs_event {
	u64 time_ns;		/* CLOCK_MONOTONIC */
	enum rs_event_kind kind;
	char device[32];
	char queue[16];
	unsigned int irq;	/* 0: none of its own */
	unsigned int pending;	/* used entries not consumed yet; of (un)returned: that the device has */
	u16 used_idx;
	u16 last_used_idx;
	u64 interrupts;
	unsigned int since_ms;
};

void rs_event_add(const struct rs_event *event);
void rs_event_reset(void);
u64 rs_event_dropped(void);
bool rs_event_get(unsigned int i, struct rs_event *event);
const char *rs_event_name(enum rs_event_kind kind);

#endif
