// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "match.h"

const char *const rs_fact_names[RS_FACTS] = {
	[RS_FACT_USED_ADDR] = "used ring",
	[RS_FACT_UUID] = "uuid",
	[RS_FACT_MAC] = "MAC",
	[RS_FACT_MSI] = "MSI",
	[RS_FACT_DIR] = "direction",
};

#define BIT(n) (1U << (n))
#define WHO    (BIT(RS_FACT_UUID) | BIT(RS_FACT_MAC))

enum answer { UNKNOWN, AGREE, DIFFER };

struct sides {
	const struct rs_snapshot *guest, *host;
	const struct rs_queue *g, *h;
};

static enum answer nums_compare(struct rs_num a, struct rs_num b)
{
	if (!a.known || !b.known)
		return UNKNOWN;
	return a.value == b.value ? AGREE : DIFFER;
}

static enum answer texts_compare(const char *a, const char *b)
{
	if (!*a || !*b)
		return UNKNOWN;
	return strcasecmp(a, b) ? DIFFER : AGREE;
}

/* The host's sample may be from before the guest's ring was reset and got another address. */
static enum answer used_addr_compare(const struct sides *s)
{
	enum answer answer = nums_compare(s->g->used_addr, s->h->used_addr);

	return answer == DIFFER && rs_match_ring_reset(s->guest, s->g) ? UNKNOWN : answer;
}

static enum answer uuid_compare(const struct sides *s)
{
	return texts_compare(s->guest->taken.uuid, s->h->uuid);
}

static enum answer mac_compare(const struct sides *s)
{
	return texts_compare(s->g->mac, s->h->mac);
}

static enum answer msi_compare(const struct sides *s)
{
	enum answer address = nums_compare(s->g->msi.address, s->h->msi.address);
	enum answer data = nums_compare(s->g->msi.data, s->h->msi.data);
	enum answer devid = nums_compare(s->g->msi.devid, s->h->msi.devid);

	if (address == DIFFER || data == DIFFER || devid == DIFFER)
		return DIFFER;
	return address == AGREE && data == AGREE ? AGREE : UNKNOWN;
}

static enum answer dir_compare(const struct sides *s)
{
	return texts_compare(s->g->dir, s->h->dir);
}

static enum answer (*const compare[RS_FACTS])(const struct sides *s) = {
	[RS_FACT_USED_ADDR] = used_addr_compare,
	[RS_FACT_UUID] = uuid_compare,
	[RS_FACT_MAC] = mac_compare,
	[RS_FACT_MSI] = msi_compare,
	[RS_FACT_DIR] = dir_compare,
};

struct facts {
	unsigned int agree, differ;
};

static struct facts facts_of(const struct sides *s)
{
	struct facts f = {0, 0};

	for (int i = 0; i < RS_FACTS; i++) {
		enum answer answer = compare[i](s);

		f.agree |= answer == AGREE ? BIT(i) : 0;
		f.differ |= answer == DIFFER ? BIT(i) : 0;
	}
	return f;
}

/* Whether these two can be the same queue; contradictions are checked later. */
static bool is_candidate(struct facts f)
{
	if (f.differ & BIT(RS_FACT_USED_ADDR))
		return false;
	return f.agree & (BIT(RS_FACT_USED_ADDR) | BIT(RS_FACT_MSI)) &&
	       (f.agree & BIT(RS_FACT_USED_ADDR) || f.agree & WHO);
}

static unsigned int contradiction(struct facts f)
{
	return f.agree & WHO ? f.differ & ~BIT(RS_FACT_MSI) : f.differ;
}

static void facts_name(unsigned int facts, char *text, size_t size)
{
	size_t used = 0;

	*text = '\0';
	for (int i = 0; i < RS_FACTS && used < size; i++)
		if (facts & BIT(i))
			used += snprintf(text + used, size - used, "%s%s", used ? ", " : "",
					 rs_fact_names[i]);
}

/* Names the facts that differ, with both values of the strongest one. */
static void difference_tell(const struct sides *s, unsigned int differ, char *text, size_t size)
{
	char names[80];

	facts_name(differ, names, sizeof(names));
	if (differ & BIT(RS_FACT_UUID))
		snprintf(text, size, "%s (guest %s, host %s)", names, s->guest->taken.uuid,
			 s->h->uuid);
	else if (differ & BIT(RS_FACT_MAC))
		snprintf(text, size, "%s (guest %s, host %s)", names, s->g->mac, s->h->mac);
	else
		snprintf(text, size, "%s", names);
}

static int ambiguous(const struct sides *s, const struct rs_queue *other, struct rs_error *err)
{
	return rs_error_set(err, RS_EXIT_MISMATCH,
			    "%s %s matches two queues of the host, %s of process %llu and %s of "
			    "process %llu, and neither uuid nor MAC differs: take the host's "
			    "snapshot with --tap or --pid",
			    s->g->netdev, s->g->name, other->tap,
			    (unsigned long long)other->pid.value, s->h->tap,
			    (unsigned long long)s->h->pid.value);
}

/* Fills the pair; @why gets what rules a candidate out. */
static int pair_find(struct sides *s, struct rs_pair *pair, char *why, size_t size,
		     struct rs_error *err)
{
	for (size_t i = 0; i < s->host->end.queues_n; i++) {
		struct facts f;

		s->h = &s->host->end.queues[i];
		f = facts_of(s);
		if (!is_candidate(f))
			continue;
		if (contradiction(f)) {
			difference_tell(s, contradiction(f), why, size);
			continue;
		}
		if (pair->host)
			return ambiguous(s, pair->host, err);
		pair->host = s->h;
		pair->facts = f.agree;
	}
	return 0;
}

static const char *or_unknown(const char *text)
{
	return *text ? text : "unknown";
}

static int nothing_found(const struct rs_snapshot *guest, const struct rs_snapshot *host,
			 const char *why, struct rs_error *err)
{
	if (*why)
		return rs_error_set(err, RS_EXIT_MISMATCH,
				    "these are snapshots of two different virtual machines: the "
				    "rings have the same address, but they differ in %s",
				    why);
	return rs_error_set(
		err, RS_EXIT_MISMATCH,
		"these are snapshots of two different virtual machines: none of the "
		"%zu virtqueues of guest %s (uuid %s) is among the %zu of host %s; take "
		"both again if the guest was rebooted in between; else check --tap",
		guest->end.queues_n, or_unknown(guest->taken.hostname),
		or_unknown(guest->taken.uuid), host->end.queues_n,
		or_unknown(host->taken.hostname));
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

int rs_match_make(const struct rs_snapshot *guest, const struct rs_snapshot *host,
		  struct rs_match *m, struct rs_error *err)
{
	struct sides s = {.guest = guest, .host = host};
	char why[200] = "";
	size_t found = 0;

	memset(m, 0, sizeof(*m));
	if (sides_check(guest, host, err))
		return -1;
	m->pairs = calloc(guest->end.queues_n, sizeof(*m->pairs));
	if (!m->pairs)
		return rs_error_set(err, RS_EXIT_ERROR, "out of memory");
	for (m->n = 0; m->n < guest->end.queues_n; m->n++) {
		s.g = m->pairs[m->n].guest = &guest->end.queues[m->n];
		if (pair_find(&s, &m->pairs[m->n], why, sizeof(why), err))
			goto free_pairs;
		found += m->pairs[m->n].host != NULL;
	}
	if (found)
		return 0;
	nothing_found(guest, host, why, err);
free_pairs:
	rs_match_clear(m);
	return -1;
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
