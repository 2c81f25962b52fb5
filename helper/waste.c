// SPDX-License-Identifier: GPL-2.0-only
/* Interrupts that serve nothing. */
#include "rule_tables.h"

/* Fewer than these can come from start-up or from a wrap of the event index. */
#define MANY 20

#define VALUE(figure)	  (row->figures[figure].value)
#define GUEST_VALUE(name) VALUE(RS_FIG_GUEST(name))

static uint64_t share(uint64_t part, uint64_t of)
{
	return part >= MANY && of ? part * 1000 / of : 0;
}

/* needs: the part, the whole */
static uint64_t main_share(const struct rs_rule *rule, const struct rs_row *row)
{
	return share(VALUE(rule->needs[0]), VALUE(rule->needs[1]));
}

/*
 * A guest on x86 that moves an interrupt to another CPU sends itself the one that may be pending,
 * and the second of both finds nothing. By itself a guest knows only which CPUs took some.
 */
static uint64_t moves(const struct rs_row *row)
{
	struct rs_num moved = row->figures[RS_FIG_HOST(moved)];
	struct rs_num most = row->figures[RS_FIG_DERIVED(irq_cpu_interrupts)];
	uint64_t all = GUEST_VALUE(interrupts);

	if (moved.known)
		return moved.value;
	return !row->host && most.known && all > most.value ? 2 * (all - most.value) : 0;
}

static uint64_t empty_share(const struct rs_rule *rule, const struct rs_row *row)
{
	uint64_t none = VALUE(rule->needs[0]), own = moves(row);

	return share(none > own ? none - own : 0, VALUE(rule->needs[1]));
}

/* irq_left is known only while the kernel can disable the IRQ. */
static uint64_t near_disabled(const struct rs_rule *rule, const struct rs_row *row)
{
	return row->figures[RS_FIG_DERIVED(irq_left)].known ? VALUE(rule->needs[0]) : 0;
}

/*
 * What those fixes changed is how a driver with the event index asks for no interrupt. Without it
 * an interrupt that is on its way cannot be taken back: under load a receive poll cleans first, as
 * it should.
 */
static uint64_t clean_share(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	if (!row->guest || !row->guest->event_idx.known || !row->guest->event_idx.value)
		return 0;
	return share(GUEST_VALUE(none_tx_rx_poll) + GUEST_VALUE(none_tx_xmit) +
			     GUEST_VALUE(none_tx_tx_poll),
		     GUEST_VALUE(interrupts));
}

#define GUEST	RS_FIG_GUEST
#define HOST	RS_FIG_HOST
#define DERIVED RS_FIG_DERIVED

static const struct rs_rule rules[] = {
	{.id = "irq-near-disabled",
	 .party = RS_PARTY_GUEST_IRQ,
	 .severity = RS_SEVERITY_WARNING,
	 .measure = near_disabled,
	 .threshold = 1000,
	 .unit = "interrupts",
	 RS_NEEDS(DERIVED(irq_unhandled), DERIVED(irq_handled)),
	 RS_ALSO(DERIVED(irq_left), GUEST(none), GUEST(none_busy_poll), GUEST(none_empty)),
	 .sentence = "nearly every interrupt of this IRQ returns IRQ_NONE: the kernel may soon "
		     "disable it",
	 .advice = "remove the cause of IRQ_NONE (see the figures) before irq_left is 0"},
	{.id = "busy-poll-theft",
	 .party = RS_PARTY_GUEST_POLLER,
	 .severity = RS_SEVERITY_WARNING,
	 .measure = main_share,
	 .threshold = 50,
	 .unit = "of 1000 interrupts",
	 RS_NEEDS(GUEST(none_busy_poll), GUEST(interrupts), GUEST(none)),
	 RS_ALSO(GUEST(polls_busy), GUEST(polls_softirq), DERIVED(irq_left)),
	 .sentence = "busy pollers consume the entries before their interrupt arrives, which then "
		     "returns IRQ_NONE",
	 .advice = "in the guest run sysctl net.core.busy_poll=0 net.core.busy_read=0"},
	{.id = "transmit-theft",
	 .party = RS_PARTY_GUEST_DRIVER,
	 .severity = RS_SEVERITY_WARNING,
	 .measure = clean_share,
	 .threshold = 500,
	 .unit = "of 1000 interrupts",
	 .dir = "tx",
	 RS_NEEDS(GUEST(none_tx_rx_poll), GUEST(none_tx_xmit), GUEST(none_tx_tx_poll),
		  GUEST(interrupts)),
	 RS_ALSO(GUEST(none)),
	 .sentence = "the driver cleans the transmit ring before its interrupt arrives, most of "
		     "the time",
	 .advice = "the fixes of Linux 5.14 (5a2f966d0f3f 22bc63c58e87 8d622d21d248 a7766ef18b33) "
		   "are missing or only partly in the guest's kernel"},
	{.id = "empty-signals",
	 .party = RS_PARTY_BACKEND,
	 .severity = RS_SEVERITY_WARNING,
	 .measure = empty_share,
	 .threshold = 10,
	 .unit = "of 1000 interrupts",
	 RS_NEEDS(GUEST(none_empty), GUEST(interrupts)),
	 RS_ALSO(HOST(vhost_signals), HOST(vhost_signals_empty), HOST(injected)),
	 .sentence = "the host sends interrupts of this queue without a new entry in the ring",
	 .advice = "on the host: if vhost_signals_empty is above 0, vhost sends them; else another "
		   "process writes this eventfd"},
	{.id = "empty-signals-sent",
	 .party = RS_PARTY_BACKEND,
	 .severity = RS_SEVERITY_WARNING,
	 .measure = main_share,
	 .threshold = 10,
	 .unit = "of 1000 signals",
	 RS_NEEDS(HOST(vhost_signals_empty), HOST(vhost_signals)),
	 RS_ALSO(HOST(vhost_posted)),
	 .sentence = "vhost signals without an entry posted since the signal before",
	 .advice = "check for NOTIFY_ON_EMPTY, and for a page with the event index that vhost "
		   "cannot read"},
};

const struct rs_rule_table rs_waste_rules = {rules, sizeof(rules) / sizeof(rules[0])};
