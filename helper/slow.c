// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "hist.h"
#include "slow.h"

/* Fewer values say nothing about a mean. */
#define VALUES_MIN 20
/* A vCPU that sleeps wakes up in tens of microseconds (field case C: 46). */
#define VCPU_LATE_US 500
/* A vCPU that exits more than twice for an interrupt that waits is busy with that. */
#define EXITS_MANY 200
/*
 * Field case B: 98 us until vhost decides, on the good host 22. Histograms give the lower bound of
 * a mean, 65 and 16: this lies between. A CPU in a deep idle state needs up to 130 us to wake up,
 * and a host that lets it go there is late, too: see the advice.
 */
#define LATE_US 50
/* A step within the host's kernel: field case B has 8 and 10 us on both hosts. */
#define STEP_LATE_US 100

#define COUNT(name) (row->figures[RS_FIG_HOST(name)])

const char *const rs_part_names[RS_PARTS] = {
#define X(name, text) text,
	RS_PART_LIST(X)
#undef X
};

static const struct {
	enum rs_side side;
	const char *hist;
} sources[RS_PARTS] = {
	[RS_PART_WORKER] = {RS_SIDE_HOST, "worker_wait"},
	[RS_PART_RING] = {RS_SIDE_HOST, "s1_s2"},
	[RS_PART_POSTING] = {RS_SIDE_HOST, "s2_s3"},
	[RS_PART_WAKING] = {RS_SIDE_HOST, "s3_s4"},
	[RS_PART_INJECTING] = {RS_SIDE_HOST, "s4_s5"},
	[RS_PART_VCPU] = {RS_SIDE_HOST, "s5_run"},
	[RS_PART_POLL_WAIT] = {RS_SIDE_GUEST, "poll_wait"},
	[RS_PART_POLL] = {RS_SIDE_GUEST, "poll_length"},
};

static const struct rs_histogram *hist_of(const struct rs_row *row, enum rs_part part)
{
	int i = rs_hist_find(sources[part].side, sources[part].hist);

	return i < 0 ? NULL : &row->hists[sources[part].side][i];
}

/* The last bucket has no upper bound: twice its lower one. */
static uint64_t top_of(size_t bucket)
{
	return bucket + 1 < RS_HIST_BUCKETS ? rs_hist_to(bucket) : 2 * rs_hist_from(bucket);
}

static void mean_of(const struct rs_histogram *h, struct rs_share *share)
{
	uint64_t n = h ? rs_hist_count(h) : 0, from = 0, to = 0;

	share->known = h && h->known && n >= VALUES_MIN;
	for (size_t i = 0; share->known && i < RS_HIST_BUCKETS; i++) {
		from += h->bucket[i] * rs_hist_from(i);
		to += h->bucket[i] * top_of(i);
	}
	share->from_ns = share->known ? from / n : 0;
	share->to_ns = share->known ? to / n : 0;
}

static uint64_t middle(const struct rs_share *s)
{
	return s->from_ns + (s->to_ns - s->from_ns) / 2;
}

static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* The worker's wait lies within the time until vhost decides: what remains of it is the rest. */
static void ring_split(struct rs_share shares[RS_PARTS])
{
	struct rs_share *worker = &shares[RS_PART_WORKER], *ring = &shares[RS_PART_RING];
	uint64_t all = middle(ring), wait = middle(worker);

	if (!worker->known || !ring->known)
		return;
	ring->from_ns = less(ring->from_ns, worker->to_ns);
	ring->to_ns = ring->from_ns + 2 * less(less(all, wait), ring->from_ns);
}

static void permille_set(struct rs_share shares[RS_PARTS], uint64_t total)
{
	unsigned int sum = 0;
	size_t largest = 0;

	for (size_t i = 0; i < RS_PARTS; i++) {
		shares[i].permille = shares[i].known ? middle(&shares[i]) * 1000 / total : 0;
		sum += shares[i].permille;
		if (shares[i].permille > shares[largest].permille)
			largest = i;
	}
	shares[largest].permille += 1000 - sum;
}

bool rs_slow_shares(const struct rs_row *row, struct rs_share shares[RS_PARTS])
{
	uint64_t total = 0;

	memset(shares, 0, RS_PARTS * sizeof(*shares));
	for (size_t i = 0; i < RS_PARTS; i++)
		mean_of(hist_of(row, i), &shares[i]);
	ring_split(shares);
	for (size_t i = 0; i < RS_PARTS; i++)
		total += middle(&shares[i]);
	if (total)
		permille_set(shares, total);
	return total != 0;
}

/* A few that took very long make a mean that nobody waits: it counts up to this many times what
 * half of them take. */
#define MEDIANS 4

static bool is_largest(const struct rs_share shares[RS_PARTS], enum rs_part part)
{
	for (size_t i = 0; i < RS_PARTS; i++)
		if (shares[i].permille > shares[part].permille)
			return false;
	return true;
}

/* The part's mean time in microseconds, at least; 0 if another part takes more of the time. */
static uint64_t time_of(const struct rs_row *row, enum rs_part part)
{
	const struct rs_histogram *h = hist_of(row, part);
	struct rs_share shares[RS_PARTS];
	int median = h ? rs_hist_percentile(h, 500) : -1;
	uint64_t most;

	if (median < 0 || !rs_slow_shares(row, shares) || !is_largest(shares, part))
		return 0;
	most = MEDIANS * top_of(median);
	return (shares[part].from_ns < most ? shares[part].from_ns : most) / 1000;
}

static uint64_t worker_late(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	return time_of(row, RS_PART_WORKER);
}

static bool is_backlogged(const struct rs_row *row)
{
	const struct rs_histogram *h = &row->hists[RS_SIDE_HOST][RS_HOST_HIST_occupancy_at_enqueue];

	if (h->known && rs_hist_count(h))
		return rs_hist_percentile(h, 900) > 1;
	return !COUNT(vhost_taken).known || !COUNT(vhost_rounds).known ||
	       COUNT(vhost_taken).value > 2 * COUNT(vhost_rounds).value;
}

/* Packets that come one by one wait for vhost, and not for packets before them. */
static uint64_t wakes_late(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	return is_backlogged(row) ? 0 : time_of(row, RS_PART_RING);
}

/* Exits for each 100 injections; only where interrupts wait for long. */
static uint64_t vcpu_exits(const struct rs_rule *rule, const struct rs_row *row)
{
	const struct rs_histogram *h = &row->hists[RS_SIDE_HOST][RS_HOST_HIST_s5_run];
	int tail = rs_hist_count(h) >= VALUES_MIN ? rs_hist_percentile(h, 990) : -1;

	(void)rule;
	if (tail < 0 || rs_hist_from(tail) < 256 * 1024)
		return 0;
	return row->figures[RS_FIG_DERIVED(exits_device)].value * 100 /
	       (COUNT(injected).value ? COUNT(injected).value : 1);
}

/* Where the vCPU was when interrupts came: nearly always, as a few may have waited for most of the
 * time. */
enum place { ASLEEP, IN_HOST, IN_GUEST, MIXED, NOWHERE };

static enum place place_of(const struct rs_row *row)
{
	const uint64_t times[] = {
		[ASLEEP] = COUNT(vcpu_asleep).value,
		[IN_HOST] = COUNT(vcpu_in_host).value,
		[IN_GUEST] = COUNT(vcpu_in_guest).value,
	};
	uint64_t sum = times[ASLEEP] + times[IN_HOST] + times[IN_GUEST];

	for (int place = ASLEEP; sum && place < MIXED; place++)
		if (times[place] >= sum - sum / 10)
			return place;
	return sum ? MIXED : NOWHERE;
}

static uint64_t late_at(const struct rs_rule *rule, const struct rs_row *row, enum place place)
{
	if (place_of(row) != place || vcpu_exits(rule, row) >= EXITS_MANY)
		return 0;
	return time_of(row, RS_PART_VCPU);
}

static uint64_t asleep_late(const struct rs_rule *rule, const struct rs_row *row)
{
	return late_at(rule, row, ASLEEP);
}

static uint64_t host_late(const struct rs_rule *rule, const struct rs_row *row)
{
	return late_at(rule, row, IN_HOST);
}

static uint64_t mixed_late(const struct rs_rule *rule, const struct rs_row *row)
{
	return late_at(rule, row, MIXED);
}

static uint64_t guest_late(const struct rs_rule *rule, const struct rs_row *row)
{
	return late_at(rule, row, IN_GUEST);
}

static uint64_t signal_late(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	return time_of(row, RS_PART_POSTING);
}

/* From the eventfd to the injection KVM runs, at once or in its work queue. */
static uint64_t injection_late(const struct rs_rule *rule, const struct rs_row *row)
{
	uint64_t waking = time_of(row, RS_PART_WAKING);

	(void)rule;
	return waking ? waking : time_of(row, RS_PART_INJECTING);
}

static uint64_t softirq_late(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	return time_of(row, RS_PART_POLL_WAIT);
}

/* Of all polls that are timed: netpoll's are not. */
#define SUM(kind)                                             \
	(row->figures[RS_FIG_GUEST(kind##_softirq)].value +   \
	 row->figures[RS_FIG_GUEST(kind##_ksoftirqd)].value + \
	 row->figures[RS_FIG_GUEST(kind##_busy)].value +      \
	 row->figures[RS_FIG_GUEST(kind##_threaded)].value)

/*
 * A poll of many packets takes long, and that is right: microseconds for each packet, at least.
 * Polls that find nothing are no part of it, and not longer than the others.
 */
static uint64_t poll_late(const struct rs_rule *rule, const struct rs_row *row)
{
	uint64_t us = time_of(row, RS_PART_POLL), packets = SUM(packets);

	(void)rule;
	return packets ? us * (less(SUM(polls), SUM(empty)) / (double)packets) : 0;
}

#define HOST	RS_FIG_HOST
#define GUEST	RS_FIG_GUEST
#define DERIVED RS_FIG_DERIVED

/* What the rules on a late vCPU have in common: they differ by where it was. */
#define VCPU_LATE                                                                                \
	.severity = RS_SEVERITY_WARNING, .threshold = VCPU_LATE_US, .unit = "us", .dir = "rx",   \
	.hists = {"s5_run"},                                                                     \
	RS_NEEDS(HOST(injected), DERIVED(exits_device), HOST(vcpu_in_guest), HOST(vcpu_in_host), \
		 HOST(vcpu_asleep)),                                                             \
	RS_ALSO(HOST(exits_pending))

static const struct rs_rule rules[] = {
	{.id = "worker-late",
	 .party = RS_PARTY_HOST_CPU,
	 .severity = RS_SEVERITY_WARNING,
	 .measure = worker_late,
	 .threshold = LATE_US,
	 .unit = "us",
	 .dir = "rx",
	 .hists = {"worker_wait", "s1_s2"},
	 RS_NEEDS(HOST(vhost_rounds)),
	 RS_ALSO(HOST(vhost_taken)),
	 .sentence = "worker late: the vhost worker waits for a CPU for the largest part of a "
		     "packet's time",
	 .advice = "check the vhost worker's CPUs, cgroup and priority: other tasks keep it from "
		   "its CPU"},
	{.id = "backend-late",
	 .party = RS_PARTY_HOST_CPU,
	 .or_parties = 1U << RS_PARTY_BACKEND,
	 .severity = RS_SEVERITY_WARNING,
	 .measure = wakes_late,
	 .threshold = LATE_US,
	 .unit = "us",
	 .dir = "rx",
	 .hists = {"s1_s2"},
	 RS_NEEDS(HOST(vhost_rounds)),
	 RS_ALSO(HOST(vhost_taken)),
	 .sentence = "packets wait for vhost for the largest part of their time, and no other "
		     "packets are before them",
	 .advice =
		 "the vhost worker wakes up late, or works slowly: compare worker_wait, the CPU's "
		 "idle states and its frequency with a good host"},
	{.id = "signal-late",
	 .party = RS_PARTY_BACKEND,
	 .or_parties = 1U << RS_PARTY_HOST_CPU,
	 .severity = RS_SEVERITY_WARNING,
	 .measure = signal_late,
	 .threshold = STEP_LATE_US,
	 .unit = "us",
	 .dir = "rx",
	 .hists = {"s2_s3"},
	 RS_NEEDS(HOST(vhost_signals)),
	 RS_ALSO(HOST(eventfd_writes)),
	 .sentence = "signal late: the largest part of a packet's time is between vhost's decision "
		     "and its write",
	 .advice =
		 "look at what the vhost worker does then (perf top -t), and whether it loses its "
		 "CPU"},
	{.id = "injection-late",
	 .party = RS_PARTY_KVM,
	 .or_parties = 1U << RS_PARTY_HOST_CPU,
	 .severity = RS_SEVERITY_WARNING,
	 .measure = injection_late,
	 .threshold = STEP_LATE_US,
	 .unit = "us",
	 .dir = "rx",
	 .hists = {"s3_s4", "s4_s5"},
	 RS_NEEDS(HOST(irqfd_wakeups), HOST(injected)),
	 RS_ALSO(HOST(irqfd_deferred), HOST(irqfd_atomic)),
	 .sentence = "injection late: the largest part of a packet's time is between eventfd and "
		     "injection",
	 .advice =
		 "if irqfd_deferred is above 0, the kernel's work queue injects: look for what "
		 "keeps the host's kworkers from their CPU; else report the host's kernel version"},
	{.id = "vcpu-exits-late",
	 .party = RS_PARTY_HOST_CPU,
	 .or_parties = 1U << RS_PARTY_VMM,
	 .severity = RS_SEVERITY_WARNING,
	 .measure = vcpu_exits,
	 .threshold = EXITS_MANY,
	 .unit = "exits for each 100 injections",
	 .dir = "rx",
	 .hists = {"s5_run"},
	 RS_NEEDS(DERIVED(exits_device), HOST(injected)),
	 RS_ALSO(HOST(exits_pending), HOST(exits_pending_io), HOST(exits_pending_mmio),
		 HOST(vcpu_in_host)),
	 .sentence = "vCPU busy exiting: interrupts wait while their vCPU exits to the host again "
		     "and again",
	 .advice = "find the device of these exits (console output exits for each character), and "
		   "move it or the IRQ to another vCPU"},
	{.id = "vcpu-late",
	 .party = RS_PARTY_HOST_CPU,
	 .measure = asleep_late,
	 VCPU_LATE,
	 .sentence = "vCPU late: the largest part of a packet's time is the wait for a vCPU that "
		     "was asleep",
	 .advice = "check the CPUs, cgroup and priority of the VMM's vCPU threads"},
	{.id = "vcpu-in-host-late",
	 .party = RS_PARTY_HOST_CPU,
	 .or_parties = 1U << RS_PARTY_VMM,
	 .measure = host_late,
	 VCPU_LATE,
	 .sentence = "vCPU late: the largest part of a packet's time is the wait for a vCPU that "
		     "is in the host",
	 .advice = "it handles an exit, or waits for a CPU: look at the vCPU's exits (perf kvm "
		   "stat; console output exits for each "
		   "character) and at the CPUs, cgroup and priority of the VMM's vCPU threads"},
	{.id = "vcpu-wait-late",
	 .party = RS_PARTY_HOST_CPU,
	 .or_parties = 1U << RS_PARTY_VMM | 1U << RS_PARTY_GUEST_IRQ,
	 .measure = mixed_late,
	 VCPU_LATE,
	 .sentence = "vCPU late: the largest part of a packet's time is the wait for the vCPU",
	 .advice = "compare vcpu_asleep, vcpu_in_host and vcpu_in_guest: the scheduler, the vCPU's "
		   "exits, or interrupts off in the guest"},
	{.id = "interrupts-off-late",
	 .party = RS_PARTY_GUEST_IRQ,
	 .or_parties = 1U << RS_PARTY_HOST_CPU,
	 .measure = guest_late,
	 VCPU_LATE,
	 .sentence = "interrupts wait for the largest part of a packet's time although their vCPU "
		     "runs the guest",
	 .advice = "look for long sections with interrupts off in the guest (the tracer irqsoff), "
		   "then for what takes the vCPU's CPU from it"},
	{.id = "softirq-late",
	 .party = RS_PARTY_GUEST_CPU,
	 .severity = RS_SEVERITY_WARNING,
	 .measure = softirq_late,
	 .threshold = 500,
	 .unit = "us",
	 .dir = "rx",
	 .hists = {"poll_wait"},
	 RS_NEEDS(GUEST(handled)),
	 RS_ALSO(GUEST(polls_softirq), GUEST(polls_ksoftirqd), GUEST(polls_threaded),
		 DERIVED(irq_cpu), DERIVED(irq_cpu_interrupts)),
	 .sentence = "softirq late: interrupts wait for their poll for the largest part of a "
		     "packet's time",
	 .advice = "other softirqs or tasks keep the CPU: compare ksoftirqd's polls and "
		   "time_squeeze, move the IRQ or the tasks, raise the NAPI thread's priority"},
	{.id = "poll-late",
	 .party = RS_PARTY_GUEST_CPU,
	 .or_parties = 1U << RS_PARTY_GUEST_DRIVER,
	 .severity = RS_SEVERITY_WARNING,
	 .measure = poll_late,
	 .threshold = 100,
	 .unit = "us for each packet",
	 .dir = "rx",
	 .hists = {"poll_length"},
	 RS_NEEDS(GUEST(polls_softirq), GUEST(polls_ksoftirqd), GUEST(polls_busy),
		  GUEST(polls_threaded), GUEST(empty_softirq), GUEST(empty_ksoftirqd),
		  GUEST(empty_busy), GUEST(empty_threaded), GUEST(packets_softirq),
		  GUEST(packets_ksoftirqd), GUEST(packets_busy), GUEST(packets_threaded)),
	 .sentence = "poll late: the guest's polls take the largest part of a packet's time",
	 .advice = "the guest works long on each packet within its polls: look for XDP programs, "
		   "packet filters and taps (tcpdump) with perf record -g in the guest"},
};

const struct rs_rule_table rs_slow_rules = {rules, sizeof(rules) / sizeof(rules[0])};
