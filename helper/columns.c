// SPDX-License-Identifier: GPL-2.0-only
#include "columns.h"

#define GUEST	RS_FIG_GUEST
#define HOST	RS_FIG_HOST
#define DERIVED RS_FIG_DERIVED

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static const struct rs_column host[] = {
	{HOST(tun_offered), "offered"},
	{HOST(tun_dropped), "dropped"},
	{DERIVED(occupancy), "waiting", true},
	{DERIVED(ring_size), "of", true},
	{HOST(vhost_taken), "taken"},
	{HOST(vhost_posted), "posted"},
	{HOST(vhost_signals), "signals"},
	{HOST(vhost_suppressed_flag), "flag"},
	{HOST(vhost_suppressed_event_idx), "evidx"},
	{HOST(eventfd_writes), "eventfd"},
	{HOST(irqfd_wakeups), "irqfd"},
	{HOST(injected), "injected"},
	{HOST(coalesced), "coal."},
	{HOST(vcpu_asleep), "asleep"},
};

static const struct rs_column guest[] = {
	{GUEST(interrupts), "intr."},
	{GUEST(handled), "handled"},
	{GUEST(none), "none"},
	{GUEST(none_empty), "empty"},
	{GUEST(none_busy_poll), "busyp."},
	{GUEST(polls_softirq), "softirq"},
	{GUEST(polls_busy), "busy"},
	{DERIVED(polls_other), "other"},
	{GUEST(used_progress), "used"},
	{GUEST(last_used_progress), "served"},
	{DERIVED(standing), "left", true},
	{DERIVED(irq_count), "irqcnt", true},
	{DERIVED(irq_unhandled), "unhand.", true},
};

/* The host's, then the guest's. */
enum { BOTH_HOST = 7 };

static const struct rs_column both[] = {
	{HOST(tun_offered), "offered"},	   {HOST(tun_dropped), "dropped"},
	{HOST(vhost_taken), "taken"},	   {HOST(vhost_posted), "posted"},
	{HOST(vhost_signals), "signals"},  {DERIVED(suppressed), "suppr."},
	{HOST(injected), "injected"},	   {GUEST(interrupts), "intr."},
	{GUEST(handled), "handled"},	   {GUEST(none), "none"},
	{GUEST(polls_softirq), "softirq"}, {GUEST(polls_busy), "busy"},
	{DERIVED(polls_other), "other"},   {GUEST(used_progress), "used"},
	{DERIVED(standing), "left", true},
};

const struct rs_columns rs_columns_host = {
	.title = "host", .n = ROWS(host), .backend = 9, .rows = host};
const struct rs_columns rs_columns_guest = {.title = "guest", .n = ROWS(guest), .rows = guest};

const struct rs_columns rs_columns_diff_host = {
	.title = "host", .n = BOTH_HOST, .backend = 6, .rows = both};
const struct rs_columns rs_columns_diff_guest = {
	.title = "guest", .n = ROWS(both) - BOTH_HOST, .rows = both + BOTH_HOST};
const struct rs_columns rs_columns_both = {.n = ROWS(both), .rows = both};
