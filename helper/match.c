// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "match.h"

#define BIT(name) RS_FACT_BIT(name)
#define WHO	  RS_FACTS_WHO

/* How strong the evidence is that two queues are the same. */
enum evidence { NONE, PLACE, MSI, RING };

static bool is_shared(const struct rs_queue *q)
{
	return q->shared.known && q->shared.value;
}

static enum evidence evidence_of(const struct rs_sides *s, struct rs_facts f)
{
	const unsigned int place = BIT(DIR) | BIT(QUEUE);

	if (f.agree & BIT(USED_ADDR))
		return RING;
	if (f.differ & (BIT(USED_ADDR) | place) || !(f.agree & WHO))
		return NONE;
	if (f.agree & BIT(MSI) && !is_shared(s->g))
		return MSI;
	return (f.agree & place) == place && f.agree & (BIT(MAC) | BIT(MSI)) ? PLACE : NONE;
}

/* The facts that show that these are two different queues. */
static unsigned int contradiction(struct rs_facts f)
{
	unsigned int differ = f.differ & ~BIT(QUEUE);

	if (!(f.agree & WHO))
		return differ;
	if (f.agree & BIT(UUID) && f.agree & BIT(USED_ADDR))
		differ &= ~BIT(MAC);
	return differ & ~(BIT(MSI) | BIT(DEVID));
}

static bool is_paused(const struct rs_sample *s, struct rs_num pid)
{
	for (size_t i = 0; i < s->vms_n; i++)
		if (rs_nums_equal(s->vms[i].pid, pid))
			return s->vms[i].paused.known && s->vms[i].paused.value;
	return false;
}

/* While a machine is stopped, its vhost device has no backend. */
static bool is_served(const struct rs_sample *s, const struct rs_queue *q)
{
	return (strcmp(q->backend, "vhost-net") || q->vhost_vq.known) && !is_paused(s, q->pid);
}

/* Whether the machine left the tap of @end within the window: it was migrated or stopped. */
static bool is_left(const struct rs_snapshot *host, const struct rs_queue *end)
{
	const struct rs_sample *b = &host->begin;

	for (size_t i = 0; host->has_begin && i < b->queues_n; i++) {
		const struct rs_queue *q = &b->queues[i];

		if (rs_nums_equal(q->pid, end->pid) && !strcmp(q->tap, end->tap) &&
		    rs_nums_equal(q->queue, end->queue) && is_served(b, q))
			return !is_served(&host->end, end);
	}
	return false;
}

static const char *tap_mac(const struct rs_sample *s, const char *tap)
{
	for (size_t i = 0; *tap && i < s->taps_n; i++)
		if (!strcmp(s->taps[i].name, tap))
			return s->taps[i].mac;
	return "";
}

/* Return: a note on each of the host's queues, NULL = out of memory. */
static struct rs_note *notes_make(const struct rs_snapshot *host)
{
	struct rs_note *notes = calloc(host->end.queues_n, sizeof(*notes));

	for (size_t i = 0; notes && i < host->end.queues_n; i++) {
		const struct rs_queue *q = &host->end.queues[i];

		notes[i] = (struct rs_note){tap_mac(&host->end, q->tap), is_left(host, q)};
	}
	return notes;
}

static int ambiguous(const struct rs_sides *s, const struct rs_queue *other, struct rs_error *err)
{
	return rs_error_set(err, RS_EXIT_MISMATCH,
			    "%s %s matches two queues of the host, %s of process %llu and %s of "
			    "process %llu, and neither uuid nor MAC differs: take the host's "
			    "snapshot with --tap or --pid",
			    s->g->netdev, s->g->name, other->tap,
			    (unsigned long long)other->pid.value, s->h->tap,
			    (unsigned long long)s->h->pid.value);
}

/* A pair that was refused. The one that has the most in common explains why nothing was found. */
struct refusal {
	struct rs_sides sides;
	struct rs_facts facts;
	const char *why; /* NULL = the facts that differ */
};

static int score_of(enum evidence evidence, struct rs_facts f)
{
	return (int)evidence * 2 * RS_FACTS + __builtin_popcount(f.agree);
}

static void refusal_note(struct refusal *r, const struct rs_sides *s, struct rs_facts f,
			 const char *why)
{
	int known = score_of(r->facts.agree & WHO ? MSI : NONE, r->facts);

	if (!r->sides.h || score_of(f.agree & WHO ? MSI : NONE, f) > known)
		*r = (struct refusal){*s, f, why};
}

/* Whether the host's queue of @s can be the guest's. */
static bool is_candidate(const struct rs_sides *s, struct rs_facts f, struct refusal *refusal)
{
	const char *why = NULL;

	if (evidence_of(s, f) && !contradiction(f)) {
		if (!s->notes[s->h - s->host->end.queues].left)
			return true;
		why = is_paused(&s->host->end, s->h->pid)
			      ? "the virtual machine is paused, or was migrated away: resume it, "
				"and take both snapshots again"
			      : "the machine left this tap within the window: it was migrated or "
				"stopped; take both snapshots again";
	}
	refusal_note(refusal, s, f, why);
	return false;
}

/* Two queues of one process are left alone; two processes are an error. */
static int tie_break(struct rs_sides *s, struct rs_pair *pair, const struct rs_queue *other,
		     struct refusal *refusal, struct rs_error *err)
{
	s->h = other;
	if (!rs_nums_equal(pair->host->pid, other->pid))
		return ambiguous(s, pair->host, err);
	refusal_note(refusal, s, pair->facts, "two queues of the process match equally well");
	pair->host = NULL;
	return 0;
}

static int pair_find(struct rs_sides *s, struct rs_pair *pair, struct refusal *refusal,
		     struct rs_error *err)
{
	const struct rs_queue *tie = NULL;

	for (size_t i = 0; i < s->host->end.queues_n; i++) {
		struct rs_facts f;
		int score;

		s->h = &s->host->end.queues[i];
		f = rs_facts_compare(s);
		if (!is_candidate(s, f, refusal))
			continue;
		score = score_of(evidence_of(s, f), f);
		if (score == pair->score)
			tie = s->h;
		if (score <= pair->score)
			continue;
		*pair = (struct rs_pair){s->g, s->h, f, score};
		tie = NULL;
	}
	return tie ? tie_break(s, pair, tie, refusal, err) : 0;
}

static void pair_drop(struct rs_pair *pair, struct rs_sides *s, struct refusal *refusal)
{
	s->g = pair->guest;
	s->h = pair->host;
	refusal_note(refusal, s, pair->facts, "two queues of the guest match equally well");
	pair->host = NULL;
}

/* A queue of the host is one queue of the guest. If it matches two, the evidence was too weak. */
static void doubles_drop(struct rs_match *m, struct rs_sides *s, struct refusal *refusal)
{
	for (size_t i = 0; i < m->n; i++)
		for (size_t j = i + 1; m->pairs[i].host && j < m->n; j++) {
			struct rs_pair *a = &m->pairs[i], *b = &m->pairs[j];
			bool a_drops = a->score <= b->score, b_drops = b->score <= a->score;

			if (a->host != b->host)
				continue;
			if (b_drops)
				pair_drop(b, s, refusal);
			if (a_drops)
				pair_drop(a, s, refusal);
		}
}

static const char *const advice[RS_FACTS] = {
	[RS_FACT_USED_ADDR] = "take both snapshots again: the guest was rebooted, or its rings "
			      "were made again, in between",
	[RS_FACT_UUID] = "check whether two machines have this MAC",
	[RS_FACT_MAC] = "check --tap: this may be another interface of the machine",
	[RS_FACT_MSI] = "take both snapshots again: the interrupt may have moved in between",
	[RS_FACT_DEVID] = "a wrong device id in the MSI route of KVM may be the fault itself: "
			  "check the VMM",
	[RS_FACT_DIR] =
		"the host's snapshot does not have the same queues: check --tap and --queue",
	[RS_FACT_QUEUE] = "the host's snapshot does not have the same queues: check --tap and "
			  "--queue",
};

static const char *or_unknown(const char *text)
{
	return *text ? text : "unknown";
}

/* What differs, with its values and what to do; or that nothing can be compared. */
static void reason_tell(const struct refusal *r, char *text, size_t size)
{
	char differ[240];

	if (r->why) {
		snprintf(text, size, "%s", r->why);
	} else if (!r->facts.differ) {
		snprintf(text, size,
			 "the host knows neither ring, MSI nor tap queue; check --tap and --pid");
	} else {
		rs_facts_tell(&r->sides, r->facts.differ, differ, sizeof(differ));
		snprintf(text, size, "%s differ; %s", differ,
			 advice[__builtin_ctz(r->facts.differ)]);
	}
}

static int nothing_found(const struct refusal *r, struct rs_error *err)
{
	const struct rs_snapshot *guest = r->sides.guest, *host = r->sides.host;
	unsigned int who = r->facts.agree & WHO;
	char agree[40], reason[360];

	rs_facts_name(who, agree, sizeof(agree));
	reason_tell(r, reason, sizeof(reason));
	if (who)
		return rs_error_set(err, RS_EXIT_MISMATCH,
				    "no virtqueue of guest %s is found on host %s, although %s "
				    "agree (%s): %s",
				    or_unknown(guest->taken.hostname),
				    or_unknown(host->taken.hostname), agree,
				    or_unknown(r->sides.h->tap), reason);
	if (r->facts.differ & WHO)
		return rs_error_set(err, RS_EXIT_MISMATCH,
				    "these are snapshots of two different virtual machines: %s",
				    reason);
	return rs_error_set(err, RS_EXIT_MISMATCH,
			    "nothing shows that both snapshots are of one virtual machine: none of "
			    "the %zu virtqueues of guest %s (uuid %s) is among the %zu of host %s: "
			    "%s",
			    guest->end.queues_n, or_unknown(guest->taken.hostname),
			    or_unknown(guest->taken.uuid), host->end.queues_n,
			    or_unknown(host->taken.hostname), reason);
}

static int sides_check(const struct rs_snapshot *guest, const struct rs_snapshot *host,
		       struct rs_error *err)
{
	if (guest->side == host->side)
		return rs_error_set(err, RS_EXIT_DATA,
				    "both snapshots are of the %s: expected one of the guest and "
				    "one of the host",
				    guest->side == RS_SIDE_GUEST ? "guest" : "host");
	if (guest->side != RS_SIDE_GUEST)
		return rs_error_set(
			err, RS_EXIT_DATA,
			"the guest's snapshot must come first: ringside diff GUEST HOST");
	if (!guest->end.queues_n || !host->end.queues_n)
		return rs_error_set(err, RS_EXIT_DATA, "the %s's snapshot has no virtqueue",
				    guest->end.queues_n ? "host" : "guest");
	return 0;
}

static int pairs_find(struct rs_match *m, struct rs_sides *s, struct rs_error *err)
{
	struct refusal refusal = {0};
	size_t found = 0;

	for (m->n = 0; m->n < s->guest->end.queues_n; m->n++) {
		s->g = m->pairs[m->n].guest = &s->guest->end.queues[m->n];
		s->ring_reset = rs_match_ring_reset(s->guest, s->g);
		if (pair_find(s, &m->pairs[m->n], &refusal, err))
			return -1;
	}
	doubles_drop(m, s, &refusal);
	for (size_t i = 0; i < m->n; i++)
		found += m->pairs[i].host != NULL;
	return found ? 0 : nothing_found(&refusal, err);
}

int rs_match_make(const struct rs_snapshot *guest, const struct rs_snapshot *host,
		  struct rs_match *m, struct rs_error *err)
{
	struct rs_sides s = {.guest = guest, .host = host};
	struct rs_note *notes;
	int ret;

	memset(m, 0, sizeof(*m));
	if (sides_check(guest, host, err))
		return -1;
	m->pairs = calloc(guest->end.queues_n, sizeof(*m->pairs));
	s.notes = notes = notes_make(host);
	ret = m->pairs && notes ? pairs_find(m, &s, err)
				: rs_error_set(err, RS_EXIT_ERROR, "out of memory");
	free(notes);
	if (ret)
		rs_match_clear(m);
	return ret;
}

static bool guest_same(const struct rs_queue *a, const struct rs_queue *b)
{
	return !strcmp(a->device, b->device) && rs_nums_equal(a->index, b->index);
}

static bool host_same(const struct rs_queue *a, const struct rs_queue *b)
{
	return rs_nums_equal(a->pid, b->pid) && rs_nums_equal(a->tap_ifindex, b->tap_ifindex) &&
	       rs_nums_equal(a->queue, b->queue) && rs_nums_equal(a->vhost_vq, b->vhost_vq) &&
	       !strcmp(a->tap, b->tap) && !strcmp(a->dir, b->dir) &&
	       (a->tap_ifindex.known ||
		(rs_nums_equal(a->used_addr, b->used_addr) && rs_nums_equal(a->gsi, b->gsi)));
}

const struct rs_queue *rs_match_begin(const struct rs_snapshot *s, const struct rs_queue *end)
{
	bool (*same)(const struct rs_queue *, const struct rs_queue *) =
		s->side == RS_SIDE_GUEST ? guest_same : host_same;

	for (size_t i = 0; s->has_begin && i < s->begin.queues_n; i++)
		if (same(&s->begin.queues[i], end))
			return &s->begin.queues[i];
	return NULL;
}

static struct rs_num device_generation(const struct rs_sample *s, const char *name)
{
	for (size_t i = 0; i < s->devices_n; i++)
		if (!strcmp(s->devices[i].name, name))
			return s->devices[i].generation;
	return (struct rs_num){0};
}

static bool queue_renewed(const struct rs_snapshot *s, const struct rs_queue *end)
{
	const struct rs_queue *begin = rs_match_begin(s, end);

	return begin && !rs_nums_equal(begin->generation, end->generation);
}

bool rs_match_ring_reset(const struct rs_snapshot *s, const struct rs_queue *end)
{
	return queue_renewed(s, end) && !rs_match_device_reset(s, end);
}

bool rs_match_device_reset(const struct rs_snapshot *s, const struct rs_queue *end)
{
	struct rs_num begin = device_generation(&s->begin, end->device);
	struct rs_num now = device_generation(&s->end, end->device);

	return s->has_begin &&
	       (!rs_nums_equal(begin, now) || (!now.known && queue_renewed(s, end)));
}

void rs_match_clear(struct rs_match *m)
{
	free(m->pairs);
	memset(m, 0, sizeof(*m));
}
