// SPDX-License-Identifier: GPL-2.0-only
/* What is wrong whether the queue moves or not. */
#include "rule_tables.h"

#define VALUE(figure)	    (row->figures[figure].value)
#define HOST_VALUE(name)    VALUE(RS_FIG_HOST(name))
#define DERIVED_VALUE(name) VALUE(RS_FIG_DERIVED(name))

/* The tap's figures are the same for each of its queues: the first one has the finding. */
static bool is_first(const struct rs_row *row)
{
	return row->host && !(row->host->queue.known && row->host->queue.value);
}

/* A guest whose link was set off on purpose sends nothing: one that sends takes it to be on. */
static uint64_t carrier_off(const struct rs_rule *rule, const struct rs_row *row)
{
	return is_first(row) ? VALUE(rule->needs[0]) : 0;
}

static bool is_stopped(const struct rs_row *row)
{
	return row->host && row->host->stopped.known && row->host->stopped.value;
}

/* tun stops a queue whose ring is full. With an empty ring nothing starts it again. */
static uint64_t tap_stopped(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	if (!is_stopped(row) || DERIVED_VALUE(occupancy) || DERIVED_VALUE(occupancy_begin) ||
	    HOST_VALUE(tun_offered) || DERIVED_VALUE(host_window) < 1000)
		return 0;
	return DERIVED_VALUE(qdisc_backlog) + HOST_VALUE(qdisc_dropped);
}

/* Packets wait in the qdisc because a ring behind it is full, or it is unknown whether they do. */
static bool is_consequence(const struct rs_row *row)
{
	bool unknown = row->host && row->host->backpressure.value &&
		       !row->figures[RS_FIG_DERIVED(held_back)].known;

	return is_stopped(row) || unknown || DERIVED_VALUE(held_back);
}

static uint64_t qdisc_drops(const struct rs_rule *rule, const struct rs_row *row)
{
	return is_first(row) && !is_consequence(row) ? VALUE(rule->needs[0]) : 0;
}

/* How long a packet waits in the qdisc, at the rate of this window. */
static uint64_t qdisc_backlog(const struct rs_rule *rule, const struct rs_row *row)
{
	uint64_t passed = DERIVED_VALUE(tap_offered), backlog = DERIVED_VALUE(qdisc_backlog);

	(void)rule;
	if (!is_first(row) || is_consequence(row) || backlog < 10 ||
	    DERIVED_VALUE(host_window) < 1000 || !row->figures[RS_FIG_DERIVED(tap_offered)].known)
		return 0;
	return passed ? backlog * DERIVED_VALUE(host_window) / passed : DERIVED_VALUE(host_window);
}

static uint64_t filtered(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	if (HOST_VALUE(tun_dropped_filter) < 10 || !HOST_VALUE(tun_offered))
		return 0;
	return HOST_VALUE(tun_dropped_filter) * 1000 / HOST_VALUE(tun_offered);
}

#define GUEST	RS_FIG_GUEST
#define HOST	RS_FIG_HOST
#define DERIVED RS_FIG_DERIVED

static const struct rs_rule rules[] = {
	{.id = "irq-disabled",
	 .party = RS_PARTY_GUEST_IRQ,
	 .severity = RS_SEVERITY_CRITICAL,
	 .measure = rs_rule_main_value,
	 .threshold = 1,
	 .unit = "flag",
	 RS_NEEDS(DERIVED(irq_disabled)),
	 RS_ALSO(DERIVED(irq_given_up), GUEST(interrupts), GUEST(none), GUEST(none_busy_poll),
		 GUEST(none_empty), DERIVED(standing)),
	 .sentence = "this queue's IRQ is disabled in the guest: by the kernel (\"nobody cared\") "
		     "or by disable_irq()",
	 .advice = "if irq_given_up is above 0, or the guest's kernel log says \"nobody cared\": "
		   "remove the cause of IRQ_NONE (see the figures), then unbind and bind the "
		   "device; else find what called disable_irq()"},
	{.id = "vhost-errors",
	 .party = RS_PARTY_BACKEND,
	 .or_parties = 1U << RS_PARTY_VMM | 1U << RS_PARTY_GUEST_DRIVER,
	 .severity = RS_SEVERITY_WARNING,
	 .measure = rs_rule_main_value,
	 .threshold = 1,
	 .unit = "errors",
	 RS_NEEDS(HOST(vhost_errors)),
	 RS_ALSO(HOST(vhost_rounds), HOST(vhost_posted)),
	 .sentence =
		 "vhost met entries that it could not read or write, and told the VMM of errors",
	 .advice = "read what the VMM's log says of vhost at that time: the memory table that the "
		   "VMM gave it, or what the guest's driver wrote into the ring"},
	{.id = "carrier-off",
	 .party = RS_PARTY_HOST_NET,
	 .severity = RS_SEVERITY_CRITICAL,
	 .measure = carrier_off,
	 .threshold = 1,
	 .unit = "entries",
	 .dir = "rx",
	 RS_NEEDS(DERIVED(sent_off)),
	 RS_ALSO(HOST(tun_offered), DERIVED(host_window)),
	 .sentence =
		 "the tap is down or has no carrier: the host sends nothing to the guest, and the "
		 "guest sends",
	 .advice = "set the tap up (ip link set up), and the VMM's link of this device on"},
	{.id = "tap-stopped",
	 .party = RS_PARTY_HOST_NET,
	 .severity = RS_SEVERITY_CRITICAL,
	 .measure = tap_stopped,
	 .threshold = 1,
	 .unit = "packets",
	 .dir = "rx",
	 RS_NEEDS(DERIVED(qdisc_backlog), HOST(qdisc_dropped), DERIVED(occupancy),
		  DERIVED(occupancy_begin), HOST(tun_offered), DERIVED(host_window)),
	 .sentence =
		 "the tap's queue is stopped although its ring is empty: packets wait before it",
	 .advice = "set the tap down and up (ip link set), and report the host's kernel version: "
		   "the queue was not started again"},
	{.id = "qdisc-drops",
	 .party = RS_PARTY_HOST_NET,
	 .severity = RS_SEVERITY_CRITICAL,
	 .measure = qdisc_drops,
	 .threshold = 10,
	 .unit = "packets",
	 .dir = "rx",
	 RS_NEEDS(HOST(qdisc_dropped)),
	 RS_ALSO(DERIVED(qdisc_backlog), DERIVED(tap_offered), HOST(tun_dropped)),
	 .sentence = "the qdisc before the tap drops packets",
	 .advice = "look at the tap's qdisc: tc -s qdisc show dev TAP; its rate or limit is too "
		   "low"},
	{.id = "qdisc-backlog",
	 .party = RS_PARTY_HOST_NET,
	 .severity = RS_SEVERITY_CRITICAL,
	 .measure = qdisc_backlog,
	 .threshold = 100,
	 .unit = "ms",
	 .dir = "rx",
	 RS_NEEDS(DERIVED(qdisc_backlog), DERIVED(host_window)),
	 RS_ALSO(DERIVED(tap_offered), DERIVED(qdisc_backlog_begin), HOST(qdisc_dropped)),
	 .sentence = "packets wait in the qdisc before the tap",
	 .advice = "look at the tap's qdisc: tc -s qdisc show dev TAP; its rate is too low"},
	{.id = "filter-drops",
	 .party = RS_PARTY_HOST_NET,
	 .severity = RS_SEVERITY_WARNING,
	 .measure = filtered,
	 .threshold = 10,
	 .unit = "of 1000 packets",
	 .dir = "rx",
	 RS_NEEDS(HOST(tun_dropped_filter), HOST(tun_offered)),
	 .sentence = "a filter on the tap or its socket drops packets",
	 .advice = "look for a filter on the tap (TUNSETTXFILTER, TUNATTACHFILTER), and for the "
		   "guest's MAC in it"},
};

const struct rs_rule_table rs_fault_rules = {rules, sizeof(rules) / sizeof(rules[0])};
