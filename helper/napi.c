// SPDX-License-Identifier: GPL-2.0-only
/* From the interrupt to the guest that consumes the used entries. */
#include "step.h"

#define GUEST(name)   RS_SCENE_GUEST(s, name)
#define DERIVED(name) RS_SCENE_DERIVED(s, name)

static enum rs_answer polled(const struct rs_scene *s, struct rs_reason *why)
{
	rs_reason_set(why, "polls", DERIVED(polls));
	return rs_scene_polled(s) ? RS_YES : RS_UNKNOWN;
}

static enum rs_answer napi_disabled(const struct rs_scene *s)
{
	return rs_num_answer(s->guest->napi_disabled);
}

static bool is_disabled(const struct rs_scene *s)
{
	return rs_num_is(s->guest->napi_disabled, 1);
}

static enum rs_answer busy_poller(const struct rs_scene *s)
{
	if (is_disabled(s))
		return RS_NO;
	if (rs_num_is(s->guest->napi_busy, 1))
		return RS_YES;
	return s->guest->napi_busy.known || rs_num_is(s->guest->napi_scheduled, 0) ? RS_NO
										   : RS_UNKNOWN;
}

/* No poll came since the last entry was consumed. */
static bool is_unpolled(const struct rs_scene *s)
{
	return rs_scene_none(s, DERIVED(polls)) && rs_num_is(GUEST(last_used_progress), 0);
}

static enum rs_answer softirq_starved(const struct rs_scene *s)
{
	if (is_disabled(s) || rs_num_is(s->guest->napi_busy, 1))
		return RS_NO;
	if (rs_num_is(s->guest->napi_scheduled, 0))
		return RS_NO;
	return s->guest->napi_scheduled.known && s->guest->napi_disabled.known &&
			       s->guest->napi_busy.known && is_unpolled(s)
		       ? RS_YES
		       : RS_UNKNOWN;
}

static bool interrupt_arrives(const struct rs_scene *s)
{
	struct rs_reason why;

	return rs_back_steps[RS_STEP_ARRIVES - RS_FRONT_STEPS].done(s, &why) == RS_YES;
}

static enum rs_answer callback_off(const struct rs_scene *s)
{
	bool is_idle = rs_num_is(s->guest->napi_scheduled, 0);
	bool asked = s->signal_due == RS_YES && !rs_scene_waited(s);

	if (is_disabled(s) || rs_num_is(s->guest->napi_scheduled, 1) ||
	    rs_num_is(s->guest->napi_busy, 1))
		return RS_NO;
	if (s->signal_due == RS_YES && !interrupt_arrives(s))
		return RS_NO;
	return is_idle && !asked && interrupt_arrives(s) && s->guest->napi_disabled.known &&
			       s->guest->broken.known
		       ? RS_YES
		       : RS_UNKNOWN;
}

/* Polls that leave the entries where they are. */
static enum rs_answer consumed(const struct rs_scene *s, struct rs_reason *why)
{
	rs_reason_set(why, "standing", DERIVED(standing));
	return rs_scene_polled(s) || rs_num_is(s->guest->broken, 1) ? RS_NO : RS_UNKNOWN;
}

static enum rs_answer ring_broken(const struct rs_scene *s)
{
	return rs_num_answer(s->guest->broken);
}

static enum rs_answer not_consumed(const struct rs_scene *s)
{
	if (rs_num_is(s->guest->broken, 1) || s->dir == RS_DIR_CTRL)
		return s->dir == RS_DIR_CTRL ? RS_UNKNOWN : RS_NO;
	if (rs_scene_polled(s))
		return RS_UNKNOWN;
	/* a poll that leaves entries is scheduled again */
	return rs_num_is(s->guest->napi_scheduled, 0) || is_disabled(s) ||
			       rs_num_is(s->guest->napi_busy, 1) || is_unpolled(s)
		       ? RS_NO
		       : RS_UNKNOWN;
}

const struct rs_step rs_napi_steps[RS_NAPI_STEPS] = {
	{.id = "polled",
	 .done_sentence = "NAPI runs",
	 .done = polled,
	 .facts = "napi_scheduled napi_disabled used_event",
	 RS_CAUSES({"callback-off", RS_PARTY_GUEST_DRIVER, callback_off,
		    "the guest's driver asked for no interrupt and does not poll",
		    "set the interface down and up; report the guest's kernel version"},
		   {"napi-disabled", RS_PARTY_GUEST_DRIVER, napi_disabled,
		    "the guest's driver left NAPI disabled",
		    "set the interface down and up; report the guest's kernel version, and what "
		    "changed last: XDP, channels, ring size"},
		   {"softirq-starved", RS_PARTY_GUEST_CPU, softirq_starved,
		    "a poll is scheduled in the guest, and its softirq does not run",
		    "look for real-time tasks and long softirqs on the IRQ's CPU in the guest: "
		    "ksoftirqd does not get the CPU",
		    .minor = true},
		   {"busy-poller-stopped", RS_PARTY_GUEST_POLLER, busy_poller,
		    "a busy poller owns the queue's NAPI and does not poll it",
		    "find the process that busy-polls this queue; in the guest run sysctl "
		    "net.core.busy_poll=0 net.core.busy_read=0",
		    .minor = true})},
	{.id = "consumed",
	 .done_sentence = "NAPI consumes",
	 .done = consumed,
	 .facts = "broken",
	 RS_CAUSES({"ring-broken", RS_PARTY_BACKEND, ring_broken,
		    "the device put a bad entry into the used ring, and the driver gave the ring "
		    "up",
		    "see \"id ... out of range\" or \"is not a head\" in the guest's kernel log; "
		    "report the backend's version"},
		   {"not-consumed", RS_PARTY_GUEST_DRIVER, not_consumed,
		    "the guest's driver polls, and consumes no entry",
		    "report the guest's kernel version"})},
};
