// SPDX-License-Identifier: GPL-2.0-only
/* Packets that were dropped because the tap's ring was full, and by whom it was. */
#include "rule_tables.h"

#define COUNT(name) (row->figures[RS_FIG_HOST(name)])

/* Fewer drops than these come from one burst. */
#define DROPS_MIN 20

static uint64_t drops(const struct rs_rule *rule, const struct rs_row *row)
{
	uint64_t full = COUNT(tun_dropped_full).value, offered = COUNT(tun_offered).value;

	(void)rule;
	if (full < DROPS_MIN || !row->figures[RS_FIG_DERIVED(taken)].value || !offered)
		return 0;
	return full * 1000 / offered;
}

/* Packets waited at both ends of the window, the guest had no buffer in the ring for them, and its
 * kicks show that vhost waited for buffers in between. */
static uint64_t drops_no_buffers(const struct rs_rule *rule, const struct rs_row *row)
{
	bool waits = row->figures[RS_FIG_DERIVED(occupancy)].value &&
		     row->figures[RS_FIG_DERIVED(occupancy_begin)].value;
	bool none = !row->figures[RS_FIG_DERIVED(outstanding)].value &&
		    !row->figures[RS_FIG_DERIVED(outstanding_begin)].value;

	return waits && none && COUNT(vhost_kicks).value ? drops(rule, row) : 0;
}

/*
 * vhost asks for a kick when it runs out of buffers: it never did, and has some left. So the guest
 * has no part in it. How long the worker waited for a CPU is in one histogram for both directions
 * of the pair, so that cannot tell vhost from its CPU.
 */
static uint64_t drops_backend(const struct rs_rule *rule, const struct rs_row *row)
{
	if (COUNT(vhost_kicks).value || !row->figures[RS_FIG_DERIVED(avail_left)].value)
		return 0;
	return drops(rule, row);
}

/* Of a tap with backpressure the qdisc drops what comes while the ring is full. */
static uint64_t held_back(const struct rs_rule *rule, const struct rs_row *row)
{
	uint64_t offered = row->figures[RS_FIG_DERIVED(tap_offered)].value;
	uint64_t dropped = COUNT(qdisc_dropped).value;

	(void)rule;
	if (dropped < DROPS_MIN || !row->figures[RS_FIG_DERIVED(taken)].value ||
	    !row->figures[RS_FIG_DERIVED(filled)].value)
		return 0;
	return dropped * 1000 / (dropped + offered);
}

/* How long a packet waits in the qdisc, at the rate of this window. */
static uint64_t held_back_ms(const struct rs_rule *rule, const struct rs_row *row)
{
	uint64_t offered = row->figures[RS_FIG_DERIVED(tap_offered)].value;
	uint64_t backlog = row->figures[RS_FIG_DERIVED(qdisc_backlog)].value;

	(void)rule;
	if (backlog < DROPS_MIN || !offered || !row->figures[RS_FIG_DERIVED(taken)].value ||
	    !row->figures[RS_FIG_DERIVED(filled)].value)
		return 0;
	return backlog * row->figures[RS_FIG_DERIVED(host_window)].value / offered;
}

static uint64_t drops_unseen(const struct rs_rule *rule, const struct rs_row *row)
{
	int64_t unseen = (int64_t)row->figures[RS_FIG_DERIVED(drops_unseen)].value;

	(void)rule;
	return unseen > 0 ? (uint64_t)unseen : 0;
}

#define HOST	RS_FIG_HOST
#define GUEST	RS_FIG_GUEST
#define DERIVED RS_FIG_DERIVED

/* Who did not take in time; or the qdisc's own limit, and the ring filled at another time. */
#define HELD_BACK_BY (1U << RS_PARTY_HOST_CPU | 1U << RS_PARTY_GUEST_CPU | 1U << RS_PARTY_HOST_NET)
#define HELD_BACK_ADVICE                                                                          \
	"more packets come than are served: compare worker_wait with s1_s2 (the vhost worker), "  \
	"and avail_left 0 with the guest's polls (the guest); if both keep up, the qdisc's rate " \
	"or limit is too low (tc -s qdisc show dev TAP)"

#define DROPS \
	.severity = RS_SEVERITY_WARNING, .threshold = 10, .unit = "of 1000 packets", .dir = "rx"

static const struct rs_rule rules[] = {
	{.id = "drops-no-buffers",
	 .party = RS_PARTY_GUEST_CPU,
	 .or_parties = 1U << RS_PARTY_GUEST_DRIVER | 1U << RS_PARTY_HOST_CPU,
	 .measure = drops_no_buffers,
	 DROPS,
	 RS_NEEDS(HOST(tun_dropped_full), DERIVED(taken), HOST(tun_offered), HOST(vhost_kicks),
		  DERIVED(occupancy), DERIVED(occupancy_begin), DERIVED(outstanding),
		  DERIVED(outstanding_begin)),
	 RS_ALSO(GUEST(full_softirq), GUEST(full_ksoftirqd)),
	 .sentence = "packets were dropped while vhost waited for buffers of the guest",
	 .advice = "the guest, or its vCPU, is slower than packets come: look at time_squeeze and "
		   "ksoftirqd's polls; give the receive ring more entries (ethtool -G, "
		   "rx_queue_size of the VMM), or spread the flows over more queues",
	 .instead = "drops"},
	{.id = "drops-backend",
	 .party = RS_PARTY_BACKEND,
	 .or_parties = 1U << RS_PARTY_HOST_CPU,
	 .measure = drops_backend,
	 DROPS,
	 .exact = RS_ON_HOST,
	 RS_NEEDS(HOST(tun_dropped_full), DERIVED(taken), HOST(tun_offered), HOST(vhost_kicks),
		  DERIVED(avail_left)),
	 RS_ALSO(HOST(vhost_rounds), HOST(vhost_posted), DERIVED(occupancy)),
	 .sentence = "packets were dropped although vhost had buffers of the guest",
	 .advice = "one vhost worker does not keep up, or gets too little of a CPU: see "
		   "worker_wait, spread the flows over more queues, and look "
		   "at what the worker does (perf top -t)",
	 .instead = "drops"},
	{.id = "drops",
	 .party = RS_PARTY_BACKEND,
	 .or_parties = 1U << RS_PARTY_HOST_CPU | 1U << RS_PARTY_GUEST_CPU,
	 .measure = drops,
	 DROPS,
	 RS_NEEDS(HOST(tun_dropped_full), DERIVED(taken), HOST(tun_offered)),
	 RS_ALSO(DERIVED(occupancy), DERIVED(ring_size), HOST(vhost_posted), DERIVED(avail_left)),
	 .sentence = "packets were dropped because the tap's ring was full, while others "
		     "were taken",
	 .advice = "more packets come than are served: compare worker_wait with s1_s2 (the vhost "
		   "worker), and avail_left 0 with the guest's polls (the guest)"},
	{.id = "held-back-drops",
	 .party = RS_PARTY_BACKEND,
	 .or_parties = HELD_BACK_BY,
	 .measure = held_back,
	 DROPS,
	 RS_NEEDS(HOST(qdisc_dropped), DERIVED(tap_offered), DERIVED(taken), DERIVED(filled)),
	 RS_ALSO(DERIVED(occupancy), DERIVED(ring_size), DERIVED(qdisc_backlog), HOST(vhost_posted),
		 DERIVED(avail_left)),
	 .sentence = "the qdisc before the tap drops packets, and the tap's ring filled: it holds "
		     "packets back",
	 .advice = HELD_BACK_ADVICE},
	{.id = "held-back",
	 .party = RS_PARTY_BACKEND,
	 .or_parties = HELD_BACK_BY,
	 .measure = held_back_ms,
	 .severity = RS_SEVERITY_WARNING,
	 .threshold = 100,
	 .unit = "ms",
	 .dir = "rx",
	 RS_NEEDS(DERIVED(qdisc_backlog), DERIVED(tap_offered), DERIVED(taken), DERIVED(filled),
		  DERIVED(host_window)),
	 RS_ALSO(DERIVED(occupancy), DERIVED(ring_size), HOST(vhost_posted), DERIVED(avail_left)),
	 .sentence = "packets wait in the qdisc before the tap, and the tap's ring filled: it "
		     "holds packets back",
	 .advice = HELD_BACK_ADVICE},
	{.id = "drops-unseen",
	 .party = RS_PARTY_BACKEND,
	 .or_parties = 1U << RS_PARTY_HOST_CPU | 1U << RS_PARTY_GUEST_CPU | 1U << RS_PARTY_VMM,
	 .measure = drops_unseen,
	 .severity = RS_SEVERITY_WARNING,
	 .threshold = DROPS_MIN,
	 .unit = "packets",
	 .dir = "rx",
	 .exact = RS_ON_HOST,
	 RS_NEEDS(DERIVED(drops_unseen), HOST(kernel_dropped)),
	 RS_ALSO(DERIVED(occupancy), DERIVED(ring_size)),
	 .sentence = "the tap dropped packets where no hook sees it, as those that XDP redirects",
	 .advice = "`bpftool net` lists XDP programs: what they redirect into a full ring is "
		   "dropped so; then as for drops: which of vhost's worker and the guest is slow"},
};

const struct rs_rule_table rs_drops_rules = {rules, sizeof(rules) / sizeof(rules[0])};
