// SPDX-License-Identifier: GPL-2.0-only
/*
 * Histories of a virtqueue at random, from a model that knows which party stopped. Both sides are
 * looked at at any moment, with any facts missing: the answer is that party, or a set with it. With
 * all facts, and a queue that stands still, it is that party alone. Not asked for that: a program
 * as backend, of which the host knows no worker; a kick that is lost, which looks as if vhost had
 * been told and stopped; and what only the window shows, see needs_window(). A stopped transmit
 * queue may be called idle where it is unknown that it is stopped.
 *
 * HISTORY_SEED=N runs one history again and prints it.
 */
#include <kselftest_harness.h>

#include "fields.h"
#include "helper_fixture.h"
#include "history_ring.h"

enum { HISTORIES = 120000, STEPS_MAX = 200, FILLED_MS = 1000 };

static const char *const break_names[BREAKS] = {
#define X(name, party) #name,
	BREAK_LIST(X)
#undef X
};

static const unsigned int break_parties[BREAKS] = {
#define X(name, party) party,
	BREAK_LIST(X)
#undef X
};

/* One history: the ring at the moments that are looked at, and what is known of them. */
struct history {
	uint64_t seed;
	struct ring guest[2], host[2];
	bool has_guest, has_host, all_facts;
	unsigned int chance; /* of 100, that a fact is missing */
	uint64_t missed;     /* hits, on both sides */
};

static bool is_on(const struct history *h, enum break_point b, int moment)
{
	return ring_breaks(&h->guest[moment], b);
}

/* A split index, and the position of a packed one as the module counts it, or as the ring has it.
 */
static struct rs_num index_of(const struct ring *r, uint64_t entries)
{
	return rs_num_of(r->packed ? entries % (2 * r->size) : entries % 65536);
}

static struct rs_num raw_of(const struct ring *r, uint64_t entries)
{
	uint64_t at = entries % (2 * r->size);

	if (!r->packed)
		return rs_num_of(entries % 65536);
	return rs_num_of(at < r->size ? at | 0x8000 : at - r->size);
}

static struct rs_num flags_of(const struct ring *r, bool off)
{
	return rs_num_of(off ? r->packed || !r->event_idx : r->packed && r->event_idx ? 2 : 0);
}

/* What both sides can read in the ring's memory. */
static void ring_fill(struct rs_queue *q, const struct ring *r)
{
	rs_str_set(q->dir, r->tx ? "tx" : "rx");
	rs_str_set(q->ring, r->packed ? "packed" : "split");
	q->event_idx = rs_num_of(r->event_idx);
	q->size = rs_num_of(r->size);
	q->ring_avail_idx = raw_of(r, r->avail);
	q->ring_used_idx = r->packed ? (struct rs_num){0} : raw_of(r, r->used);
	q->used_event = raw_of(r, r->used_event);
	q->avail_event = raw_of(r, r->avail_event);
	q->avail_flags = flags_of(r, r->no_irq);
	q->used_flags = flags_of(r, r->no_kick);
	q->used_addr = rs_num_of(0x10000);
	q->msi = (struct rs_msi){rs_num_of(0xfee01000), rs_num_of(0x20), rs_num_of(8)};
}

static void guest_counts(struct rs_queue *q, const struct ring *r)
{
	for (int i = 0; i < RS_GUEST_COUNTERS; i++)
		q->counters[i] = rs_num_of(0);
	GUEST_COUNTER(q, interrupts) = GUEST_COUNTER(q, handled) = rs_num_of(r->n_interrupts);
	GUEST_COUNTER(q, polls_softirq) = rs_num_of(r->n_polls);
	GUEST_COUNTER(q, used_progress) = rs_num_of(r->used);
	GUEST_COUNTER(q, last_used_progress) = rs_num_of(r->last);
}

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static void guest_fill(const struct history *h, struct rs_sample *s, int moment)
{
	const struct ring *r = &h->guest[moment];
	struct rs_device *device = rs_sample_add_device(s);
	struct rs_irq *irq = rs_sample_add_irq(s);
	struct rs_queue *q = rs_sample_add_queue(s);

	rs_str_set(device->name, "virtio0");
	device->running = rs_num_of(1);
	device->generation = rs_num_of(1);
	ring_fill(q, r);
	guest_counts(q, r);
	rs_str_set(q->device, "virtio0");
	rs_str_set(q->name, r->tx ? "output.0" : "input.0");
	q->index = rs_num_of(r->tx);
	q->generation = rs_num_of(1);
	q->shared = rs_num_of(0);
	q->used_idx = index_of(r, r->used);
	q->last_used_idx = index_of(r, r->last);
	if (r->used > r->last)
		q->stalled_ms = rs_num_of(r->now - later(r->standing_at, r->moved_at));
	q->outstanding = rs_num_of(r->avail - r->used);
	if (r->avail > r->used)
		q->outstanding_ms = rs_num_of(r->now - r->outstanding_at);
	q->broken = rs_num_of(r->broken);
	q->kicks = rs_num_of(r->n_kicks);
	q->unkicked = rs_num_of(r->unkicked);
	q->napi_scheduled = rs_num_of(r->scheduled);
	q->napi_disabled = rs_num_of(is_on(h, BREAK_NAPI_DISABLED, moment));
	q->napi_busy = rs_num_of(is_on(h, BREAK_BUSY_OWNER, moment));
	q->napi_threaded = rs_num_of(0);
	q->tx_stopped = rs_num_of(r->stopped);
	if (r->stopped)
		q->tx_stopped_ms = rs_num_of(r->now - r->stopped_at);
	irq->irq = q->irq = rs_num_of(40);
	irq->disabled = rs_num_of(is_on(h, BREAK_IRQ_DISABLED, moment));
	irq->masked = rs_num_of(is_on(h, BREAK_IRQ_MASKED, moment) || irq->disabled.value);
	irq->depth = irq->masked;
	irq->cpu_online = rs_num_of(1);
}

static void host_counts(struct rs_queue *q, const struct ring *r)
{
	for (int i = 0; i < RS_HOST_COUNTERS; i++)
		q->counters[i] = rs_num_of(0);
	for (int i = RS_HOST_vhost_rounds; r->user && i <= RS_HOST_vhost_no_call; i++)
		q->counters[i] = (struct rs_num){0};
	HOST_COUNTER(q, tun_offered) = rs_num_of(r->n_offered);
	HOST_COUNTER(q, tun_dropped) = HOST_COUNTER(q, tun_dropped_full) = rs_num_of(r->n_dropped);
	HOST_COUNTER(q, eventfd_writes) = rs_num_of(r->n_writes);
	HOST_COUNTER(q, eventfd_masked) = rs_num_of(r->n_held);
	HOST_COUNTER(q, irqfd_wakeups) = rs_num_of(r->n_wakeups);
	HOST_COUNTER(q, irqfd_atomic) = rs_num_of(r->n_wakeups);
	HOST_COUNTER(q, injected) = rs_num_of(r->n_injected);
	HOST_COUNTER(q, coalesced) = rs_num_of(r->n_coalesced);
	if (r->user)
		return;
	HOST_COUNTER(q, vhost_rounds) = rs_num_of(r->n_rounds);
	HOST_COUNTER(q, vhost_kicks) = rs_num_of(r->n_told);
	HOST_COUNTER(q, vhost_taken) = HOST_COUNTER(q, vhost_posted) = rs_num_of(r->n_posted);
	HOST_COUNTER(q, vhost_calls) = rs_num_of(r->n_calls);
	HOST_COUNTER(q, vhost_signals) = rs_num_of(r->n_signals);
	HOST_COUNTER(q, vhost_suppressed_event_idx) = rs_num_of(r->n_suppressed);
}

static void worker_fill(const struct history *h, struct rs_queue *q, const struct ring *r)
{
	static const char *const states[] = {
		[WORKER_ASLEEP] = "asleep",
		[WORKER_RUNNABLE] = "runnable",
		[WORKER_RUNNING] = "running",
		[WORKER_BLOCKED] = "blocked",
	};
	bool runs = r->worker == WORKER_RUNNABLE && !ring_breaks(r, BREAK_WORKER_WAITS);

	(void)h;
	rs_str_set(q->backend, r->user ? "user-space backend" : "vhost-net");
	if (r->user)
		return;
	rs_str_set(q->worker_state, states[runs ? WORKER_RUNNING : r->worker]);
	q->worker_queued = rs_num_of(r->queued);
	q->used_idx = raw_of(r, r->used);
	q->avail_idx = raw_of(r, r->seen);
	q->signalled_used = raw_of(r, r->signalled);
	q->vhost_vq = rs_num_of(r->tx);
}

static void host_fill(const struct history *h, struct rs_sample *s, int moment)
{
	const struct ring *r = &h->host[moment];
	struct rs_vm *vm = rs_sample_add_vm(s);
	struct rs_queue *q = rs_sample_add_queue(s);

	vm->pid = rs_num_of(1234);
	vm->paused = rs_num_of(ring_breaks(r, BREAK_VM_PAUSED));
	ring_fill(q, r);
	host_counts(q, r);
	worker_fill(h, q, r);
	rs_str_set(q->tap, "vnet37");
	q->pid = vm->pid;
	q->queue = rs_num_of(0);
	q->carrier = rs_num_of(1);
	q->stopped = rs_num_of(0);
	q->gsi = ring_breaks(r, BREAK_NO_IRQFD) ? (struct rs_num){0} : rs_num_of(24);
	q->ring_size = rs_num_of(r->tap_size);
	q->occupancy = rs_num_of(r->occupancy);
	q->msi_pending = rs_num_of(r->pending);
	q->msi_active = rs_num_of(0);
	q->msi_enabled = rs_num_of(1);
	q->masked = rs_num_of(ring_masked(r));
	if (ring_breaks(r, BREAK_WRONG_ROUTE))
		q->msi.devid = rs_num_of(9);
	rs_str_set(q->vcpu_state, ring_breaks(r, BREAK_VM_PAUSED)    ? "paused"
				  : ring_breaks(r, BREAK_VCPU_WAITS) ? "runnable"
				  : ring_breaks(r, BREAK_VCPU_EXITS) ? "host"
								     : "guest");
}

/* What says which queue it is, and how to read its indexes, stays known. */
static bool is_name(const char *key)
{
	static const char *const keys[] = {"dir", "device", "name",  "index",	"tap",
					   "pid", "ring",   "queue", "vhost_vq"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(key, keys[i]))
			return true;
	return false;
}

static void facts_drop(const struct history *h, struct ring *dice, struct rs_snapshot *s)
{
	const struct rs_record *record = &rs_records[RS_RECORD_QUEUE];
	struct rs_queue *queues[] = {s->begin.queues, s->end.queues};

	for (size_t i = 0; i < record->fields_n; i++) {
		const struct rs_field *field = &record->fields[i];

		if (is_name(field->key) || ring_random(dice, 100) >= h->chance)
			continue;
		for (int m = 0; m < 2; m++)
			memset((char *)queues[m] + field->offset, 0,
			       field->type == RS_TYPE_STR ? 1 : sizeof(struct rs_num));
	}
	for (size_t i = 0; i < rs_counters[s->side].count; i++)
		if (ring_random(dice, 100) < h->chance)
			queues[0]->counters[i] = queues[1]->counters[i] = (struct rs_num){0};
	for (int m = 0; m < 2 && s->side == RS_SIDE_GUEST; m++)
		if (ring_random(dice, 100) < h->chance)
			memset(&(m ? &s->end : &s->begin)->irqs[0].disabled, 0,
			       sizeof(struct rs_irq) - offsetof(struct rs_irq, disabled));
}

/* Hooks that missed hits counted too few, anywhere down to none. */
static void counts_lose(struct ring *dice, struct rs_snapshot *s)
{
	for (size_t i = 0; i < rs_counters[s->side].count; i++) {
		struct rs_num *begin = &s->begin.queues[0].counters[i];
		struct rs_num *end = &s->end.queues[0].counters[i];
		bool index = s->side == RS_SIDE_GUEST &&
			     (i == RS_GUEST_used_progress || i == RS_GUEST_last_used_progress);

		if (begin->known && end->known && !index)
			end->value =
				begin->value + ring_random(dice, end->value - begin->value + 1);
	}
}

static void side_fill(const struct history *h, struct ring *dice, struct rs_snapshot *s,
		      enum rs_side side)
{
	const struct ring *r = side == RS_SIDE_GUEST ? h->guest : h->host;

	memset(s, 0, sizeof(*s));
	s->side = side;
	s->has_begin = true;
	for (int m = 0; m < 2; m++) {
		struct rs_sample *sample = m ? &s->end : &s->begin;
		struct rs_hook *hook = rs_sample_add_hook(sample);

		sample->time_ns = rs_num_of(r[m].now * 1000000);
		sample->started_ns = rs_num_of(5);
		sample->generation = rs_num_of(0);
		rs_str_set(hook->name, "hook");
		rs_str_set(hook->state, "attached");
		hook->missed = rs_num_of(m * h->missed);
		(side == RS_SIDE_GUEST ? guest_fill : host_fill)(h, sample, m);
	}
	if (h->missed)
		counts_lose(dice, s);
	facts_drop(h, dice, s);
}

/* The moments of both begins and both ends: a few steps apart. */
static void play(struct history *h, struct ring *r)
{
	uint64_t begin = ring_random(r, STEPS_MAX / 2);
	uint64_t length = 11 + ring_random(r, STEPS_MAX / 2);
	uint64_t at[2][2];
	bool together = h->all_facts || ring_random(r, 2);

	for (int side = 0; side < 2; side++) {
		at[side][0] = begin + (together ? 0 : ring_random(r, 5));
		at[side][1] = begin + length + (together ? 0 : ring_random(r, 5));
	}
	r->breaks_at = r->now + RING_STEP_MS * ring_random(r, STEPS_MAX / 2);
	for (uint64_t step = 0; step < STEPS_MAX + 20; step++) {
		for (int m = 0; m < 2; m++) {
			if (step == at[0][m])
				h->guest[m] = *r;
			if (step == at[1][m])
				h->host[m] = *r;
		}
		ring_step(r);
	}
}

static void history_make(struct history *h, struct ring *r, uint64_t seed)
{
	*h = (struct history){.seed = seed, .has_guest = true, .has_host = true};
	ring_start(r, seed, seed % BREAKS);
	h->all_facts = ring_random(r, 3) == 0;
	play(h, r);
	if (h->all_facts)
		return;
	h->chance = (const unsigned int[]){0, 5, 30, 60, 90}[ring_random(r, 5)];
	h->missed = ring_random(r, 4) ? 0 : 1 + ring_random(r, 5);
	h->has_guest = ring_random(r, 6) != 0;
	h->has_host = !h->has_guest || ring_random(r, 6);
}

/* A guest that is paused answers nothing: its snapshot was taken before. */
static bool is_possible(const struct history *h)
{
	return !h->has_guest || !is_on(h, BREAK_VM_PAUSED, 1);
}

/* Work waits at the end of both windows, and for long nothing moved. */
static bool stands(const struct ring *r)
{
	bool waits = r->tx ? r->stopped || r->avail > r->used : r->occupancy || r->used > r->last;
	uint64_t since = later(later(r->moved_at, r->breaks_at), r->tx ? r->stopped_at : 0);

	if (r->used > r->last)
		since = later(since, r->standing_at);
	return r->breaks != BREAK_NONE && r->now >= r->breaks_at && waits &&
	       r->now >= since + RS_STILL_MS + RING_STEP_MS;
}

/* Of a program that is no vhost, the host knows neither worker nor signals, nor whether it was
 * kicked. */
static unsigned int truth_of(const struct ring *r)
{
	bool hidden = (r->breaks >= BREAK_WORKER_WAITS && r->breaks <= BREAK_WORKER_ASLEEP) ||
		      r->breaks == BREAK_KICK_LOST;

	return r->user && hidden ? 1U << RS_PARTY_BACKEND : break_parties[r->breaks];
}

/* A signal that was sent before the window looks like one that vhost decided against. */
static bool needs_signal(const struct ring *r)
{
	return r->breaks == BREAK_NO_IRQFD || r->breaks == BREAK_LOST ||
	       r->breaks == BREAK_WRONG_ROUTE;
}

/*
 * Some facts only show in the window: since when packets wait in the tap, whether polls came after
 * the last entry was consumed, and that a signal was sent.
 */
static bool needs_window(const struct ring *r)
{
	return (!r->tx && r->used == r->last) || r->breaks == BREAK_SOFTIRQ ||
	       r->breaks == BREAK_NOT_CONSUMED || needs_signal(r);
}

static bool is_seen(const struct history *h)
{
	const struct ring *begin = &h->host[0], *end = &h->host[1];
	bool whole = begin->moved_at == end->moved_at && begin->now >= begin->breaks_at &&
		     (!needs_signal(end) || end->n_writes > begin->n_writes);
	/* packets that came within a short window may have come a moment ago */
	bool fresh = !end->tx && end->used == end->last && !begin->occupancy &&
		     (end->now - begin->now < FILLED_MS || end->n_dropped == begin->n_dropped);

	return stands(&h->guest[1]) && stands(end) && (!needs_window(end) || (whole && !fresh));
}

struct answer {
	enum rs_motion motion;
	unsigned int parties; /* of the turn */
	unsigned int others;  /* of roots by rules */
	const char *id;
	struct rs_num since_ms;
	bool stop_known; /* whether the stack waits for a transmit queue is */
};

static int answer_take(const struct history *h, struct ring *dice, struct answer *a)
{
	struct rs_snapshot guest = {0}, host = {0};
	struct rs_pair pair = {0};
	struct rs_match match = {&pair, 1};
	struct rs_ledger ledger;
	struct rs_verdict v;
	struct rs_error err = {0};

	if (h->has_guest)
		side_fill(h, dice, &guest, RS_SIDE_GUEST);
	if (h->has_host)
		side_fill(h, dice, &host, RS_SIDE_HOST);
	pair.guest = guest.end.queues;
	pair.host = host.end.queues;
	if (rs_ledger_make(&ledger, h->has_guest ? &guest : NULL, h->has_host ? &host : NULL,
			   h->has_guest && h->has_host ? &match : NULL, &err) ||
	    rs_verdict_reach(&v, &ledger, &err))
		return -1;
	*a = (struct answer){.motion = v.turns[0].motion,
			     .since_ms = v.turns[0].since_ms,
			     .parties = v.turns[0].parties,
			     .stop_known = h->has_guest && guest.end.queues[0].tx_stopped.known};
	for (size_t i = 0; i < v.n; i++) {
		/* more packets come than the model's queue can serve: drops are true */
		if (v.findings[i].rule && !v.findings[i].rule->alarm &&
		    strncmp(v.findings[i].id, "drops", 5) && v.findings[i].root == RS_ROOT) {
			a->others |= v.findings[i].parties;
			a->id = v.findings[i].id;
		} else if (v.findings[i].turn && !v.findings[i].rule) {
			a->id = v.findings[i].id;
		}
	}
	rs_verdict_clear(&v);
	rs_ledger_clear(&ledger);
	rs_snapshot_clear(&guest);
	rs_snapshot_clear(&host);
	return 0;
}

static uint64_t earliest(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* How long work has waited for the device, or entries for the guest, or the stack for the queue. */
static uint64_t stood_ms(const struct ring *r)
{
	uint64_t since = r->now;

	if (r->used > r->last)
		since = earliest(since, later(r->standing_at, r->consumed_at));
	if (r->tx && r->avail > r->used)
		since = earliest(since, r->outstanding_at);
	if (!r->tx && r->occupancy)
		since = earliest(since, later(r->posted_at, r->offered_at));
	if (r->stopped)
		since = earliest(since, r->stopped_at);
	return r->now - since;
}

/* Return: what is wrong with the answer, NULL = nothing. */
static const char *judge(const struct history *h, const struct answer *a)
{
	const struct ring *r = h->has_guest ? &h->guest[1] : &h->host[1];
	unsigned int truth = truth_of(r);
	bool still = stands(&h->guest[1]) && stands(&h->host[1]);

	if (a->others & ~truth)
		return "a rule names another party";
	if (a->motion == RS_MOTION_STILL && a->since_ms.known &&
	    a->since_ms.value > later(stood_ms(&h->guest[1]), stood_ms(&h->host[1])))
		return "it stood still for less";
	if (a->motion == RS_MOTION_STILL && later(h->guest[1].now, h->host[1].now) < r->breaks_at)
		return "a queue that is well stands still";
	if (a->motion == RS_MOTION_STILL && !(a->parties & truth))
		return "another party is named";
	/* of older modules it is unknown whether the stack waits for a transmit queue */
	if (still && a->motion == RS_MOTION_IDLE && (!r->tx || a->stop_known))
		return "a queue that stands still is idle";
	if (!h->all_facts || !is_seen(h))
		return NULL;
	if (a->motion != RS_MOTION_STILL)
		return "with all facts, the standstill is not seen";
	if (!r->user && r->breaks != BREAK_KICK_LOST && a->parties != truth)
		return "with all facts, more than one party remains";
	return NULL;
}

static void history_print(struct __test_metadata *_metadata, const struct history *h,
			  const struct answer *a, const char *wrong)
{
	char text[300], given[300];
	const struct ring *r = &h->guest[1];

	TH_LOG("HISTORY_SEED=%llu: %s", (unsigned long long)h->seed, wrong);
	TH_LOG("%s %s %s %s event_idx %d, sides %d%d, missing %u%%, missed %d, id %s",
	       break_names[r->breaks], r->tx ? "tx" : "rx", r->packed ? "packed" : "split",
	       r->user ? "program" : "vhost", r->event_idx, h->has_guest, h->has_host, h->chance,
	       (int)h->missed, a->id ? a->id : "-");
	TH_LOG("since %d, stood %d %d", a->since_ms.known ? (int)a->since_ms.value : -1,
	       (int)stood_ms(&h->guest[1]), (int)stood_ms(&h->host[1]));
	TH_LOG("motion %s, parties \"%s\", expected \"%s\"", rs_motion_names[a->motion],
	       rs_parties_name(a->parties | a->others, ", ", given, sizeof(given)),
	       rs_parties_name(truth_of(r), ", ", text, sizeof(text)));
	for (int m = 0; m < 2; m++)
		TH_LOG("at %d: now %d breaks %d avail %d used %d last %d signalled %d event %d "
		       "no_irq %d occupancy %d stopped %d sched %d pending %d moved %d",
		       m, (int)h->guest[m].now, (int)r->breaks_at, (int)h->guest[m].avail,
		       (int)h->guest[m].used, (int)h->guest[m].last, (int)h->guest[m].signalled,
		       (int)h->guest[m].used_event, h->guest[m].no_irq, (int)h->guest[m].occupancy,
		       h->guest[m].stopped, h->guest[m].scheduled, h->guest[m].pending,
		       (int)h->guest[m].moved_at);
}

TEST(the_party_that_stopped_is_in_every_answer)
{
	const char *only = getenv("HISTORY_SEED");
	uint64_t from = only ? strtoull(only, NULL, 10) : 1;
	size_t wrong_n[BREAKS] = {0}, still_n[BREAKS] = {0};

	for (uint64_t seed = from; seed < (only ? from + 1 : HISTORIES + 1); seed++) {
		struct history h;
		struct answer a;
		struct ring r;
		const char *wrong;

		history_make(&h, &r, seed);
		if (!is_possible(&h))
			continue;
		ASSERT_EQ(0, answer_take(&h, &r, &a));
		wrong = judge(&h, &a);
		still_n[r.breaks] += h.all_facts && stands(&h.guest[1]);
		if (wrong && !wrong_n[r.breaks]++)
			history_print(_metadata, &h, &a, wrong);
	}
	for (int b = BREAK_NONE; b < BREAKS; b++) {
		EXPECT_EQ(0, wrong_n[b])
		TH_LOG("%s: %zu wrong answers", break_names[b], wrong_n[b]);
		if (!only && b != BREAK_NONE && b != BREAK_VM_PAUSED)
			EXPECT_LT(50, still_n[b])
		TH_LOG("%s: too few histories stand still", break_names[b]);
	}
}

TEST_HARNESS_MAIN
