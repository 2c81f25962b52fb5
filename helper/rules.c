// SPDX-License-Identifier: GPL-2.0-only
#include "rules.h"

const char *const rs_severity_names[] = {
	[RS_SEVERITY_WARNING] = "warning",
	[RS_SEVERITY_CRITICAL] = "critical",
};

/* One event may be between two stations at the begin, and one at the end. */
#define IN_FLIGHT 1
/* vhost takes this many packets from the ring at once (VHOST_NET_BATCH, drivers/vhost/net.c) */
#define VHOST_BATCH 64
/* Fewer than these are a start-up or a wrap of the event index, not a pattern. */
#define MANY 100
/* A queue that stood still for less may just not have been scheduled. */
#define STILL_MS 100
/* The kernel's window is worth a warning from here on; it disables the IRQ above 99900. */
#define IRQ_WORRY 1000

#define VALUE(figure)	    (row->figures[figure].value)
#define GUEST_VALUE(name)   VALUE(RS_FIG_GUEST(name))
#define HOST_VALUE(name)    VALUE(RS_FIG_HOST(name))
#define DERIVED_VALUE(name) VALUE(RS_FIG_DERIVED(name))

static bool is_many(uint64_t part, uint64_t of, unsigned int percent)
{
	return part >= MANY && part * 100 >= of * percent;
}

static bool some(const struct rs_rule *rule, const struct rs_row *row)
{
	return VALUE(rule->needs[0]) > 0;
}

/* needs: what was lost, the station before, the station after. What the guest got was not lost. */
static bool lost(const struct rs_rule *rule, const struct rs_row *row)
{
	struct rs_num got = row->figures[RS_FIG_GUEST(interrupts)];

	return (int64_t)VALUE(rule->needs[0]) > IN_FLIGHT &&
	       !(got.known && got.value > VALUE(rule->needs[2]));
}

/* needs: a station of the host which every interrupt passes. */
static bool blind(const struct rs_rule *rule, const struct rs_row *row)
{
	return GUEST_VALUE(interrupts) > VALUE(rule->needs[0]) + DERIVED_VALUE(surplus_slack);
}

static bool adrift(const struct rs_rule *rule, const struct rs_row *row)
{
	int64_t off = (int64_t)VALUE(rule->needs[0]);

	return off > IN_FLIGHT || off < -IN_FLIGHT;
}

static bool flawed(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	return row->guest_flaw || row->host_flaw;
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

static bool stands(const struct rs_row *row)
{
	return DERIVED_VALUE(standing) && DERIVED_VALUE(standing_begin) &&
	       !GUEST_VALUE(last_used_progress) && DERIVED_VALUE(guest_window) >= STILL_MS;
}

static bool dead(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	return stands(row);
}

static bool stalled(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	return DERIVED_VALUE(stalled) && DERIVED_VALUE(standing);
}

static bool interrupts_lost(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	return HOST_VALUE(injected) && !GUEST_VALUE(interrupts) && DERIVED_VALUE(standing) &&
	       !GUEST_VALUE(last_used_progress);
}

static bool suppressed_waiting(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	return HOST_VALUE(vhost_suppressed_flag) && !HOST_VALUE(vhost_signals) && stands(row);
}

static bool deadlock(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	return HOST_VALUE(tun_dropped) && !HOST_VALUE(vhost_taken) && DERIVED_VALUE(ring_size) &&
	       DERIVED_VALUE(occupancy) >= DERIVED_VALUE(ring_size) && stands(row);
}

static bool ring_full(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	return HOST_VALUE(tun_dropped) && !HOST_VALUE(vhost_taken) && DERIVED_VALUE(ring_size) &&
	       DERIVED_VALUE(occupancy) >= DERIVED_VALUE(ring_size) &&
	       DERIVED_VALUE(host_window) >= STILL_MS;
}

static bool packets_wait(const struct rs_row *row)
{
	return DERIVED_VALUE(occupancy) && DERIVED_VALUE(occupancy_begin) &&
	       !HOST_VALUE(vhost_taken) && DERIVED_VALUE(host_window) >= STILL_MS;
}

static bool vhost_stuck(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	return packets_wait(row) && DERIVED_VALUE(avail_left);
}

static bool no_buffers(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	return packets_wait(row) && !DERIVED_VALUE(avail_left) && !DERIVED_VALUE(standing);
}

static bool drops_moving(const struct rs_rule *rule, const struct rs_row *row)
{
	(void)rule;
	return HOST_VALUE(tun_dropped_full) && HOST_VALUE(vhost_taken);
}

/* A multiple of 65536 is windows further apart than the index can tell. */
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

/* The work queue merges the wake-ups it was asked for while it was not yet running. */
static bool injection_lost(const struct rs_rule *rule, const struct rs_row *row)
{
	int64_t off = (int64_t)VALUE(rule->needs[0]);

	return off < -IN_FLIGHT || (off > IN_FLIGHT && !HOST_VALUE(irqfd_deferred));
}

static bool tun_adrift(const struct rs_rule *rule, const struct rs_row *row)
{
	int64_t off = (int64_t)VALUE(rule->needs[0]);

	return off > VHOST_BATCH + IN_FLIGHT || off < -VHOST_BATCH - IN_FLIGHT;
}

#define FIGURES(member, ...)                                                            \
	.member##_n = sizeof((enum rs_figure[]){__VA_ARGS__}) / sizeof(enum rs_figure), \
	.member = {__VA_ARGS__}
#define NEEDS(...) FIGURES(needs, __VA_ARGS__)
#define TELLS(...) FIGURES(tells, __VA_ARGS__)
#define ON_GUEST   (1U << RS_SIDE_GUEST)
#define ON_HOST	   (1U << RS_SIDE_HOST)

#define GUEST	RS_FIG_GUEST
#define HOST	RS_FIG_HOST
#define DERIVED RS_FIG_DERIVED

const struct rs_rule rs_rules[] = {
	{.id = "irq-disabled",
	 .severity = RS_SEVERITY_CRITICAL,
	 .fires = some,
	 NEEDS(DERIVED(irq_disabled)),
	 TELLS(DERIVED(irq_given_up), GUEST(interrupts), GUEST(none), GUEST(none_busy_poll),
	       GUEST(none_empty), DERIVED(standing)),
	 .sentence = "the guest's kernel has disabled this queue's IRQ (\"nobody cared\"): no "
		     "interrupt is served any more",
	 .advice = "stop what makes them spurious (see the causes of none), then unbind and bind "
		   "the device to get the IRQ back; when it happened: the guest's debugfs file "
		   "events"},
	{.id = "silent-deadlock",
	 .group = "standing",
	 .severity = RS_SEVERITY_CRITICAL,
	 .fires = deadlock,
	 .dir = "rx",
	 NEEDS(HOST(tun_dropped), HOST(vhost_taken), DERIVED(occupancy), DERIVED(ring_size),
	       DERIVED(standing), DERIVED(standing_begin), GUEST(last_used_progress),
	       DERIVED(guest_window)),
	 TELLS(HOST(vhost_suppressed_flag), HOST(vhost_signals), GUEST(interrupts),
	       GUEST(polls_busy), GUEST(none_busy_poll)),
	 .sentence = "silent deadlock: the tap's ring is full and drops, the guest's ring is full "
		     "of used entries, and the guest does not consume them",
	 .advice = "the guest stopped polling this queue: sysctl net.core.busy_poll=0 "
		   "net.core.busy_read=0 there, then set the interface down and up"},
	{.id = "interrupts-lost",
	 .group = "standing",
	 .severity = RS_SEVERITY_CRITICAL,
	 .fires = interrupts_lost,
	 .exact = ON_GUEST | ON_HOST,
	 .dir = "rx",
	 NEEDS(HOST(injected), GUEST(interrupts), DERIVED(standing), GUEST(last_used_progress)),
	 TELLS(HOST(vhost_signals), HOST(coalesced), DERIVED(irq_disabled)),
	 .sentence =
		 "interrupts were injected and none arrived, while used entries stand in the ring",
	 .advice = "lost between KVM and the guest's handler: compare the MSI of both sides, the "
		   "IRQ's affinity and the vCPU it points to"},
	{.id = "suppressed-while-waiting",
	 .group = "standing",
	 .severity = RS_SEVERITY_CRITICAL,
	 .fires = suppressed_waiting,
	 .dir = "rx",
	 NEEDS(HOST(vhost_suppressed_flag), HOST(vhost_signals), DERIVED(standing),
	       DERIVED(standing_begin), GUEST(last_used_progress), DERIVED(guest_window)),
	 TELLS(HOST(vhost_posted), GUEST(interrupts), DERIVED(polls)),
	 .sentence = "the guest asked for no interrupts, is not signalled, and does not poll: used "
		     "entries wait for nobody",
	 .advice = "the driver left its callbacks off without a poll being scheduled: set the "
		   "interface down and up; look for busy pollers that were killed"},
	{.id = "queue-dead",
	 .group = "standing",
	 .severity = RS_SEVERITY_CRITICAL,
	 .fires = dead,
	 .dir = "rx",
	 NEEDS(DERIVED(standing), DERIVED(standing_begin), GUEST(last_used_progress),
	       DERIVED(guest_window)),
	 TELLS(DERIVED(stalled), GUEST(interrupts), DERIVED(polls), HOST(vhost_posted)),
	 .sentence = "used entries stand in the ring and the guest consumed none of them within "
		     "the window",
	 .advice = "whether an interrupt is missing or a poll: interrupts above 0 accuse the "
		   "guest, injected 0 the host"},
	{.id = "queue-stalled",
	 .group = "standing",
	 .severity = RS_SEVERITY_CRITICAL,
	 .fires = stalled,
	 .dir = "rx",
	 NEEDS(DERIVED(stalled), DERIVED(standing)),
	 TELLS(GUEST(interrupts), DERIVED(polls), DERIVED(irq_disabled)),
	 .sentence = "the guest's module sees used entries that nobody has served for longer than "
		     "its stall_ms",
	 .advice = "take both sides with -d: the ledger then tells whether an interrupt or a poll "
		   "is missing; since when: the guest's debugfs file events"},
	{.id = "vhost-stuck",
	 .group = "standing",
	 .severity = RS_SEVERITY_CRITICAL,
	 .fires = vhost_stuck,
	 .dir = "rx",
	 NEEDS(DERIVED(occupancy), DERIVED(occupancy_begin), HOST(vhost_taken), DERIVED(avail_left),
	       DERIVED(host_window)),
	 TELLS(HOST(tun_dropped)),
	 .sentence = "packets wait in the tap's ring, the guest has given buffers, and vhost takes "
		     "nothing",
	 .advice = "the vhost worker does not run: look at its CPU, its cgroup and whether the VM "
		   "is paused"},
	{.id = "no-buffers",
	 .group = "standing",
	 .severity = RS_SEVERITY_CRITICAL,
	 .fires = no_buffers,
	 .dir = "rx",
	 NEEDS(DERIVED(occupancy), DERIVED(occupancy_begin), HOST(vhost_taken), DERIVED(avail_left),
	       DERIVED(standing), DERIVED(host_window)),
	 TELLS(HOST(tun_dropped)),
	 .sentence = "packets wait in the tap's ring and the guest gives vhost no buffers for them",
	 .advice = "the guest fails to refill its receive ring: look for memory shortage there"},
	{.id = "ring-full",
	 .group = "standing",
	 .severity = RS_SEVERITY_CRITICAL,
	 .fires = ring_full,
	 .dir = "rx",
	 NEEDS(HOST(tun_dropped), HOST(vhost_taken), DERIVED(occupancy), DERIVED(ring_size),
	       DERIVED(host_window)),
	 TELLS(DERIVED(avail_left), HOST(vhost_signals), HOST(vhost_suppressed_flag)),
	 .sentence = "the tap's ring is full, every packet is dropped, and vhost takes nothing",
	 .advice = "avail_left 0 accuses the guest, which gives no buffers: take its side too; "
		   "above 0 it is vhost that does not run"},
	{.id = "used-differs",
	 .severity = RS_SEVERITY_CRITICAL,
	 .fires = used_differs,
	 .exact = ON_HOST,
	 NEEDS(DERIVED(used_off), HOST(vhost_posted), GUEST(used_progress)),
	 TELLS(DERIVED(skew_begin), DERIVED(skew_end)),
	 .sentence = "the entries vhost posted are not the entries the guest saw",
	 .advice = "the ring was written by somebody else, or restarted within the window: take "
		   "both snapshots again"},
	{.id = "surplus",
	 .severity = RS_SEVERITY_CRITICAL,
	 .fires = too_many,
	 .exact = ON_HOST,
	 NEEDS(DERIVED(surplus), DERIVED(surplus_slack), GUEST(interrupts), HOST(injected)),
	 TELLS(HOST(vhost_signals)),
	 .sentence = "the guest got more interrupts than were injected",
	 .advice = "another source raises this vector: a user-space write to the irqfd, or a "
		   "vector shared with another device"},
	{.id = "host-blind",
	 .severity = RS_SEVERITY_WARNING,
	 .fires = blind,
	 NEEDS(HOST(irqfd_wakeups), GUEST(interrupts), DERIVED(surplus_slack)),
	 TELLS(HOST(vhost_signals), HOST(eventfd_writes), HOST(injected)),
	 .sentence = "the guest got interrupts that ringside did not see pass KVM's irqfd",
	 .advice = "the host's figures from the irqfd on are wrong here: see ringside check on the "
		   "host; or the VMM injects without an irqfd"},
	{.id = "decisions-lost",
	 .severity = RS_SEVERITY_WARNING,
	 .fires = adrift,
	 .exact = ON_HOST,
	 NEEDS(DERIVED(decision_off), HOST(vhost_calls)),
	 TELLS(HOST(vhost_signals), DERIVED(suppressed), HOST(vhost_no_call)),
	 .sentence = "vhost's decisions are not the signals plus the suppressed ones",
	 .advice = "see ringside check on the host"},
	{.id = "signal-lost",
	 .severity = RS_SEVERITY_CRITICAL,
	 .fires = lost,
	 .exact = ON_HOST,
	 NEEDS(DERIVED(eventfd_off), HOST(vhost_signals), HOST(eventfd_writes)),
	 TELLS(HOST(irqfd_wakeups)),
	 .sentence = "vhost signalled more often than its eventfd was written",
	 .advice = "lost between vhost and the eventfd: see ringside check on the host"},
	{.id = "wakeup-lost",
	 .severity = RS_SEVERITY_CRITICAL,
	 .fires = lost,
	 .exact = ON_HOST,
	 NEEDS(DERIVED(irqfd_off), HOST(eventfd_writes), HOST(irqfd_wakeups)),
	 TELLS(HOST(injected)),
	 .sentence = "the eventfd was written and KVM's irqfd was not woken",
	 .advice = "the vector is masked, or the VMM handles the eventfd itself: look at the "
		   "guest's MSI-X mask and at the VMM"},
	{.id = "injection-lost",
	 .severity = RS_SEVERITY_CRITICAL,
	 .fires = injection_lost,
	 .exact = ON_HOST,
	 NEEDS(DERIVED(inject_off), HOST(irqfd_wakeups), HOST(injected), HOST(coalesced),
	       HOST(irqfd_deferred)),
	 TELLS(HOST(irqfd_atomic)),
	 .sentence =
		 "the irqfd's wake-ups are not the interrupts injected plus those already pending",
	 .advice =
		 "KVM did not deliver: look at the MSI route of this GSI and at the vCPU it names"},
	{.id = "tun-lost",
	 .severity = RS_SEVERITY_WARNING,
	 .fires = tun_adrift,
	 .exact = ON_HOST,
	 .dir = "rx",
	 NEEDS(DERIVED(tun_off), HOST(tun_offered), HOST(tun_dropped), HOST(vhost_taken)),
	 TELLS(DERIVED(occupancy_begin), DERIVED(occupancy)),
	 .sentence = "packets offered to the tap are neither dropped, taken by vhost nor waiting",
	 .advice = "somebody else reads this tap queue, or it was detached within the window"},
	{.id = "irq-near-disabled",
	 .severity = RS_SEVERITY_WARNING,
	 .fires = irq_near,
	 NEEDS(DERIVED(irq_left), DERIVED(irq_unhandled), DERIVED(irq_handled)),
	 TELLS(GUEST(none), GUEST(none_busy_poll), GUEST(none_empty)),
	 .sentence = "nearly every interrupt of this IRQ is spurious: the kernel may disable it in "
		     "this window",
	 .advice =
		 "stop what consumes first, or who sends empty signals, before the window is full"},
	{.id = "busy-poll-theft",
	 .severity = RS_SEVERITY_WARNING,
	 .fires = busy_poll_theft,
	 NEEDS(GUEST(none_busy_poll), GUEST(interrupts), GUEST(none)),
	 TELLS(GUEST(polls_busy), GUEST(polls_softirq), DERIVED(irq_left)),
	 .sentence = "busy pollers consume the entries before their interrupt lands, which then "
		     "counts as spurious",
	 .advice = "in the guest: sysctl net.core.busy_poll=0 net.core.busy_read=0"},
	{.id = "empty-signals",
	 .severity = RS_SEVERITY_WARNING,
	 .fires = empty_guest,
	 NEEDS(GUEST(none_empty), GUEST(interrupts)),
	 TELLS(HOST(vhost_signals), HOST(vhost_signals_empty), HOST(injected)),
	 .sentence = "the host interrupts this queue with nothing new in the ring",
	 .advice = "on the host: vhost_signals_empty tells whether vhost does it; if not, who else "
		   "writes this eventfd"},
	{.id = "empty-signals-sent",
	 .severity = RS_SEVERITY_WARNING,
	 .fires = empty_host,
	 NEEDS(HOST(vhost_signals_empty), HOST(vhost_signals)),
	 TELLS(HOST(vhost_posted)),
	 .sentence = "vhost signals with no entry posted since the signal before",
	 .advice = "look for NOTIFY_ON_EMPTY and for a guest page with the event index that vhost "
		   "cannot read"},
	{.id = "drops",
	 .severity = RS_SEVERITY_WARNING,
	 .fires = drops_moving,
	 .dir = "rx",
	 NEEDS(HOST(tun_dropped_full), HOST(vhost_taken)),
	 TELLS(HOST(tun_offered), DERIVED(occupancy), DERIVED(ring_size), HOST(vhost_posted)),
	 .sentence = "the tap's ring was full and dropped packets, while vhost was taking others",
	 .advice = "the queue is served too slowly: look at the vhost worker's CPU and at the "
		   "guest's polls"},
	{.id = "sum-off",
	 .severity = RS_SEVERITY_WARNING,
	 .fires = some,
	 .exact = ON_GUEST,
	 NEEDS(DERIVED(sum_off), GUEST(interrupts), GUEST(handled), GUEST(none), DERIVED(none_sum)),
	 TELLS(GUEST(missed)),
	 .sentence = "the guest's interrupts are not the handled ones plus those with a cause",
	 .advice = "ringside cannot prove these counts: see /sys/kernel/debug/ringside/hooks in "
		   "the guest"},
	{.id = "cause-unknown",
	 .severity = RS_SEVERITY_WARNING,
	 .fires = some,
	 NEEDS(GUEST(none_unknown), GUEST(none), GUEST(interrupts)),
	 TELLS(GUEST(none_empty)),
	 .sentence =
		 "interrupts found nothing to serve, and what consumed the entries was not seen",
	 .advice = "see /sys/kernel/debug/ringside/hooks in the guest for an absent hook"},
	{.id = "interrupts-unseen",
	 .severity = RS_SEVERITY_WARNING,
	 .fires = some,
	 NEEDS(GUEST(missed), GUEST(interrupts)),
	 TELLS(DERIVED(guest_missed)),
	 .sentence = "the guest's kernel counted interrupts that ringside did not see",
	 .advice = "take the guest's figures of this queue as lower bounds: see "
		   "/sys/kernel/debug/ringside/hooks"},
	{.id = "not-comparable",
	 .severity = RS_SEVERITY_WARNING,
	 .fires = flawed,
	 .advice = "take the snapshots again"},
	{.id = "guest-missed",
	 .severity = RS_SEVERITY_WARNING,
	 .fires = some,
	 .total = true,
	 NEEDS(DERIVED(guest_missed)),
	 .sentence = "hooks in the guest lost hits: its figures are lower bounds",
	 .advice = "see /sys/kernel/debug/ringside/hooks for which ones, and take the snapshot "
		   "again"},
	{.id = "host-missed",
	 .severity = RS_SEVERITY_WARNING,
	 .fires = some,
	 .total = true,
	 NEEDS(DERIVED(host_missed)),
	 .sentence = "hooks on the host lost hits: its figures are lower bounds",
	 .advice = "see ringside host -v for which ones, and take the snapshot again"},
};

const size_t rs_rules_n = sizeof(rs_rules) / sizeof(rs_rules[0]);
