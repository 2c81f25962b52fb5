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

/* Whether it is known that both queues are of one virtual machine. */
static bool is_one_machine(const struct rs_sides *s, struct rs_facts f)
{
	return f.agree & WHO || (s->machine.known && rs_nums_equal(s->machine, s->h->pid));
}

static enum evidence evidence_of(const struct rs_sides *s, struct rs_facts f)
{
	const unsigned int place = BIT(DIR) | BIT(QUEUE);

	if (f.agree & BIT(USED_ADDR))
		return RING;
	if (f.differ & (BIT(USED_ADDR) | place) || !is_one_machine(s, f))
		return NONE;
	if (f.agree & BIT(MSI) && !is_shared(s->g))
		return MSI;
	return (f.agree & place) == place && f.agree & (BIT(MAC) | BIT(MSI)) ? PLACE : NONE;
}

/* The facts that show that these are two different queues. */
static unsigned int contradiction(const struct rs_sides *s, struct rs_facts f)
{
	unsigned int differ = f.differ & ~BIT(QUEUE);

	if (!is_one_machine(s, f))
		return differ;
	if (f.agree & BIT(UUID) && f.agree & BIT(USED_ADDR))
		differ &= ~BIT(MAC);
	/* it may be a passed-through device's: only the id says which device it is of */
	return differ & ~(BIT(MSI) | (rs_queue_is_unseen(s->h) ? 0 : BIT(DEVID)));
}

/* Both snapshots with their rows by name, and the host's queues by what may show that one is the
 * guest's. */
struct search {
	struct rs_sides sides;
	struct rs_span guest, host;
	struct rs_note *notes;
	struct rs_index rings, msis, seats;
};

static bool is_paused(const struct rs_lookup *l, struct rs_num pid)
{
	const struct rs_vm *vm = rs_lookup_vm(l, pid);

	return vm && vm->paused.known && vm->paused.value;
}

/* While a machine is stopped, its vhost device has no backend. */
static bool is_served(const struct rs_lookup *l, const struct rs_queue *q)
{
	return (strcmp(q->backend, "vhost-net") || q->vhost_vq.known) && !is_paused(l, q->pid);
}

/* Whether the machine left the tap of @end within the window: it was migrated or stopped. */
static bool is_left(const struct rs_span *host, const struct rs_queue *end)
{
	const struct rs_lookup *b = &host->begin;

	if (is_served(&host->end, end))
		return false;
	RS_INDEX_EACH (i, &b->places, rs_lookup_place(end)) {
		const struct rs_queue *q = &b->s->queues[i];

		if (rs_nums_equal(q->pid, end->pid) && rs_queues_same_tap(q, end) &&
		    rs_nums_equal(q->queue, end->queue) && is_served(b, q))
			return true;
	}
	return false;
}

static const char *tap_mac(const struct rs_lookup *l, const struct rs_queue *q)
{
	const struct rs_tap *tap = rs_lookup_tap(l, q);

	return tap ? tap->mac : "";
}

/* Return: a note on each of the host's queues, NULL = out of memory. */
static struct rs_note *notes_make(const struct rs_span *host)
{
	const struct rs_sample *end = host->end.s;
	struct rs_note *notes = calloc(end->queues_n, sizeof(*notes));

	for (size_t i = 0; notes && i < end->queues_n; i++)
		notes[i] = (struct rs_note){tap_mac(&host->end, &end->queues[i]),
					    is_left(host, &end->queues[i])};
	return notes;
}

static uint64_t ring_hash(const void *ctx, size_t i)
{
	const struct search *s = ctx;
	const struct rs_queue *q = &s->host.end.s->queues[i];

	return q->used_addr.known ? rs_hash_num(RS_HASH, q->used_addr) : 0;
}

static uint64_t msi_key(const struct rs_msi *msi)
{
	return msi->address.known && msi->data.known
		       ? rs_hash_num(rs_hash_num(RS_HASH, msi->address), msi->data)
		       : 0;
}

static uint64_t msi_hash(const void *ctx, size_t i)
{
	const struct search *s = ctx;

	return msi_key(&s->host.end.s->queues[i].msi);
}

/* Of a MAC without its first byte: libvirt gives a tap the guest's with another one. */
static uint64_t seat_key(const char *mac, const char *dir, struct rs_num queue)
{
	const char *rest = strlen(mac) < 3 ? mac : mac + 3;

	if (!*mac || !queue.known)
		return 0;
	return rs_hash_num(rs_hash_text(rs_hash_text(RS_HASH, rest), dir), queue);
}

static uint64_t seat_hash(const void *ctx, size_t i)
{
	const struct search *s = ctx;
	const struct rs_queue *q = &s->host.end.s->queues[i];

	return seat_key(*q->mac ? q->mac : s->notes[i].tap_mac, q->dir, q->queue);
}

/* Return: 0, or -1: out of memory; search_clear() in either case. */
static int search_make(struct search *s, const struct rs_snapshot *guest,
		       const struct rs_snapshot *host)
{
	size_t n = host->end.queues_n;

	memset(s, 0, sizeof(*s));
	s->sides = (struct rs_sides){.guest = guest, .host = host};
	if (rs_span_make(&s->guest, guest) | rs_span_make(&s->host, host))
		return -1;
	s->sides.notes = s->notes = notes_make(&s->host);
	return !s->notes || rs_index_make(&s->rings, n, ring_hash, s) ||
			       rs_index_make(&s->msis, n, msi_hash, s) ||
			       rs_index_make(&s->seats, n, seat_hash, s)
		       ? -1
		       : 0;
}

static void search_clear(struct search *s)
{
	rs_index_clear(&s->rings);
	rs_index_clear(&s->msis);
	rs_index_clear(&s->seats);
	rs_span_clear(&s->guest);
	rs_span_clear(&s->host);
	free(s->notes);
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
static bool is_candidate(const struct search *search, struct rs_facts f, struct refusal *refusal)
{
	const struct rs_sides *s = &search->sides;
	const char *why = NULL;

	if (evidence_of(s, f) && !contradiction(s, f)) {
		if (!s->notes[s->h - s->host->end.queues].left)
			return true;
		why = is_paused(&search->host.end, s->h->pid)
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
	*pair = (struct rs_pair){.guest = pair->guest};
	return 0;
}

/* The best pair so far for a queue of the guest, and another one that is as good. */
struct best {
	struct rs_pair *pair;
	const struct rs_queue *tie;
};

static void host_try(struct search *search, const struct rs_queue *h, struct best *best,
		     struct refusal *refusal)
{
	struct rs_sides *s = &search->sides;
	struct rs_facts f;
	int score;

	s->h = h;
	f = rs_facts_compare(s);
	if (h == best->pair->host || !is_candidate(search, f, refusal))
		return;
	score = score_of(evidence_of(s, f), f);
	if (score == best->pair->score)
		best->tie = h;
	if (score <= best->pair->score)
		return;
	*best->pair = (struct rs_pair){s->g, h, f, score};
	best->tie = NULL;
}

/* Without one of these in common there is no evidence that two queues are the same. */
static int pair_find(struct search *search, struct rs_pair *pair, struct refusal *refusal,
		     struct rs_error *err)
{
	const struct rs_queue *g = search->sides.g, *hosts = search->sides.host->end.queues;
	struct rs_num seat = {g->index.value / 2, g->index.known};
	struct best best = {.pair = pair};

	if (g->used_addr.known)
		RS_INDEX_EACH (i, &search->rings, rs_hash_num(RS_HASH, g->used_addr))
			host_try(search, &hosts[i], &best, refusal);
	RS_INDEX_EACH (i, &search->msis, msi_key(&g->msi))
		host_try(search, &hosts[i], &best, refusal);
	RS_INDEX_EACH (i, &search->seats, seat_key(g->mac, g->dir, seat))
		host_try(search, &hosts[i], &best, refusal);
	return best.tie ? tie_break(&search->sides, pair, best.tie, refusal, err) : 0;
}

static void pair_drop(struct rs_pair *pair, struct rs_sides *s, struct refusal *refusal)
{
	s->g = pair->guest;
	s->h = pair->host;
	refusal_note(refusal, s, pair->facts, "two queues of the guest match equally well");
	pair->host = NULL;
}

/* The best score of all pairs of one queue of the host, and how many pairs have it. */
struct claim {
	int score;
	unsigned int n;
};

static void claim_note(struct claim *claim, int score)
{
	if (score > claim->score)
		*claim = (struct claim){score, 0};
	claim->n += score == claim->score;
}

/* A queue of the host is one queue of the guest. If it matches two, the evidence was too weak.
 * Return: 0, or -1: out of memory. */
static int doubles_drop(struct rs_match *m, struct rs_sides *s, struct refusal *refusal)
{
	const struct rs_queue *hosts = s->host->end.queues;
	struct claim *claims = calloc(s->host->end.queues_n, sizeof(*claims));

	if (!claims)
		return -1;
	for (size_t i = 0; i < m->n; i++)
		if (m->pairs[i].host)
			claim_note(&claims[m->pairs[i].host - hosts], m->pairs[i].score);
	for (size_t i = 0; i < m->n; i++) {
		struct rs_pair *pair = &m->pairs[i];
		const struct claim *claim = pair->host ? &claims[pair->host - hosts] : NULL;

		if (claim && (claim->n > 1 || claim->score > pair->score))
			pair_drop(pair, s, refusal);
	}
	free(claims);
	return 0;
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

static int sides_check(const struct rs_snapshot *guest, const struct rs_snapshot *host, bool known,
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
	if (!guest->end.queues_n || (!host->end.queues_n && !known))
		return rs_error_set(err, RS_EXIT_DATA, "the %s's snapshot has no virtqueue",
				    guest->end.queues_n ? "host" : "guest");
	return 0;
}

/* Pairs that are compared only to say why nothing was found: of large files not all. */
#define EXPLAINED_MAX 1000000

static void refusal_find(struct search *search, struct refusal *refusal)
{
	struct rs_sides *s = &search->sides;
	size_t guests = s->guest->end.queues_n, hosts = s->host->end.queues_n, left = EXPLAINED_MAX;

	for (size_t g = 0; g < guests; g++)
		for (size_t h = 0; h < hosts && left; h++, left--) {
			s->g = &s->guest->end.queues[g];
			s->h = &s->host->end.queues[h];
			s->ring_reset = rs_span_ring_reset(&search->guest, s->g);
			is_candidate(search, rs_facts_compare(s), refusal);
		}
}

static int out_of_memory(struct rs_error *err)
{
	return rs_error_set(err, RS_EXIT_ERROR, "out of memory");
}

/* The one process of all pairs; unknown if there are several, or none. */
static struct rs_num machine_of(const struct rs_match *m)
{
	struct rs_num machine = {0};

	for (size_t i = 0; i < m->n; i++) {
		const struct rs_queue *h = m->pairs[i].host;

		if (!h)
			continue;
		if (!h->pid.known || (machine.known && machine.value != h->pid.value))
			return (struct rs_num){0};
		machine = h->pid;
	}
	return machine;
}

/* A queue of which too little is known by itself may be found once others have shown which process
 * is the guest's. */
static int pairs_find(struct rs_match *m, struct search *search, struct rs_error *err)
{
	struct rs_sides *s = &search->sides;
	struct refusal refusal = {0};
	bool known = s->machine.known;
	size_t found = 0;

	for (m->n = 0; m->n < s->guest->end.queues_n; m->n++) {
		s->g = m->pairs[m->n].guest = &s->guest->end.queues[m->n];
		s->ring_reset = rs_span_ring_reset(&search->guest, s->g);
		if (pair_find(search, &m->pairs[m->n], &refusal, err))
			return -1;
	}
	if (!known)
		s->machine = machine_of(m);
	for (size_t i = 0; s->machine.known && i < m->n; i++) {
		s->g = m->pairs[i].guest;
		s->ring_reset = rs_span_ring_reset(&search->guest, s->g);
		if (!m->pairs[i].host && pair_find(search, &m->pairs[i], &refusal, err))
			return -1;
	}
	if (doubles_drop(m, s, &refusal))
		return out_of_memory(err);
	for (size_t i = 0; i < m->n; i++)
		found += m->pairs[i].host != NULL;
	if (found || known)
		return 0;
	refusal_find(search, &refusal);
	return nothing_found(&refusal, err);
}

/* The process that runs the guest, if the host's snapshot says so of this very guest. */
static struct rs_num machine_told(const struct rs_snapshot *guest, const struct rs_snapshot *host)
{
	const char *id = guest->taken.boot_id;

	return *id && !strcmp(id, host->taken.guest_boot_id) ? host->taken.guest_pid
							     : (struct rs_num){0};
}

int rs_match_make(const struct rs_snapshot *guest, const struct rs_snapshot *host,
		  struct rs_match *m, struct rs_error *err)
{
	struct rs_num machine = machine_told(guest, host);
	struct search search;
	int ret;

	memset(m, 0, sizeof(*m));
	if (sides_check(guest, host, machine.known, err))
		return -1;
	m->pairs = calloc(guest->end.queues_n, sizeof(*m->pairs));
	ret = search_make(&search, guest, host) || !m->pairs ? out_of_memory(err) : 0;
	search.sides.machine = machine;
	if (!ret)
		ret = pairs_find(m, &search, err);
	search_clear(&search);
	if (ret)
		rs_match_clear(m);
	return ret;
}

void rs_match_clear(struct rs_match *m)
{
	free(m->pairs);
	memset(m, 0, sizeof(*m));
}
