// SPDX-License-Identifier: GPL-2.0-only
#include "rules.h"

const char *const rs_severity_names[] = {
	[RS_SEVERITY_WARNING] = "warning",
	[RS_SEVERITY_CRITICAL] = "critical",
};

/* At the start and at the end of a window one event may be between two stations. */
#define IN_FLIGHT 1
/* vhost takes this many packets from the ring at once (VHOST_NET_BATCH, drivers/vhost/net.c) */
#define VHOST_BATCH 64
/* Fewer than these can come from start-up or from a wrap of the event index. */
#define MANY 100
/* Warn from this many unhandled interrupts on; the kernel disables the IRQ above 99900. */
#define IRQ_WORRY 1000

#define VALUE(figure)	    (row->figures[figure].value)
#define GUEST_VALUE(name)   VALUE(RS_FIG_GUEST(name))
#define HOST_VALUE(name)    VALUE(RS_FIG_HOST(name))
#define DERIVED_VALUE(name) VALUE(RS_FIG_DERIVED(name))

static bool is_many(uint64_t part, uint64_t of, unsigned int percent)
{
	return part >= MANY && part * 100 >= of * percent;
}

static bool above_zero(const struct rs_rule *rule, const struct rs_row *row)
{
	return VALUE(rule->needs[0]) > 0;
}

/* needs: the difference, the station before, the station after. An interrupt that the guest got was
 * not lost. */
static bool station_lost(const struct rs_rule *rule, const struct rs_row *row)
{
	struct rs_num got = row->figures[RS_FIG_GUEST(interrupts)];

	return (int64_t)VALUE(rule->needs[0]) > IN_FLIGHT &&
	       !(got.known && got.value > VALUE(rule->needs[2]));
}

/* needs: a station of the host that every interrupt passes. */
static bool host_blind(const struct rs_rule *rule, const struct rs_row *row)
{
	return GUEST_VALUE(interrupts) > VALUE(rule->needs[0]) + DERIVED_VALUE(surplus_slack);
}

static bool differs(const struct rs_rule *rule, const struct rs_row *row)
{
	int64_t off = (int64_t)VALUE(rule->needs[0]);

	return off > IN_FLIGHT || off < -IN_FLIGHT;
}

/*
 * Where XDP consumes the entries, none_unknown is what is expected, and a missing hook is not the
 * reason. It is so since counting started, so the end of the window says it of the whole window.
 */
static bool cause_unknown(const struct rs_rule *rule, const struct rs_row *row)
{
	return above_zero(rule, row) && !(row->guest && *row->guest->unfollowed);
}

static bool flawed(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	return row->guest_flaw || row->host_flaw || row->ring_flaw;
}

static bool irq_near(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	return DERIVED_VALUE(irq_unhandled) >= IRQ_WORRY;
}

static bool busy_poll_theft(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	return is_many(GUEST_VALUE(none_busy_poll), GUEST_VALUE(interrupts), 5);
}

static bool empty_guest(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	return is_many(GUEST_VALUE(none_empty), GUEST_VALUE(interrupts), 1);
}

static bool empty_host(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	return is_many(HOST_VALUE(vhost_signals_empty), HOST_VALUE(vhost_signals), 1);
}

static bool drops_moving(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	return HOST_VALUE(tun_dropped_full) && HOST_VALUE(vhost_taken);
}

/* A multiple of 65536 means that the windows are further apart than a 16-bit index can show. */
static bool used_differs(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	return (uint16_t)DERIVED_VALUE(used_off);
}

static bool too_many(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	return DERIVED_VALUE(surplus) > DERIVED_VALUE(surplus_slack);
}

/* The work queue merges wake-ups that come before its work runs. */
static bool injection_lost(const struct rs_rule *rule, const struct rs_row *row)
{
	int64_t off = (int64_t)VALUE(rule->needs[0]);

	return off < -IN_FLIGHT || (off > IN_FLIGHT && !HOST_VALUE(irqfd_deferred));
}

static bool tun_differs(const struct rs_rule *rule, const struct rs_row *row)
{
	int64_t off = (int64_t)VALUE(rule->needs[0]);

	return off > VHOST_BATCH + IN_FLIGHT || off < -VHOST_BATCH - IN_FLIGHT;
}

#define FIGURES(member, ...)                                                            \
	.member##_n = sizeof((enum rs_figure[]){__VA_ARGS__}) / sizeof(enum rs_figure), \
	.member = {__VA_ARGS__}
#define NEEDS(...) FIGURES(needs, __VA_ARGS__)
#define ALSO(...)  FIGURES(also, __VA_ARGS__)
#define ON_GUEST   (1U << RS_SIDE_GUEST)
#define ON_HOST	   (1U << RS_SIDE_HOST)

#define GUEST	RS_FIG_GUEST
#define HOST	RS_FIG_HOST
#define DERIVED RS_FIG_DERIVED

const struct rs_rule rs_rules[] = {
	{.id = "irq-disabled",
	 .party = RS_PARTY_GUEST_IRQ,
	 .severity = RS_SEVERITY_CRITICAL,
	 .fires = above_zero,
	 NEEDS(DERIVED(irq_disabled)),
	 ALSO(DERIVED(irq_given_up), GUEST(interrupts), GUEST(none), GUEST(none_busy_poll),
	      GUEST(none_empty), DERIVED(standing)),
	 .sentence = "the guest's kernel has disabled this queue's IRQ (\"nobody cared\")",
	 .advice = "remove the cause of IRQ_NONE (see the figures), then unbind and bind the "
		   "device to enable the IRQ again; the guest's debugfs file events has the time"},
	{.id = "used-differs",
	 .party = RS_PARTY_RINGSIDE,
	 .alarm = true,
	 .severity = RS_SEVERITY_CRITICAL,
	 .fires = used_differs,
	 .exact = ON_HOST,
	 NEEDS(DERIVED(used_off), HOST(vhost_posted), GUEST(used_progress)),
	 ALSO(DERIVED(skew_begin), DERIVED(skew_end)),
	 .sentence = "vhost posted another number of used entries than the guest saw",
	 .advice = "another writer changed the ring, or it was restarted within the window: take "
		   "both snapshots again"},
	{.id = "surplus",
	 .party = RS_PARTY_RINGSIDE,
	 .alarm = true,
	 .severity = RS_SEVERITY_CRITICAL,
	 .fires = too_many,
	 .exact = ON_HOST,
	 NEEDS(DERIVED(surplus), DERIVED(surplus_slack), GUEST(interrupts), HOST(injected)),
	 ALSO(HOST(vhost_signals)),
	 .sentence = "the guest got more interrupts than the host injected",
	 .advice = "another source raises this vector: a process that writes the eventfd, or a "
		   "device that shares the vector"},
	{.id = "host-blind",
	 .party = RS_PARTY_RINGSIDE,
	 .alarm = true,
	 .severity = RS_SEVERITY_WARNING,
	 .fires = host_blind,
	 NEEDS(HOST(irqfd_wakeups), GUEST(interrupts), DERIVED(surplus_slack)),
	 ALSO(HOST(vhost_signals), HOST(eventfd_writes), HOST(injected)),
	 .sentence = "the guest got interrupts that ringside did not see at KVM's irqfd",
	 .advice = "the host's figures from the irqfd on are incomplete: run ringside check on the "
		   "host; or the VMM injects without an irqfd"},
	{.id = "decisions-lost",
	 .party = RS_PARTY_RINGSIDE,
	 .alarm = true,
	 .severity = RS_SEVERITY_WARNING,
	 .fires = differs,
	 .exact = ON_HOST,
	 NEEDS(DERIVED(decision_off), HOST(vhost_calls)),
	 ALSO(HOST(vhost_signals), DERIVED(suppressed), HOST(vhost_no_call)),
	 .sentence = "vhost's decisions differ from the sum of signals and suppressed signals",
	 .advice = "run ringside check on the host"},
	{.id = "signal-lost",
	 .party = RS_PARTY_RINGSIDE,
	 .alarm = true,
	 .severity = RS_SEVERITY_CRITICAL,
	 .fires = station_lost,
	 .exact = ON_HOST,
	 NEEDS(DERIVED(eventfd_off), HOST(vhost_signals), HOST(eventfd_writes)),
	 ALSO(HOST(irqfd_wakeups)),
	 .sentence = "vhost sent more signals than writes to its eventfd were counted",
	 .advice =
		 "signals were lost between vhost and the eventfd: run ringside check on the host"},
	{.id = "wakeup-lost",
	 .party = RS_PARTY_VMM,
	 .alarm = true,
	 .severity = RS_SEVERITY_CRITICAL,
	 .fires = station_lost,
	 .exact = ON_HOST,
	 NEEDS(DERIVED(irqfd_off), HOST(eventfd_writes), HOST(irqfd_wakeups)),
	 ALSO(HOST(injected)),
	 .sentence = "the eventfd was written more often than KVM's irqfd was woken",
	 .advice = "the vector is masked, or the VMM handles the eventfd itself: check the guest's "
		   "MSI-X mask and the VMM"},
	{.id = "injection-lost",
	 .party = RS_PARTY_KVM,
	 .alarm = true,
	 .severity = RS_SEVERITY_CRITICAL,
	 .fires = injection_lost,
	 .exact = ON_HOST,
	 NEEDS(DERIVED(inject_off), HOST(irqfd_wakeups), HOST(injected), HOST(coalesced),
	       HOST(irqfd_deferred)),
	 ALSO(HOST(irqfd_atomic)),
	 .sentence =
		 "the irqfd's wake-ups differ from the sum of injected and coalesced interrupts",
	 .advice = "KVM did not deliver: check the MSI route of this GSI and the vCPU it names"},
	{.id = "tun-lost",
	 .party = RS_PARTY_RINGSIDE,
	 .alarm = true,
	 .severity = RS_SEVERITY_WARNING,
	 .fires = tun_differs,
	 .exact = ON_HOST,
	 .dir = "rx",
	 NEEDS(DERIVED(tun_off), HOST(tun_offered), HOST(tun_dropped), HOST(vhost_taken)),
	 ALSO(DERIVED(occupancy_begin), DERIVED(occupancy)),
	 .sentence =
		 "packets offered to the tap were not dropped, not taken by vhost, and do not wait",
	 .advice = "another process reads this tap queue, or it was detached within the window"},
	{.id = "irq-near-disabled",
	 .party = RS_PARTY_GUEST_IRQ,
	 .severity = RS_SEVERITY_WARNING,
	 .fires = irq_near,
	 NEEDS(DERIVED(irq_left), DERIVED(irq_unhandled), DERIVED(irq_handled)),
	 ALSO(GUEST(none), GUEST(none_busy_poll), GUEST(none_empty)),
	 .sentence = "nearly every interrupt of this IRQ returns IRQ_NONE: the kernel may soon "
		     "disable it",
	 .advice = "remove the cause of IRQ_NONE (see the figures) before irq_left is 0"},
	{.id = "busy-poll-theft",
	 .party = RS_PARTY_GUEST_POLLER,
	 .severity = RS_SEVERITY_WARNING,
	 .fires = busy_poll_theft,
	 NEEDS(GUEST(none_busy_poll), GUEST(interrupts), GUEST(none)),
	 ALSO(GUEST(polls_busy), GUEST(polls_softirq), DERIVED(irq_left)),
	 .sentence = "busy pollers consume the entries before their interrupt arrives, which then "
		     "returns IRQ_NONE",
	 .advice = "in the guest run sysctl net.core.busy_poll=0 net.core.busy_read=0"},
	{.id = "empty-signals",
	 .party = RS_PARTY_BACKEND,
	 .severity = RS_SEVERITY_WARNING,
	 .fires = empty_guest,
	 NEEDS(GUEST(none_empty), GUEST(interrupts)),
	 ALSO(HOST(vhost_signals), HOST(vhost_signals_empty), HOST(injected)),
	 .sentence = "the host sends interrupts of this queue without a new entry in the ring",
	 .advice = "on the host: if vhost_signals_empty is above 0, vhost sends them; else another "
		   "process writes this eventfd"},
	{.id = "empty-signals-sent",
	 .party = RS_PARTY_BACKEND,
	 .severity = RS_SEVERITY_WARNING,
	 .fires = empty_host,
	 NEEDS(HOST(vhost_signals_empty), HOST(vhost_signals)),
	 ALSO(HOST(vhost_posted)),
	 .sentence = "vhost signals without an entry posted since the signal before",
	 .advice = "check for NOTIFY_ON_EMPTY, and for a page with the event index that vhost "
		   "cannot read"},
	{.id = "drops",
	 .party = RS_PARTY_BACKEND,
	 .severity = RS_SEVERITY_WARNING,
	 .fires = drops_moving,
	 .dir = "rx",
	 NEEDS(HOST(tun_dropped_full), HOST(vhost_taken)),
	 ALSO(HOST(tun_offered), DERIVED(occupancy), DERIVED(ring_size), HOST(vhost_posted)),
	 .sentence =
		 "packets were dropped because the tap's ring was full, while vhost took others",
	 .advice = "the queue is served too slowly: check the vhost worker's CPU and the guest's "
		   "polls"},
	{.id = "sum-off",
	 .party = RS_PARTY_RINGSIDE,
	 .alarm = true,
	 .severity = RS_SEVERITY_WARNING,
	 .fires = above_zero,
	 .exact = ON_GUEST,
	 NEEDS(DERIVED(sum_off), GUEST(interrupts), GUEST(handled), GUEST(none), DERIVED(none_sum)),
	 ALSO(GUEST(missed)),
	 .sentence = "the guest's interrupts differ from the sum of handled ones and those with a "
		     "cause",
	 .advice = "ringside cannot prove these counts: see /sys/kernel/debug/ringside/hooks in "
		   "the guest"},
	{.id = "cause-unknown",
	 .party = RS_PARTY_RINGSIDE,
	 .alarm = true,
	 .severity = RS_SEVERITY_WARNING,
	 .fires = cause_unknown,
	 NEEDS(GUEST(none_unknown), GUEST(none), GUEST(interrupts)),
	 ALSO(GUEST(none_empty)),
	 .sentence = "interrupts found no new entry, and ringside did not see what consumed the "
		     "entries",
	 .advice = "see /sys/kernel/debug/ringside/hooks in the guest: a hook may be absent"},
	{.id = "interrupts-unseen",
	 .party = RS_PARTY_RINGSIDE,
	 .alarm = true,
	 .severity = RS_SEVERITY_WARNING,
	 .fires = above_zero,
	 NEEDS(GUEST(missed), GUEST(interrupts)),
	 ALSO(DERIVED(guest_missed)),
	 .sentence = "the guest's kernel counted interrupts that ringside did not see",
	 .advice = "the guest's figures of this queue are lower bounds: see "
		   "/sys/kernel/debug/ringside/hooks"},
	{.id = "not-comparable",
	 .party = RS_PARTY_RINGSIDE,
	 .alarm = true,
	 .severity = RS_SEVERITY_WARNING,
	 .fires = flawed,
	 .advice = "take the snapshots again"},
	{.id = "guest-missed",
	 .party = RS_PARTY_RINGSIDE,
	 .alarm = true,
	 .severity = RS_SEVERITY_WARNING,
	 .fires = above_zero,
	 .total = true,
	 NEEDS(DERIVED(guest_missed)),
	 .sentence = "hooks in the guest missed hits: the guest's figures are lower bounds",
	 .advice =
		 "see /sys/kernel/debug/ringside/hooks for the hooks, and take the snapshot again"},
	{.id = "host-missed",
	 .party = RS_PARTY_RINGSIDE,
	 .alarm = true,
	 .severity = RS_SEVERITY_WARNING,
	 .fires = above_zero,
	 .total = true,
	 NEEDS(DERIVED(host_missed)),
	 .sentence = "hooks on the host missed hits: the host's figures are lower bounds",
	 .advice = "run ringside host -v to see the hooks, and take the snapshot again"},
};

const size_t rs_rules_n = sizeof(rs_rules) / sizeof(rs_rules[0]);
