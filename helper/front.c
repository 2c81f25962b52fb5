// SPDX-License-Identifier: GPL-2.0-only
/* From work that waits for the device to the used entry that the device returns. */
#include <string.h>

#include "step.h"

#define GUEST(name)   RS_SCENE_GUEST(s, name)
#define HOST(name)    RS_SCENE_HOST(s, name)
#define DERIVED(name) RS_SCENE_DERIVED(s, name)

static bool worker_is(const struct rs_scene *s, const char *state)
{
	return !strcmp(s->host->worker_state, state);
}

static enum rs_answer offered(const struct rs_scene *s, struct rs_reason *why)
{
	struct rs_num work = s->dir == RS_DIR_RX ? DERIVED(occupancy) : DERIVED(outstanding);

	if (s->dir != RS_DIR_RX && !work.known && rs_num_above(DERIVED(avail_left), 0))
		work = DERIVED(avail_left);
	rs_reason_set(why, s->dir == RS_DIR_RX ? "occupancy" : "outstanding", work);
	if (s->dir != RS_DIR_RX && !work.known && s->front_still == RS_YES)
		return RS_YES;
	return rs_num_answer(work);
}

static enum rs_answer is_stopped(const struct rs_scene *s)
{
	if (s->dir != RS_DIR_TX || s->no_link || rs_num_is(s->guest->broken, 1))
		return RS_NO;
	if (!rs_num_is(DERIVED(outstanding), 0) || !rs_num_is(DERIVED(standing), 0))
		return RS_NO;
	return rs_num_is(s->guest->tx_stopped, 1) &&
			       rs_num_above(s->guest->tx_stopped_ms, RS_STILL_MS - 1)
		       ? RS_YES
		       : RS_NO;
}

static bool is_ring_small(const struct rs_scene *s)
{
	return s->guest->size.known && s->guest->size.value < RS_TX_RESERVE;
}

static enum rs_answer ring_small(const struct rs_scene *s)
{
	return is_ring_small(s) ? is_stopped(s) : RS_NO;
}

/* A driver that gave the ring up does not start the queue again either. */
static enum rs_answer tx_stopped(const struct rs_scene *s)
{
	if (is_ring_small(s) || is_stopped(s) == RS_NO)
		return RS_NO;
	return s->guest->broken.known ? RS_YES : RS_UNKNOWN;
}

static enum rs_answer tx_broken(const struct rs_scene *s)
{
	return is_stopped(s) == RS_YES && !s->guest->broken.known ? RS_UNKNOWN : RS_NO;
}

/* What vhost knew is a lower bound of what there is. */
static enum rs_answer buffers(const struct rs_scene *s, struct rs_reason *why)
{
	rs_reason_set(why, "outstanding", DERIVED(outstanding));
	if (DERIVED(outstanding).known)
		return rs_num_answer(DERIVED(outstanding));
	rs_reason_set(why, "avail_left", DERIVED(avail_left));
	return rs_num_above(DERIVED(avail_left), 0) ? RS_YES : RS_UNKNOWN;
}

static enum rs_answer not_refilled(const struct rs_scene *s)
{
	struct rs_reason why;

	return s->dir != RS_DIR_RX || buffers(s, &why) == RS_YES ? RS_NO : RS_UNKNOWN;
}

static enum rs_answer buffers_broken(const struct rs_scene *s)
{
	if (s->dir != RS_DIR_RX || !s->row->guest || s->guest->broken.known)
		return RS_NO;
	return not_refilled(s);
}

/* The driver looked whether a kick is due after its last buffer, and one was. */
static bool is_kicked(const struct rs_scene *s)
{
	return s->kick_due == RS_YES && rs_num_is(s->guest->unkicked, 0);
}

/* The device asked for no kick. vhost asks for none while it waits for packets, or has work. */
static bool is_unasked(const struct rs_scene *s)
{
	return s->kick_due == RS_NO &&
	       (s->user || (worker_is(s, "asleep") && rs_num_is(s->host->worker_queued, 0)));
}

/* A side saw nothing returned within its window: what it counted in it came while work waited. */
static bool all_window(const struct rs_scene *s, struct rs_num returned)
{
	return s->front_still == RS_YES && rs_scene_none(s, returned);
}

/* The driver's own statistics say that it kicked while the work waited. */
static bool is_kick_counted(const struct rs_scene *s)
{
	return all_window(s, GUEST(used_progress)) && rs_num_above(DERIVED(kicks_sent), 0);
}

/* Whether the driver kicked for the work that waits, as far as the guest says. */
static enum rs_answer is_kick_sent(const struct rs_scene *s)
{
	if (is_kick_counted(s) || is_kicked(s))
		return RS_YES;
	return s->kick_due == RS_NO || rs_num_above(s->guest->unkicked, 0) ? RS_NO : RS_UNKNOWN;
}

/*
 * A kick was sent, and vhost sleeps and was not told. Only a set can be the answer: the guest may
 * have kicked before the host's window began, and vhost may have been told then.
 */
static enum rs_answer kick_lost(const struct rs_scene *s)
{
	bool told = all_window(s, HOST(vhost_posted)) && rs_num_above(HOST(vhost_kicks), 0);
	bool awake = *s->host->worker_state && !worker_is(s, "asleep");

	if (s->user || told || awake || is_kick_sent(s) == RS_NO ||
	    rs_num_is(s->host->worker_queued, 1) || rs_num_above(DERIVED(avail_left), 0))
		return RS_NO;
	return RS_UNKNOWN;
}

/* vhost told the VMM of errors while the work waited: it knew of the work, and ran. */
static bool is_failing(const struct rs_scene *s)
{
	return all_window(s, HOST(vhost_posted)) && rs_num_above(HOST(vhost_errors), 0);
}

static enum rs_answer knows(const struct rs_scene *s, struct rs_reason *why)
{
	bool arrived = kick_lost(s) == RS_NO;
	const struct {
		const char *name;
		struct rs_num value;
		bool proves;
	} rows[] = {
		{"avail_left", DERIVED(avail_left), rs_num_above(DERIVED(avail_left), 0)},
		{"worker_queued", s->host->worker_queued, rs_num_is(s->host->worker_queued, 1)},
		{"kicks_sent", DERIVED(kicks_sent), arrived && is_kick_counted(s)},
		{"vhost_kicks", HOST(vhost_kicks),
		 all_window(s, HOST(vhost_posted)) && rs_num_above(HOST(vhost_kicks), 0)},
		{"unkicked", s->guest->unkicked, arrived && is_kicked(s)},
		{"vhost_errors", HOST(vhost_errors), is_failing(s)},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!rows[i].proves)
			continue;
		rs_reason_set(why, rows[i].name, rows[i].value);
		return RS_YES;
	}
	rs_reason_set_text(why, "worker_state", s->host->worker_state);
	if (*s->host->worker_state && !worker_is(s, "asleep"))
		return RS_YES;
	return rs_num_above(s->guest->unkicked, 0) || is_unasked(s) ? RS_NO : RS_UNKNOWN;
}

/* A kick that was due may have been sent, and the backend found nothing to serve. */
static enum rs_answer kick_missing(const struct rs_scene *s)
{
	if (s->guest->unkicked.known)
		return s->guest->unkicked.value ? RS_YES : RS_NO;
	return s->kick_due == RS_NO || is_kick_sent(s) == RS_YES ? RS_NO : RS_UNKNOWN;
}

static enum rs_answer kick_not_asked(const struct rs_scene *s)
{
	if (rs_num_above(s->guest->unkicked, 0))
		return RS_NO;
	if (s->kick_due == RS_YES)
		return s->vhost || s->guest->unkicked.known ? RS_NO : RS_UNKNOWN;
	return is_unasked(s) ? RS_YES : RS_UNKNOWN;
}

/* A worker that sleeps has work if it is queued, or if the ring has buffers for what waits. */
static bool is_work_known(const struct rs_scene *s)
{
	struct rs_reason why;

	return !worker_is(s, "asleep") || rs_num_is(s->host->worker_queued, 1) ||
	       buffers(s, &why) == RS_YES;
}

/* A round of vhost that found neither packet nor buffer does not count: knows() is done. */
static enum rs_answer runs(const struct rs_scene *s, struct rs_reason *why)
{
	bool is_known = rs_num_above(DERIVED(avail_left), 0);
	bool is_still = s->front_still == RS_YES && is_known;
	bool is_whole = is_known && all_window(s, HOST(vhost_posted));

	rs_reason_set(why, "vhost_rounds", HOST(vhost_rounds));
	if (is_whole && rs_num_above(HOST(vhost_rounds), 0))
		return RS_YES;
	if (is_failing(s)) {
		rs_reason_set(why, "vhost_errors", HOST(vhost_errors));
		return RS_YES;
	}
	if (*s->host->worker_state)
		rs_reason_set_text(why, "worker_state", s->host->worker_state);
	if (worker_is(s, "running"))
		return RS_YES;
	if (*s->host->worker_state)
		return is_work_known(s) ? RS_NO : RS_UNKNOWN;
	if (is_whole && rs_num_above(s->pair_rounds, 0)) {
		rs_reason_set(why, "vhost_rounds of the pair", s->pair_rounds);
		return RS_YES;
	}
	return is_still && rs_scene_none(s, HOST(vhost_rounds)) ? RS_NO : RS_UNKNOWN;
}

/* A signal to the VMM stops its vCPUs and, on many kernels, the worker too. */
static enum rs_answer is_paused(const struct rs_scene *s)
{
	if (s->paused.known)
		return rs_num_answer(s->paused);
	return worker_is(s, "stopped") ? RS_UNKNOWN : RS_NO;
}

/* Whether a worker may be in this state: not vhost, or another state, rules it out. */
static enum rs_answer worker_may(const struct rs_scene *s, const char *state)
{
	if (s->user)
		return RS_NO;
	if (*s->host->worker_state)
		return worker_is(s, state) ? RS_YES : RS_NO;
	return rs_num_above(s->pair_rounds, 0) && s->front_still == RS_YES ? RS_NO : RS_UNKNOWN;
}

static enum rs_answer worker_waits(const struct rs_scene *s)
{
	return worker_may(s, "runnable");
}

static enum rs_answer worker_blocked(const struct rs_scene *s)
{
	if (worker_is(s, "stopped") && !s->paused.known)
		return RS_UNKNOWN;
	return worker_is(s, "stopped") ? worker_may(s, "stopped") : worker_may(s, "blocked");
}

static enum rs_answer worker_asleep(const struct rs_scene *s)
{
	if (rs_num_is(s->host->worker_queued, 0))
		return RS_NO;
	if (worker_is(s, "asleep") && !s->host->worker_queued.known)
		return RS_UNKNOWN;
	return worker_may(s, "asleep");
}

/* Work was queued for the worker, and it did not run. Packets that came into the tap are no proof:
 * vhost may wait for none. */
static bool is_woken(const struct rs_scene *s)
{
	return rs_num_is(s->host->worker_queued, 1) ||
	       (rs_scene_none(s, HOST(vhost_rounds)) && rs_num_above(HOST(vhost_kicks), 0));
}

/* Of a program's threads nothing is known. */
static enum rs_answer backend_idle(const struct rs_scene *s)
{
	return s->vhost ? RS_NO : RS_UNKNOWN;
}

/* vhost sleeps, and has no work in its list: packets that came did not wake it, as after an error
 * vhost no longer waits for the tap. */
static enum rs_answer vhost_idle(const struct rs_scene *s)
{
	struct rs_reason why;
	bool rests = worker_is(s, "asleep") && rs_num_is(s->host->worker_queued, 0);

	if (!s->vhost || (!rests && is_woken(s)))
		return RS_NO;
	if (rests) /* a transmit queue's may wait for the tap: see tap_full() */
		return s->dir == RS_DIR_RX && s->front_still == RS_YES && knows(s, &why) == RS_YES
			       ? RS_YES
			       : RS_UNKNOWN;
	return *s->host->worker_state && !worker_is(s, "asleep") ? RS_NO : RS_UNKNOWN;
}

/* A tap with a bound (sndbuf) takes no more packets until the host's network has sent some of those
 * that it holds. */
static enum rs_answer tap_full(const struct rs_scene *s)
{
	return s->dir == RS_DIR_TX && !rs_num_is(DERIVED(avail_left), 0) ? vhost_idle(s) : RS_NO;
}

static enum rs_answer serves(const struct rs_scene *s, struct rs_reason *why)
{
	rs_reason_set(why, "served", DERIVED(served));
	return s->front_still == RS_YES ? RS_NO : RS_UNKNOWN;
}

static enum rs_answer backend_fails(const struct rs_scene *s)
{
	struct rs_reason why;

	if (is_failing(s))
		return RS_YES;
	if (rs_scene_none(s, HOST(vhost_rounds)) && s->front_still == RS_YES)
		return RS_NO;
	return runs(s, &why) == RS_NO ? RS_NO : RS_UNKNOWN;
}

const struct rs_step rs_front_steps[RS_FRONT_STEPS] = {
	{.id = "offered",
	 .done_sentence = "work is offered",
	 .done = offered,
	 .facts = "occupancy outstanding ring_avail_idx broken",
	 RS_CAUSES({"tx-stopped", RS_PARTY_GUEST_DRIVER, tx_stopped,
		    "the guest's driver has stopped the transmit queue, and the ring is empty",
		    "set the interface down and up; the driver missed the moment to start the "
		    "queue again"},
		   {"tx-ring-small", RS_PARTY_GUEST_DRIVER, ring_small,
		    "the transmit ring is too small: the driver needs 19 free entries to send",
		    "give the transmit ring 32 entries or more: ethtool -G, or tx_queue_size of "
		    "the VMM"},
		   {"tx-ring-broken", RS_PARTY_BACKEND, tx_broken,
		    "the device put a bad entry into the used ring, and the driver sends no more",
		    "see \"id ... out of range\" or \"is not a head\" in the guest's kernel log; "
		    "report the backend's version",
		    .minor = true})},
	{.id = "buffers",
	 .done_sentence = "buffers are there",
	 .done = buffers,
	 .facts = "ring_avail_idx broken",
	 RS_CAUSES({"no-buffers", RS_PARTY_GUEST_DRIVER, not_refilled,
		    "the guest's driver adds no buffers to the receive ring",
		    "in the guest check that the queue's NAPI runs, then the size of the ring; "
		    "set the interface down and up"},
		   {"rx-ring-broken", RS_PARTY_BACKEND, buffers_broken,
		    "the device put a bad entry into the used ring, and the driver adds no buffers",
		    "see \"id ... out of range\" or \"is not a head\" in the guest's kernel log; "
		    "report the backend's version",
		    .minor = true})},
	{.id = "knows",
	 .done_sentence = "the device knows",
	 .done = knows,
	 .facts = "ring_avail_idx avail_event used_flags unkicked worker_queued",
	 RS_CAUSES({"kick-missing", RS_PARTY_GUEST_DRIVER, kick_missing,
		    "a kick is due, and the guest's driver did not send it",
		    "set the interface down and up; report the guest's kernel version"},
		   {"kick-not-asked", RS_PARTY_BACKEND, kick_not_asked,
		    "the backend waits for a kick that it did not ask for",
		    "report the backend's version: it sleeps although the ring has work for it; "
		    "setting the guest's interface down and up starts the ring again"},
		   {"kick-lost", RS_PARTY_VMM, kick_lost,
		    "the guest's driver kicked, and the backend was not told: no ioeventfd, or "
		    "another one",
		    "report the VMM's version: it gives KVM the eventfd of each virtqueue's kick; "
		    "setting the guest's interface down and up kicks again",
		    .minor = true},
		   {"kick-dropped", RS_PARTY_KVM, kick_lost,
		    "the guest's driver kicked, and KVM did not write the eventfd",
		    "report the host's kernel version and CPU", .minor = true})},
	{.id = "runs",
	 .done_sentence = "the backend runs",
	 .done = runs,
	 .facts = "worker_state worker_state_ms worker_queued paused",
	 RS_CAUSES({"worker-waits", RS_PARTY_HOST_CPU, worker_waits,
		    "the vhost worker does not run although it has work",
		    "check the vhost worker's CPUs, cgroup and priority: other tasks keep it from "
		    "its CPU"},
		   {"worker-asleep", RS_PARTY_HOST_CPU, worker_asleep,
		    "the vhost worker sleeps although work is queued for it",
		    "the wake-up of the vhost worker was lost: report the host's kernel version",
		    .minor = true},
		   {"worker-blocked", RS_PARTY_HOST_CPU, worker_blocked,
		    "the vhost worker is blocked or stopped",
		    "look at /proc/PID/stack of the vhost worker, and at its cgroup's freezer",
		    .minor = true},
		   {"vm-paused", RS_PARTY_VMM, is_paused, "the virtual machine is paused",
		    "resume the virtual machine", .minor = true},
		   {"backend-idle", RS_PARTY_BACKEND, backend_idle,
		    "the backend does not serve the virtqueue",
		    "look at the backend's log and threads: it has work in this ring"},
		   {"vhost-idle", RS_PARTY_BACKEND, vhost_idle,
		    "vhost sleeps, and has queued no work for itself although the ring has some",
		    "report the host's kernel version: vhost stopped serving this ring",
		    .minor = true},
		   {"tap-send-full", RS_PARTY_HOST_NET, tap_full,
		    "vhost waits until the tap takes more of what the guest sends",
		    "look for what holds packets behind the tap: a paused or slow interface, with "
		    "sndbuf set for the tap",
		    .minor = true})},
	{.id = "serves",
	 .done_sentence = "the backend serves",
	 .done = serves,
	 .facts = "worker_state",
	 RS_CAUSES({"backend-fails", RS_PARTY_BACKEND, backend_fails,
		    "the backend runs and returns no entry",
		    "look for errors of the backend: for vhost the memory table that the VMM gave "
		    "it, and the tap's descriptor; the VMM's log may have vhost's errors"})},
};
