// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "turn.h"

#define GUEST(name)   RS_SCENE_GUEST(s, name)
#define HOST(name)    RS_SCENE_HOST(s, name)
#define DERIVED(name) RS_SCENE_DERIVED(s, name)

const char *const rs_motion_names[] = {
	[RS_MOTION_UNKNOWN] = "unknown",
	[RS_MOTION_IDLE] = "idle",
	[RS_MOTION_MOVES] = "moves",
	[RS_MOTION_STILL] = "stands still",
};

const char *const rs_link_names[] = {
	[RS_LINK_UNASKED] = "not asked", [RS_LINK_DONE] = "ruled out",
	[RS_LINK_POSSIBLE] = "unknown",	 [RS_LINK_HOLDER] = "holder",
	[RS_LINK_LATER] = "consequence",
};

const struct rs_step *rs_step_at(size_t i)
{
	if (i < RS_FRONT_STEPS)
		return &rs_front_steps[i];
	i -= RS_FRONT_STEPS;
	return i < RS_BACK_STEPS ? &rs_back_steps[i] : &rs_napi_steps[i - RS_BACK_STEPS];
}

/* Only proven causes, if there are any; else those that a missing fact leaves open. */
static unsigned int causes_left(const struct rs_step *step, const struct rs_scene *s, bool *proven)
{
	unsigned int yes = 0, maybe = 0;

	for (size_t i = 0; i < step->causes_n; i++) {
		enum rs_answer answer = step->causes[i].is(s);

		yes |= answer == RS_YES ? 1U << i : 0;
		maybe |= answer == RS_UNKNOWN ? 1U << i : 0;
	}
	*proven = yes != 0;
	return yes ? yes : maybe;
}

/* Return: whether this step is the holder, or none can be behind it; *@proven = by its cause. */
static bool link_fill(struct rs_link *link, const struct rs_step *step, const struct rs_scene *s,
		      bool *proven)
{
	enum rs_answer done = step->done(s, &link->why);

	*proven = false;
	link->causes = done == RS_YES ? 0 : causes_left(step, s, proven);
	if (!link->causes) {
		link->state = RS_LINK_DONE;
		if (done != RS_YES)
			link->why.name = NULL;
		return false;
	}
	link->state = done == RS_NO || *proven ? RS_LINK_HOLDER : RS_LINK_POSSIBLE;
	return link->state == RS_LINK_HOLDER;
}

/* A step that is done proves that all before it were. */
static size_t first_open(const struct rs_scene *s, size_t from, size_t to)
{
	struct rs_reason why;

	for (size_t i = to; i > from; i--)
		if (rs_step_at(i - 1)->done(s, &why) == RS_YES)
			return i - 1;
	return from;
}

static void links_set(struct rs_turn *t, size_t from, size_t to, enum rs_link_state state)
{
	for (size_t i = from; i < to; i++) {
		t->links[i] = (struct rs_link){.state = state};
	}
}

/*
 * A cause that is proven stops the packet, whether or not a step before it is done: its party must
 * act in any case, and is the only one that is known to.
 */
static void walk(struct rs_turn *t, const struct rs_scene *s, size_t from, size_t to)
{
	size_t at = first_open(s, from, to);
	bool proven = false;

	for (size_t i = from; i < at; i++)
		t->links[i].state = RS_LINK_DONE;
	while (at < to && !link_fill(&t->links[at], rs_step_at(at), s, &proven))
		at++;
	if (proven)
		links_set(t, from, at, RS_LINK_UNASKED);
	for (size_t i = at + 1; i < to; i++)
		t->links[i].state = RS_LINK_LATER;
}

static bool is_open(const struct rs_link *link)
{
	return link->state == RS_LINK_HOLDER || link->state == RS_LINK_POSSIBLE;
}

static bool has_open(const struct rs_turn *t, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (is_open(&t->links[i]))
			return true;
	return false;
}

static bool is_holder(const struct rs_turn *t, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (t->links[i].state == RS_LINK_HOLDER)
			return true;
	return false;
}

/* The interrupt that the driver asks for comes after 3/4 of the entries at the latest. */
static bool is_mostly_used(const struct rs_scene *s)
{
	return s->guest->size.known && DERIVED(standing).known &&
	       DERIVED(standing).value * 4 > s->guest->size.value * 3;
}

static bool is_full(const struct rs_scene *s)
{
	struct rs_num more = DERIVED(outstanding);
	uint64_t taken = DERIVED(standing).value + (more.known ? more.value : 0);

	return s->guest->size.known && DERIVED(standing).known &&
	       taken + RS_TX_RESERVE > s->guest->size.value;
}

/*
 * The stack may send, and the module finds no NAPI: such a driver's interrupt starts a stopped
 * queue and cleans nothing. What it once asked for (used_event) was for that.
 */
static bool is_without_napi(const struct rs_scene *s)
{
	return rs_num_is(s->guest->tx_stopped, 0) && !s->guest->napi_scheduled.known &&
	       !s->guest->napi_disabled.known;
}

/*
 * A transmit queue's entries may stand until the next packet, unless the driver waits for them:
 * the queue is stopped, or an interrupt for them is due or came.
 */
static enum rs_answer is_awaited(const struct rs_scene *s)
{
	bool came = rs_num_above(DERIVED(standing_begin), 0) &&
		    rs_num_above(GUEST(interrupts), 0) && rs_num_is(GUEST(last_used_progress), 0);

	if (s->dir != RS_DIR_TX || (rs_num_is(s->guest->tx_stopped, 1) && !s->no_link))
		return RS_YES;
	if (is_without_napi(s))
		return RS_NO;
	if (s->signal_due == RS_YES || rs_num_is(s->guest->napi_scheduled, 1))
		return RS_YES;
	if (rs_num_is(s->guest->tx_stopped, 0))
		return RS_NO;
	return is_full(s) || came ? RS_YES : RS_UNKNOWN;
}

static void back_walk(struct rs_turn *t, const struct rs_scene *s)
{
	/* the control queue's commands are polled for: no interrupt has a part in it */
	size_t from = s->dir == RS_DIR_CTRL || rs_num_is(s->guest->broken, 1) ? RS_STEP_CONSUMED
									      : RS_FRONT_STEPS;

	walk(t, s, from, RS_STEPS);
	links_set(t, RS_FRONT_STEPS, from, RS_LINK_DONE);
}

static void front_walk(struct rs_turn *t, const struct rs_scene *s)
{
	struct rs_reason why;
	enum rs_answer offered = rs_step_at(0)->done(s, &why);

	walk(t, s, 0, RS_FRONT_STEPS);
	if (offered == RS_NO && !is_open(&t->links[0]))
		links_set(t, 0, RS_FRONT_STEPS, RS_LINK_UNASKED);
	if (offered == RS_UNKNOWN && s->back_still != RS_YES)
		t->idle = true;
}

/*
 * Both halves wait. The guest that consumes no packets also adds no buffers; a backend that does
 * not run also sends no signal. If it is unknown whether entries wait, what is proven counts; but
 * that a receive ring has no buffers proves no cause: entries may wait, and nothing consumes them.
 */
static void halves_join(struct rs_turn *t, const struct rs_scene *s)
{
	bool works = s->front_still == RS_YES || rs_num_is(s->host->worker_queued, 1);
	bool certain = DERIVED(standing).known && is_awaited(s) == RS_YES;
	bool empty = s->dir == RS_DIR_RX && is_open(&t->links[RS_STEP_BUFFERS]);
	struct rs_reason why;
	/* a device that has buffers does not wait for the guest */
	bool has_buffers = rs_step_at(RS_STEP_BUFFERS)->done(s, &why) == RS_YES;
	bool runs = works && has_buffers && is_holder(t, RS_STEP_RUNS, RS_FRONT_STEPS);
	bool own = has_buffers && s->front_still == RS_YES && is_holder(t, 0, RS_FRONT_STEPS);
	bool mine = s->dir == RS_DIR_TX && s->back_still != RS_YES && s->signal_due != RS_YES &&
		    rs_num_above(DERIVED(outstanding), 0);

	if (!has_open(t, RS_FRONT_STEPS, RS_STEPS) || !has_open(t, 0, RS_FRONT_STEPS))
		return;
	if (mine || (runs && is_open(&t->links[RS_STEP_TOLD])) || (!certain && own))
		links_set(t, RS_FRONT_STEPS, RS_STEPS, RS_LINK_LATER);
	else if ((certain && s->dir != RS_DIR_TX) ||
		 (empty && is_holder(t, RS_FRONT_STEPS, RS_STEPS)))
		links_set(t, 0, RS_FRONT_STEPS, RS_LINK_LATER);
}

static unsigned int parties_of(const struct rs_step *step, unsigned int causes, bool named)
{
	unsigned int parties = 0;

	for (size_t c = 0; c < step->causes_n; c++)
		if (causes & (1U << c) && !(named && step->causes[c].minor))
			parties |= 1U << step->causes[c].party;
	return parties;
}

/* That polls consume nothing is named only where the interrupt is known to arrive. */
bool rs_turn_names(const struct rs_turn *t, size_t step)
{
	return step != RS_STEP_CONSUMED ||
	       !(is_open(&t->links[RS_STEP_TOLD]) || is_open(&t->links[RS_STEP_ARRIVES]));
}

/*
 * Without the guest's facts none of its parties is more likely than another. If the state of its
 * vCPUs is unknown too, nothing shows that it runs; a signal to the VMM stops the worker, too.
 */
static void guest_unseen(struct rs_turn *t, const struct rs_scene *s)
{
	const unsigned int guest = 1U << RS_PARTY_GUEST_DRIVER | 1U << RS_PARTY_GUEST_IRQ |
				   1U << RS_PARTY_GUEST_CPU | 1U << RS_PARTY_GUEST_POLLER;

	if (s->row->guest)
		return;
	if (!s->paused.known && (t->parties & guest ||
				 (t->parties & 1U << RS_PARTY_HOST_CPU && !*s->host->worker_state)))
		t->parties |= 1U << RS_PARTY_VMM;
	t->named = t->parties;
}

static void parties_collect(struct rs_turn *t, const struct rs_scene *s)
{
	for (size_t i = 0; i < RS_STEPS; i++) {
		const struct rs_step *step = rs_step_at(i);
		unsigned int named;

		if (!is_open(&t->links[i]))
			continue;
		named = rs_turn_names(t, i) ? parties_of(step, t->links[i].causes, true) : 0;
		t->parties |= parties_of(step, t->links[i].causes, false);
		t->named |= named;
	}
	if (!t->named)
		t->named = t->parties;
	guest_unseen(t, s);
}

static bool moved(const struct rs_scene *s)
{
	return rs_num_above(DERIVED(served), 0) || rs_num_above(GUEST(last_used_progress), 0) ||
	       rs_num_above(GUEST(used_progress), 0);
}

static bool is_stopped(const struct rs_turn *t)
{
	return t->links[0].state == RS_LINK_HOLDER;
}

static struct rs_num shorter(struct rs_num a, struct rs_num b)
{
	return !a.known || (b.known && b.value < a.value) ? b : a;
}

/* Work waited at both ends of the window, and none was done in it. */
static struct rs_num front_window(const struct rs_scene *s)
{
	bool waited = s->dir == RS_DIR_RX
			      ? rs_num_above(DERIVED(occupancy_begin), 0) && rs_scene_none_taken(s)
			      : (rs_num_above(DERIVED(outstanding_begin), 0) ||
				 rs_num_above(DERIVED(avail_left_begin), 0)) &&
					rs_scene_none(s, DERIVED(served)) &&
					!rs_num_above(GUEST(used_progress), 0);

	if (!waited)
		return (struct rs_num){0};
	if (s->dir == RS_DIR_RX)
		return DERIVED(host_window);
	return shorter(DERIVED(guest_window), DERIVED(host_window));
}

static struct rs_num back_window(const struct rs_scene *s)
{
	return rs_scene_waited(s) ? DERIVED(guest_window) : (struct rs_num){0};
}

/*
 * The longest time that is known of. Buffers of a receive queue may wait for long because nothing
 * comes: that is no standstill. Of a ring that is broken, a tap that filled up within the window,
 * or work for a worker that has not run for long, nothing says since when.
 */
static struct rs_num since_of(const struct rs_scene *s)
{
	const struct {
		enum rs_answer is;
		struct rs_num ms;
	} rows[] = {
		{s->back_still, DERIVED(stalled)},
		{s->back_still, back_window(s)},
		{s->dir == RS_DIR_RX ? RS_NO : s->front_still, s->guest->outstanding_ms},
		{s->front_still, front_window(s)},
		{RS_YES, s->guest->tx_stopped_ms},
	};
	struct rs_num longest = {0};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].is == RS_YES && rows[i].ms.known && rows[i].ms.value >= longest.value)
			longest = rows[i].ms;
	return longest;
}

/* A broken ring needs no time to be one. */
static bool is_long_enough(const struct rs_scene *s)
{
	struct rs_num since = since_of(s);

	return rs_num_is(s->guest->broken, 1) || !since.known || since.value >= RS_STILL_MS ||
	       rs_num_above(s->worker_still, RS_STILL_MS - 1) ||
	       rs_num_above(s->vcpu_still, RS_STILL_MS - 1);
}

static enum rs_motion motion_of(const struct rs_turn *t, const struct rs_scene *s)
{
	bool still = s->back_still == RS_YES || s->front_still == RS_YES || is_stopped(t) ||
		     rs_num_is(s->guest->broken, 1);
	struct rs_reason why;

	if (rs_num_is(s->running, 0))
		return RS_MOTION_IDLE;
	if (s->perhaps_down)
		return RS_MOTION_UNKNOWN;
	if (still && t->parties && !t->idle && is_long_enough(s))
		return RS_MOTION_STILL;
	if (moved(s))
		return RS_MOTION_MOVES;
	if (rs_num_is(s->guest->tx_stopped, 1) && !s->no_link)
		return RS_MOTION_UNKNOWN;
	if (rs_step_at(0)->done(s, &why) == RS_NO && rs_num_is(DERIVED(standing), 0))
		return RS_MOTION_IDLE;
	return still && t->idle ? RS_MOTION_IDLE : RS_MOTION_UNKNOWN;
}

/* Nothing in the guest runs, and the VMM lets no backend run: all else follows from it. */
static void pause_set(struct rs_turn *t, const struct rs_scene *s)
{
	size_t at = s->back_still == RS_YES ? RS_STEP_ARRIVES : RS_STEP_RUNS;
	const struct rs_step *step = rs_step_at(at);

	for (size_t i = 0; i < step->causes_n; i++)
		if (step->causes[i].party == RS_PARTY_VMM && step->causes[i].is(s) == RS_YES)
			t->links[at] =
				(struct rs_link){RS_LINK_HOLDER, {"paused", 1, NULL}, 1U << i};
}

static void turn_find(struct rs_turn *t, const struct rs_scene *s)
{
	bool tx = s->dir == RS_DIR_TX, back = !rs_num_is(DERIVED(standing), 0);
	enum rs_answer awaited = is_awaited(s);
	bool front_open = s->back_still != RS_YES || s->front_still == RS_YES;

	if (tx && s->front_still == RS_YES && awaited != RS_YES)
		back = false;
	if (back && awaited != RS_NO)
		back_walk(t, s);
	if (back && s->front_still != RS_YES &&
	    (awaited == RS_UNKNOWN || (!DERIVED(standing).known && s->back_still != RS_YES)))
		t->idle = true;
	if (front_open || (tx && !rs_num_is(DERIVED(outstanding), 0) && !is_mostly_used(s)))
		front_walk(t, s);
}

void rs_turn_take(struct rs_turn *t, const struct rs_scene *s)
{
	memset(t, 0, sizeof(*t));
	if (rs_num_is(s->paused, 1)) {
		pause_set(t, s);
	} else if (rs_num_is(s->guest->broken, 1)) {
		back_walk(t, s);
	} else {
		turn_find(t, s);
		halves_join(t, s);
	}
	parties_collect(t, s);
	t->motion = motion_of(t, s);
	if (t->motion == RS_MOTION_IDLE)
		t->parties = t->named = 0;
	if (t->motion == RS_MOTION_STILL)
		t->since_ms = since_of(s);
	if (t->since_ms.value < RS_STILL_MS)
		t->since_ms.known = false;
}

const struct rs_cause *rs_turn_cause(const struct rs_turn *t, size_t *step)
{
	for (*step = 0; *step < RS_STEPS; ++*step)
		if (is_open(&t->links[*step]))
			return &rs_step_at(*step)->causes[__builtin_ctz(t->links[*step].causes)];
	return NULL;
}

size_t rs_turn_open(const struct rs_turn *t)
{
	size_t n = 0;

	for (size_t i = 0; i < RS_STEPS; i++)
		n += is_open(&t->links[i]);
	return n;
}
