// SPDX-License-Identifier: GPL-2.0-only
/* ringside's own alarm: counts of stations that every signal passes, and that do not balance. */
#include "rule_tables.h"

/* At the start and at the end of a window one event may be between two stations. */
#define IN_FLIGHT 1
/* vhost takes this many packets from the ring at once (VHOST_NET_BATCH, drivers/vhost/net.c) */
#define VHOST_BATCH 64

#define VALUE(figure)	    (row->figures[figure].value)
#define GUEST_VALUE(name)   VALUE(RS_FIG_GUEST(name))
#define HOST_VALUE(name)    VALUE(RS_FIG_HOST(name))
#define DERIVED_VALUE(name) VALUE(RS_FIG_DERIVED(name))

static uint64_t magnitude(const struct rs_rule *rule, const struct rs_row *row)
{
	int64_t off = (int64_t)VALUE(rule->needs[0]);

	return off < 0 ? -(uint64_t)off : (uint64_t)off;
}

/* needs: the difference, the station before, the station after. An interrupt that the guest got was
 * not lost. */
static uint64_t station_lost(const struct rs_rule *rule, const struct rs_row *row)
{
	struct rs_num got = row->figures[RS_FIG_GUEST(interrupts)];
	int64_t off = (int64_t)VALUE(rule->needs[0]);

	return off > 0 && !(got.known && got.value > VALUE(rule->needs[2])) ? off : 0;
}

/* needs: a station of the host that every interrupt passes. */
static uint64_t host_blind(const struct rs_rule *rule, const struct rs_row *row)
{
	uint64_t seen = VALUE(rule->needs[0]) + DERIVED_VALUE(surplus_slack);

	return GUEST_VALUE(interrupts) > seen ? GUEST_VALUE(interrupts) - seen : 0;
}

/*
 * Where XDP consumes the entries, none_unknown is what is expected, and a missing hook is not the
 * reason. It is so since counting started, so the end of the window says it of the whole window.
 */
static uint64_t cause_unknown(const struct rs_rule *rule, const struct rs_row *row)
{
	return row->guest && *row->guest->unfollowed ? 0 : rs_rule_main_value(rule, row);
}

static uint64_t flawed(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	return row->guest_flaw || row->host_flaw || row->ring_flaw;
}

/* A multiple of 65536 means that the windows are further apart than a 16-bit index can show. */
static uint64_t used_differs(const struct rs_rule *rule, const struct rs_row *row)
{
	return (uint16_t)magnitude(rule, row);
}

static uint64_t too_many(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	return DERIVED_VALUE(surplus) > DERIVED_VALUE(surplus_slack)
		       ? DERIVED_VALUE(surplus) - DERIVED_VALUE(surplus_slack)
		       : 0;
}

/* The work queue merges wake-ups that come before its work runs; each of its runs injects. */
static uint64_t injection_lost(const struct rs_rule *rule, const struct rs_row *row)
{
	uint64_t runs = HOST_VALUE(irqfd_deferred),
		 done = HOST_VALUE(injected) + HOST_VALUE(coalesced);

	if ((int64_t)VALUE(rule->needs[0]) <= 0 || !runs)
		return magnitude(rule, row);
	return runs > done ? runs - done : 0;
}

#define GUEST	RS_FIG_GUEST
#define HOST	RS_FIG_HOST
#define DERIVED RS_FIG_DERIVED

static const struct rs_rule rules[] = {
	{.id = "used-differs",
	 .party = RS_PARTY_RINGSIDE,
	 .alarm = true,
	 .severity = RS_SEVERITY_CRITICAL,
	 .measure = used_differs,
	 .threshold = 1,
	 .unit = "entries",
	 .exact = RS_ON_HOST,
	 RS_NEEDS(DERIVED(used_off), HOST(vhost_posted), GUEST(used_progress)),
	 RS_ALSO(DERIVED(skew_begin), DERIVED(skew_end)),
	 .sentence = "vhost posted another number of used entries than the guest saw",
	 .advice = "another writer changed the ring, or it was restarted within the window: take "
		   "both snapshots again"},
	{.id = "surplus",
	 .party = RS_PARTY_RINGSIDE,
	 .alarm = true,
	 .severity = RS_SEVERITY_CRITICAL,
	 .measure = too_many,
	 .threshold = 1,
	 .unit = "interrupts",
	 .exact = RS_ON_HOST,
	 RS_NEEDS(DERIVED(surplus), DERIVED(surplus_slack), GUEST(interrupts), HOST(injected)),
	 RS_ALSO(HOST(vhost_signals)),
	 .sentence = "the guest got more interrupts than the host injected",
	 .advice = "another source raises this vector: a process that writes the eventfd, or a "
		   "device that shares the vector"},
	{.id = "host-blind",
	 .party = RS_PARTY_RINGSIDE,
	 .alarm = true,
	 .severity = RS_SEVERITY_WARNING,
	 .measure = host_blind,
	 .threshold = 1,
	 .unit = "interrupts",
	 RS_NEEDS(HOST(irqfd_wakeups), GUEST(interrupts), DERIVED(surplus_slack)),
	 RS_ALSO(HOST(vhost_signals), HOST(eventfd_writes), HOST(injected)),
	 .sentence = "the guest got interrupts that ringside did not see at KVM's irqfd",
	 .advice = "the host's figures from the irqfd on are incomplete: run ringside check on the "
		   "host; or the VMM injects without an irqfd"},
	{.id = "decisions-lost",
	 .party = RS_PARTY_RINGSIDE,
	 .alarm = true,
	 .severity = RS_SEVERITY_WARNING,
	 .measure = magnitude,
	 .threshold = IN_FLIGHT + 1,
	 .unit = "decisions",
	 .exact = RS_ON_HOST,
	 RS_NEEDS(DERIVED(decision_off), HOST(vhost_calls)),
	 RS_ALSO(HOST(vhost_signals), DERIVED(suppressed), HOST(vhost_no_call)),
	 .sentence = "vhost's decisions differ from the sum of signals and suppressed signals",
	 .advice = "run ringside check on the host"},
	{.id = "signal-lost",
	 .party = RS_PARTY_RINGSIDE,
	 .alarm = true,
	 .severity = RS_SEVERITY_CRITICAL,
	 .measure = station_lost,
	 .threshold = IN_FLIGHT + 1,
	 .unit = "signals",
	 .exact = RS_ON_HOST,
	 RS_NEEDS(DERIVED(eventfd_off), HOST(vhost_signals), HOST(eventfd_writes)),
	 RS_ALSO(HOST(irqfd_wakeups)),
	 .sentence = "vhost sent more signals than writes to its eventfd were counted",
	 .advice =
		 "signals were lost between vhost and the eventfd: run ringside check on the host"},
	{.id = "wakeup-lost",
	 .party = RS_PARTY_VMM,
	 .alarm = true,
	 .severity = RS_SEVERITY_CRITICAL,
	 .measure = station_lost,
	 .threshold = IN_FLIGHT + 1,
	 .unit = "writes",
	 .exact = RS_ON_HOST,
	 RS_NEEDS(DERIVED(irqfd_off), HOST(eventfd_writes), HOST(irqfd_wakeups)),
	 RS_ALSO(HOST(injected)),
	 .sentence = "the eventfd was written more often than KVM's irqfd was woken",
	 .advice = "the vector is masked, or the VMM handles the eventfd itself: check the guest's "
		   "MSI-X mask and the VMM"},
	{.id = "injection-lost",
	 .party = RS_PARTY_KVM,
	 .or_parties = 1U << RS_PARTY_VMM,
	 .alarm = true,
	 .severity = RS_SEVERITY_CRITICAL,
	 .measure = injection_lost,
	 .threshold = IN_FLIGHT + 1,
	 .unit = "wakeups",
	 .exact = RS_ON_HOST,
	 RS_NEEDS(DERIVED(inject_off), HOST(irqfd_wakeups), HOST(injected), HOST(coalesced),
		  HOST(irqfd_deferred)),
	 RS_ALSO(HOST(irqfd_atomic)),
	 .sentence =
		 "the irqfd's wake-ups differ from the sum of injected and coalesced interrupts",
	 .advice = "KVM did not deliver: check the MSI route of this GSI and the vCPU it names"},
	{.id = "tun-lost",
	 .party = RS_PARTY_RINGSIDE,
	 .alarm = true,
	 .severity = RS_SEVERITY_WARNING,
	 .measure = magnitude,
	 .threshold = VHOST_BATCH + IN_FLIGHT + 1,
	 .unit = "packets",
	 .exact = RS_ON_HOST,
	 .dir = "rx",
	 RS_NEEDS(DERIVED(tun_off), HOST(tun_offered), HOST(tun_dropped), HOST(vhost_taken)),
	 RS_ALSO(DERIVED(occupancy_begin), DERIVED(occupancy)),
	 .sentence =
		 "packets offered to the tap were not dropped, not taken by vhost, and do not wait",
	 .advice = "another process reads this tap queue, or it was detached within the window"},
	{.id = "sum-off",
	 .party = RS_PARTY_RINGSIDE,
	 .alarm = true,
	 .severity = RS_SEVERITY_WARNING,
	 .measure = rs_rule_main_value,
	 .threshold = 1,
	 .unit = "interrupts",
	 .exact = RS_ON_GUEST,
	 RS_NEEDS(DERIVED(sum_off), GUEST(interrupts), GUEST(handled), GUEST(none),
		  DERIVED(none_sum)),
	 RS_ALSO(GUEST(missed)),
	 .sentence = "the guest's interrupts differ from the sum of handled ones and those with a "
		     "cause",
	 .advice = "ringside cannot prove these counts: see /sys/kernel/debug/ringside/hooks in "
		   "the guest"},
	{.id = "cause-unknown",
	 .party = RS_PARTY_RINGSIDE,
	 .alarm = true,
	 .severity = RS_SEVERITY_WARNING,
	 .measure = cause_unknown,
	 .threshold = 1,
	 .unit = "interrupts",
	 RS_NEEDS(GUEST(none_unknown), GUEST(none), GUEST(interrupts)),
	 RS_ALSO(GUEST(none_empty)),
	 .sentence = "interrupts found no new entry, and ringside did not see what consumed the "
		     "entries",
	 .advice = "see /sys/kernel/debug/ringside/hooks in the guest: a hook may be absent"},
	{.id = "interrupts-unseen",
	 .party = RS_PARTY_RINGSIDE,
	 .alarm = true,
	 .severity = RS_SEVERITY_WARNING,
	 .measure = rs_rule_main_value,
	 .threshold = 1,
	 .unit = "interrupts",
	 RS_NEEDS(GUEST(missed), GUEST(interrupts)),
	 RS_ALSO(DERIVED(guest_missed)),
	 .sentence = "the guest's kernel counted interrupts that ringside did not see",
	 .advice = "the guest's figures of this queue are lower bounds: see "
		   "/sys/kernel/debug/ringside/hooks"},
	{.id = "not-comparable",
	 .party = RS_PARTY_RINGSIDE,
	 .alarm = true,
	 .severity = RS_SEVERITY_WARNING,
	 .measure = flawed,
	 .threshold = 1,
	 .unit = "queue",
	 .advice = "take the snapshots again"},
	{.id = "guest-missed",
	 .party = RS_PARTY_RINGSIDE,
	 .alarm = true,
	 .severity = RS_SEVERITY_WARNING,
	 .measure = rs_rule_main_value,
	 .threshold = 1,
	 .unit = "hits",
	 .total = true,
	 RS_NEEDS(DERIVED(guest_missed)),
	 .sentence = "hooks in the guest missed hits: the guest's figures are lower bounds",
	 .advice =
		 "see /sys/kernel/debug/ringside/hooks for the hooks, and take the snapshot again"},
	{.id = "host-missed",
	 .party = RS_PARTY_RINGSIDE,
	 .alarm = true,
	 .severity = RS_SEVERITY_WARNING,
	 .measure = rs_rule_main_value,
	 .threshold = 1,
	 .unit = "hits",
	 .total = true,
	 RS_NEEDS(DERIVED(host_missed)),
	 .sentence = "hooks on the host missed hits: the host's figures are lower bounds",
	 .advice = "run ringside host -v to see the hooks, and take the snapshot again"},
};

const struct rs_rule_table rs_alarm_rules = {rules, sizeof(rules) / sizeof(rules[0])};
