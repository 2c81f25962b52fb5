// SPDX-License-Identifier: GPL-2.0-only
/* From a used entry in the ring to the interrupt in the guest. */
#include <string.h>

#include "route.h"
#include "step.h"

#define GUEST(name)   RS_SCENE_GUEST(s, name)
#define HOST(name)    RS_SCENE_HOST(s, name)
#define DERIVED(name) RS_SCENE_DERIVED(s, name)

static bool vcpu_is(const struct rs_scene *s, const char *state)
{
	return !strcmp(s->host->vcpu_state, state);
}

struct proof {
	const char *name;
	struct rs_num value;
	bool proves;
};

static bool is_proven(const struct proof *rows, size_t n, struct rs_reason *why)
{
	for (size_t i = 0; i < n; i++) {
		if (!rows[i].proves)
			continue;
		rs_reason_set(why, rows[i].name, rows[i].value);
		return true;
	}
	return false;
}

#define ROWS(a) (a), sizeof(a) / sizeof((a)[0])

/* The host sees what holds the interrupt back, in a queue that waits for it. */
static bool is_held_back(const struct rs_scene *s, struct rs_reason *why)
{
	struct rs_num pending = s->host->msi_pending, masked = s->host->masked;

	rs_reason_set(why, rs_num_is(pending, 1) ? "msi_pending" : "masked",
		      rs_num_is(pending, 1) ? pending : masked);
	return rs_num_is(pending, 1) || rs_num_is(masked, 1);
}

static enum rs_answer arrives(const struct rs_scene *s, struct rs_reason *why)
{
	const struct proof rows[] = {
		{"interrupts", GUEST(interrupts),
		 rs_scene_waited(s) && rs_num_above(GUEST(interrupts), 0)},
		{"napi_scheduled", s->guest->napi_scheduled,
		 rs_num_is(s->guest->napi_scheduled, 1)},
		{"napi_busy", s->guest->napi_busy, rs_num_is(s->guest->napi_busy, 1)},
		{"polls", DERIVED(polls), rs_scene_polled(s)},
		{"used_event", s->guest->used_event, s->signal_due == RS_NO},
	};
	bool is_off = rs_num_is(s->irq->disabled, 1) || rs_num_above(s->irq->depth, 0);

	if (!is_off && is_proven(ROWS(rows), why))
		return RS_YES;
	return is_held_back(s, why) ? RS_NO : RS_UNKNOWN;
}

/*
 * vhost decides about a signal at the end of each round. The worker that has served the other
 * direction, or has decided as often as it ran, is not in the middle of a round.
 */
static bool is_decided(const struct rs_scene *s)
{
	struct rs_num rounds = HOST(vhost_rounds), calls = HOST(vhost_calls);
	struct rs_num decided = s->host->signalled_used;

	if (decided.known && rs_nums_equal(decided, s->host->used_idx))
		return true;
	if (!s->vhost || s->back_still != RS_YES)
		return false;
	return rs_num_above(s->pair_rounds, 0) || (!s->missed && rounds.known && calls.known &&
						   calls.value && calls.value >= rounds.value);
}

/* The guest asked for this entry before its window began. */
static bool is_asked_before(const struct rs_scene *s)
{
	const struct rs_queue *begin =
		s->row->guest ? rs_span_begin(&s->ledger->spans[RS_SIDE_GUEST], s->guest) : NULL;

	return rs_scene_waited(s) || (begin && begin->used_event.known &&
				      rs_nums_equal(begin->used_event, s->guest->used_event));
}

/* The entry that the guest asked for was posted within both windows, and no signal was sent. */
static bool is_unsent(const struct rs_scene *s)
{
	struct rs_num sent = s->vhost ? HOST(vhost_signals) : HOST(eventfd_writes);
	struct rs_num skew = DERIVED(skew_end), event = s->guest->used_event;
	uint64_t before = (uint16_t)(s->guest->used_idx.value - 1 - event.value);

	return is_asked_before(s) && s->signal_due == RS_YES && rs_num_is(s->guest->event_idx, 1) &&
	       strcmp(s->guest->ring, "packed") && event.known && rs_scene_none(s, sent) &&
	       rs_num_is(skew, 0) && rs_num_is(DERIVED(skew_begin), 0) &&
	       rs_num_above(GUEST(used_progress), before);
}

/* vhost did not decide about the entries that wait; an earlier signal is not on its way. */
static bool is_undecided(const struct rs_scene *s)
{
	struct rs_num told = s->host->signalled_used, used = s->host->used_idx;

	return s->back_still == RS_YES && s->signal_due == RS_YES && told.known && used.known &&
	       told.value != used.value && !rs_num_is(s->host->msi_pending, 1) &&
	       !rs_num_is(s->host->msi_active, 1);
}

/* No signal of this window was sent without an entry; of a program that is not counted. */
static bool has_no_empty(const struct rs_scene *s)
{
	return !s->vhost || rs_num_is(HOST(vhost_signals_empty), 0);
}

/* Nothing was posted between the begins of both windows, and nothing was consumed since: what the
 * host sent in its window, it sent for the entries that wait. */
static bool is_sent_for(const struct rs_scene *s)
{
	return has_no_empty(s) && rs_num_is(DERIVED(skew_begin), 0) &&
	       rs_num_above(DERIVED(standing), 0) && rs_num_is(GUEST(last_used_progress), 0);
}

/* vhost decided about the entries that wait within the window, and each decision was a signal. */
static bool is_each_signalled(const struct rs_scene *s)
{
	struct rs_num standing = DERIVED(standing), posted = HOST(vhost_posted);
	struct rs_num decided = s->host->signalled_used;

	return has_no_empty(s) && decided.known && rs_nums_equal(decided, s->host->used_idx) &&
	       rs_num_is(DERIVED(skew_end), 0) && standing.known && posted.known &&
	       posted.value >= standing.value && rs_num_above(HOST(vhost_signals), 0) &&
	       rs_scene_none(s, DERIVED(suppressed)) && rs_scene_none(s, HOST(vhost_no_call));
}

static enum rs_answer is_told(const struct rs_scene *s, struct rs_reason *why)
{
	struct rs_num told = s->host->signalled_used;
	bool sent_for = is_sent_for(s);
	const struct proof rows[] = {
		{"msi_pending", s->host->msi_pending, rs_num_is(s->host->msi_pending, 1)},
		{"msi_active", s->host->msi_active, rs_num_is(s->host->msi_active, 1)},
		{"vhost_signals", HOST(vhost_signals),
		 (sent_for || is_each_signalled(s)) && rs_num_above(HOST(vhost_signals), 0)},
		{"eventfd_writes", HOST(eventfd_writes),
		 sent_for && rs_num_above(HOST(eventfd_writes), 0)},
		{"injected", HOST(injected), sent_for && rs_num_above(HOST(injected), 0)},
		{"used_event", s->guest->used_event, s->signal_due == RS_NO},
	};

	rs_reason_set(why, "used_event", s->guest->used_event);
	if (is_unsent(s) || is_undecided(s))
		return RS_NO;
	if (is_proven(ROWS(rows), why))
		return RS_YES;
	rs_reason_set(why, "signalled_used", told);
	return told.known && s->host->used_idx.known && !rs_nums_equal(told, s->host->used_idx)
		       ? RS_NO
		       : RS_UNKNOWN;
}

/* The entry that the guest asked for was posted within the window, and no signal was sent. */
static enum rs_answer signal_missing(const struct rs_scene *s)
{
	struct rs_reason why;

	switch (is_told(s, &why)) {
	case RS_YES:
		return RS_NO;
	case RS_NO:
		return RS_YES;
	default:
		return is_decided(s) ? RS_NO : RS_UNKNOWN;
	}
}

/* vhost has decided; that it did so against a signal that is due, or that it sent it, is not seen.
 */
static enum rs_answer is_refused(const struct rs_scene *s)
{
	struct rs_reason why;

	return is_told(s, &why) == RS_UNKNOWN && is_decided(s) ? RS_UNKNOWN : RS_NO;
}

static enum rs_answer signal_refused(const struct rs_scene *s)
{
	return s->signal_due == RS_YES ? is_refused(s) : RS_NO;
}

/* As a rule it decides rightly. */
static enum rs_answer signal_doubted(const struct rs_scene *s)
{
	return s->signal_due == RS_YES ? RS_NO : is_refused(s);
}

static bool is_masked_in_guest(const struct rs_scene *s)
{
	return rs_num_is(s->irq->masked, 1) || rs_num_above(s->irq->depth, 0) ||
	       rs_num_is(s->host->msi_enabled, 0);
}

/* What an answer is if the guest's facts are missing: an interrupt that is pending was let through
 * to the vCPU. */
static enum rs_answer unless_pending(const struct rs_scene *s)
{
	return rs_num_is(s->host->msi_pending, 1) ? RS_NO : RS_UNKNOWN;
}

static enum rs_answer irq_disabled(const struct rs_scene *s)
{
	return s->irq->disabled.known ? rs_num_answer(s->irq->disabled) : unless_pending(s);
}

static enum rs_answer irq_masked(const struct rs_scene *s)
{
	if (rs_num_is(s->irq->disabled, 1))
		return RS_NO;
	if (is_masked_in_guest(s))
		return RS_YES;
	return s->irq->masked.known || s->irq->depth.known ? RS_NO : unless_pending(s);
}

static enum rs_answer cpu_offline(const struct rs_scene *s)
{
	return !s->irq->cpu_online.known ? RS_UNKNOWN : s->irq->cpu_online.value ? RS_NO : RS_YES;
}

static enum rs_answer vector_masked(const struct rs_scene *s)
{
	if (!s->host->masked.known)
		return unless_pending(s);
	if (!s->host->masked.value || is_masked_in_guest(s))
		return RS_NO;
	return s->irq->masked.known || s->irq->depth.known ? RS_YES : RS_UNKNOWN;
}

static enum rs_answer no_irqfd(const struct rs_scene *s)
{
	bool is_unmasked = rs_num_is(s->host->masked, 0) || rs_scene_none(s, HOST(eventfd_masked));
	bool woken = rs_scene_waited(s) && rs_num_above(HOST(irqfd_wakeups), 0);

	if (woken || is_masked_in_guest(s) || rs_num_is(s->host->masked, 1))
		return RS_NO;
	if (rs_num_above(HOST(eventfd_writes), 0) && rs_scene_none(s, HOST(irqfd_wakeups)))
		return is_unmasked ? RS_YES : RS_UNKNOWN;
	return s->host->gsi.known ? RS_NO : unless_pending(s);
}

/* KVM woke up for the vector, and no interrupt became of it. */
static bool is_dropped(const struct rs_scene *s)
{
	return rs_num_above(HOST(irqfd_wakeups), 0) && rs_scene_none(s, HOST(injected)) &&
	       !rs_num_above(HOST(coalesced), 0) && !rs_num_above(GUEST(interrupts), 0);
}

/* While a vector is masked the VMM leaves its route as it is. */
static bool is_misrouted_throughout(const struct rs_scene *s)
{
	return rs_route_differs(s) && rs_route_stays(s) && !rs_route_all_differ(s) &&
	       !is_masked_in_guest(s) && rs_num_is(s->host->masked, 0);
}

/* A signal was sent for the entries that wait, and neither KVM nor the guest has it. */
static bool is_gone(const struct rs_scene *s)
{
	struct rs_reason why;

	/* a guest that has polled since its snapshot asks for another entry */
	if (rs_nums_differ(s->guest->used_event, s->host->used_event))
		return false;
	return rs_num_is(s->host->msi_pending, 0) && s->signal_due == RS_YES &&
	       rs_num_is(s->guest->napi_scheduled, 0) && is_told(s, &why) == RS_YES;
}

static enum rs_answer wrong_route(const struct rs_scene *s)
{
	bool came = rs_scene_waited(s) && rs_num_above(HOST(injected), 0);

	if (rs_route_differs(s) && (is_dropped(s) || (is_gone(s) && !rs_route_is_remapped(s))))
		return RS_YES;
	if (is_misrouted_throughout(s) && s->signal_due == RS_YES &&
	    !rs_num_above(GUEST(interrupts), 0))
		return RS_YES;
	if (rs_route_is_right(s) || (came && !rs_route_differs(s)))
		return RS_NO;
	return unless_pending(s);
}

static enum rs_answer not_injected(const struct rs_scene *s)
{
	bool may_be = !HOST(injected).known && !rs_num_above(HOST(coalesced), 0) &&
		      rs_num_above(HOST(irqfd_wakeups), 0) && rs_num_is(GUEST(interrupts), 0);

	if (rs_num_above(HOST(injected), 0) || rs_num_is(s->host->msi_pending, 1) ||
	    rs_route_differs(s))
		return RS_NO;
	/* a wake-up is no injection: of what KVM made of it nothing is known */
	if (may_be)
		return RS_UNKNOWN;
	if (!is_dropped(s))
		return RS_NO;
	return rs_route_is_right(s) ? RS_YES : RS_UNKNOWN;
}

static enum rs_answer is_paused(const struct rs_scene *s)
{
	return rs_num_is(s->paused, 1) || vcpu_is(s, "paused") ? RS_YES : RS_NO;
}

/* An interrupt is pending, and its vCPU is in this state. */
static enum rs_answer pending_while(const struct rs_scene *s, bool is_state)
{
	struct rs_num pending = s->host->msi_pending;

	if (rs_num_is(pending, 0) || is_paused(s) == RS_YES)
		return RS_NO;
	if (*s->host->vcpu_state && !is_state)
		return RS_NO;
	return pending.known && is_state ? RS_YES : RS_UNKNOWN;
}

static enum rs_answer vcpu_waits(const struct rs_scene *s)
{
	return pending_while(s, vcpu_is(s, "runnable"));
}

static enum rs_answer vcpu_exits(const struct rs_scene *s)
{
	return pending_while(s, vcpu_is(s, "host"));
}

/* The guest's CPU takes interrupts, as far as the guest says. */
static bool is_online(const struct rs_scene *s)
{
	return rs_num_is(s->irq->cpu_online, 1) || rs_num_above(GUEST(interrupts), 0);
}

/* If no interrupt of this queue came within the window, its CPU may be offline in the guest. */
static enum rs_answer not_taken(const struct rs_scene *s)
{
	enum rs_answer answer = pending_while(s, vcpu_is(s, "guest") || vcpu_is(s, "halted"));

	return answer == RS_YES && !is_online(s) ? RS_UNKNOWN : answer;
}

/* A vCPU that runs in the guest leaves an interrupt pending if the guest keeps interrupts off. */
static enum rs_answer interrupts_off(const struct rs_scene *s)
{
	return pending_while(s, vcpu_is(s, "guest")) == RS_YES && !is_online(s) ? RS_UNKNOWN
										: RS_NO;
}

static enum rs_answer interrupt_lost(const struct rs_scene *s)
{
	bool is_only = no_irqfd(s) == RS_NO && wrong_route(s) == RS_NO &&
		       vector_masked(s) == RS_NO && irq_masked(s) == RS_NO &&
		       irq_disabled(s) == RS_NO;

	if (rs_num_is(s->host->msi_pending, 1) || rs_num_is(s->host->msi_active, 1) ||
	    is_masked_in_guest(s) || rs_num_is(s->host->masked, 1) || is_dropped(s))
		return RS_NO;
	return is_only && is_gone(s) ? RS_YES : RS_UNKNOWN;
}

static enum rs_answer irq_held(const struct rs_scene *s)
{
	return rs_num_is(s->host->msi_active, 1) && !rs_num_is(s->host->msi_pending, 1) ? RS_YES
											: RS_NO;
}

const struct rs_step rs_back_steps[RS_BACK_STEPS] = {
	{.id = "told",
	 .done_sentence = "the guest is told",
	 .done = is_told,
	 .facts = "used_event avail_flags signalled_used",
	 RS_CAUSES({"signal-missing", RS_PARTY_BACKEND, signal_missing,
		    "a signal is due, and the backend did not send it",
		    "report the backend's version: it posted used entries and did not signal"},
		   {"signal-refused", RS_PARTY_BACKEND, signal_refused,
		    "the backend decided against a signal that is due",
		    "report the backend's version: it misread what the guest asked for"},
		   {"signal-doubted", RS_PARTY_BACKEND, signal_doubted,
		    "the backend decided against a signal, and may have misread what the guest "
		    "asked for",
		    "look whether the guest asked for one: used_event in its snapshot",
		    .minor = true})},
	{.id = "arrives",
	 .done_sentence = "the interrupt arrives",
	 .done = arrives,
	 .facts = "used_event msi_pending masked vcpu_state vcpu_state_ms",
	 RS_CAUSES({"interrupt-lost", RS_PARTY_KVM, interrupt_lost,
		    "an interrupt was sent, and the guest did not get it",
		    "report the host's kernel version and CPU; without AVIC or APICv (modules "
		    "kvm_amd, "
		    "kvm_intel) the hardware does not deliver by itself"},
		   {"interrupt-not-taken", RS_PARTY_KVM, not_taken,
		    "KVM accepted the interrupt, and the vCPU did not take it",
		    "report the host's kernel version and CPU; without AVIC or APICv (modules "
		    "kvm_amd, "
		    "kvm_intel) the hardware does not deliver by itself",
		    .minor = true},
		   {"not-injected", RS_PARTY_KVM, not_injected,
		    "KVM was woken for the interrupt and injected none",
		    "check the MSI route of this GSI and the vCPU it names", .minor = true},
		   {"wrong-route", RS_PARTY_VMM, wrong_route,
		    "the MSI route that the VMM gave to KVM is not the guest's, and no interrupt "
		    "came of it",
		    "report the VMM's version: address, data or device id of the route are wrong",
		    .minor = true},
		   {"no-irqfd", RS_PARTY_VMM, no_irqfd,
		    "the backend signals, and the VMM passes no interrupt on to KVM",
		    "the VMM handles the eventfd itself, or does not: look at its threads and its "
		    "log",
		    .minor = true},
		   {"vector-masked", RS_PARTY_VMM, vector_masked,
		    "the VMM keeps the vector masked, and the guest does not",
		    "report the VMM's version: it missed that the guest unmasked the vector",
		    .minor = true},
		   {"vm-paused", RS_PARTY_VMM, is_paused, "the virtual machine is paused",
		    "resume the virtual machine", .minor = true},
		   {"vcpu-waits", RS_PARTY_HOST_CPU, vcpu_waits,
		    "the vCPU has an interrupt to take, and does not get a CPU",
		    "check the CPUs, cgroup and priority of the VMM's vCPU threads", .minor = true},
		   {"vcpu-exits", RS_PARTY_HOST_CPU, vcpu_exits,
		    "the vCPU has an interrupt to take, and stays in the host to handle its exits",
		    "see the exits' reasons (exits_pending_*), and move the IRQ or the load that "
		    "exits to another vCPU",
		    .minor = true},
		   {"irq-disabled", RS_PARTY_GUEST_IRQ, irq_disabled,
		    "this queue's IRQ is disabled in the guest: by the kernel (\"nobody cared\") "
		    "or by disable_irq()",
		    "if irq_given_up is above 0, or the guest's kernel log says \"nobody cared\": "
		    "remove the cause of IRQ_NONE (see the figures), then unbind and bind the "
		    "device; else find what called disable_irq()",
		    .minor = true},
		   {"irq-masked", RS_PARTY_GUEST_IRQ, irq_masked,
		    "the guest keeps this queue's IRQ masked or disabled",
		    "find what called disable_irq() or masked the vector; unbind and bind the "
		    "device",
		    .minor = true},
		   {"irq-cpu-offline", RS_PARTY_GUEST_IRQ, cpu_offline,
		    "the IRQ's affinity names a CPU that is offline",
		    "set /proc/irq/N/smp_affinity to CPUs that are online", .minor = true},
		   {"interrupts-off", RS_PARTY_GUEST_IRQ, interrupts_off,
		    "the vCPU runs in the guest, which may keep its interrupts off",
		    "look for a lockup, or for long sections with interrupts off, in the guest's "
		    "kernel log",
		    .minor = true},
		   {"irq-held", RS_PARTY_GUEST_IRQ, irq_held,
		    "the guest took the interrupt and did not end it",
		    "look for a handler that does not return, in the guest's kernel log",
		    .minor = true})}};
