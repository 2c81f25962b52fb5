// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "plain.h"
#include "snapshot.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static const struct rs_counter guest_counters[] = {
#define RS_COUNTER(name, unit, meaning) {#name, #unit, meaning},
#include "../kmod/counters.h"
};

static const struct rs_counter host_counters[] = {
#define RS_STATION(name, unit, meaning) {#name, #unit, meaning},
#include "../bpf/counters.h"
};

const struct rs_counter_table rs_counters[RS_SIDES] = {
	[RS_SIDE_GUEST] = {guest_counters, ROWS(guest_counters)},
	[RS_SIDE_HOST] = {host_counters, ROWS(host_counters)},
};

static const struct rs_counter guest_hists[] = {
#define RS_HIST(name, unit, meaning) {#name, #unit, meaning},
	RS_GUEST_HIST_LIST(RS_HIST)
#undef RS_HIST
};

static const struct rs_counter host_hists[] = {
#define RS_HIST(name, unit, meaning) {#name, #unit, meaning},
#include "../bpf/hists.h"
};

const struct rs_counter_table rs_hists[RS_SIDES] = {
	[RS_SIDE_GUEST] = {guest_hists, ROWS(guest_hists)},
	[RS_SIDE_HOST] = {host_hists, ROWS(host_hists)},
};

/* The array has room for the next power of two, so the count alone shows when it is full. */
void *rs_rows_grow(void *rows, size_t n, size_t size)
{
	if (!(n & (n - 1)))
		rows = reallocarray(rows, n ? n * 2 : 1, size);
	if (rows)
		memset((char *)rows + n * size, 0, size);
	return rows;
}

#define X(kind)                                                                           \
	struct rs_##kind *rs_sample_add_##kind(struct rs_sample *s)                       \
	{                                                                                 \
		void *rows = rs_rows_grow(s->kind##s, s->kind##s_n, sizeof(*s->kind##s)); \
                                                                                          \
		if (!rows)                                                                \
			return NULL;                                                      \
		s->kind##s = rows;                                                        \
		return &s->kind##s[s->kind##s_n++];                                       \
	}
RS_KINDS(X)
#undef X

void rs_str_copy(char *to, size_t size, const char *text)
{
	rs_plain_copy(to, size, text ? text : "");
}

struct rs_hist_set {
	uint32_t known;		       /* a bit for each histogram */
	uint32_t filled[RS_HISTS_MAX]; /* a bit for each bucket that is not empty */
	uint64_t counts[];	       /* of these buckets, one histogram after the other */
};

static size_t filled_before(const struct rs_hist_set *set, size_t i)
{
	size_t n = 0;

	for (size_t h = 0; set && h < i; h++)
		n += __builtin_popcount(set->filled[h]);
	return n;
}

struct rs_histogram rs_queue_hist(const struct rs_queue *q, size_t i)
{
	const struct rs_hist_set *set = q->hists;
	struct rs_histogram h = {.known = set && set->known & 1U << i};
	size_t at = filled_before(set, i);

	for (size_t b = 0; h.known && b < RS_HIST_BUCKETS; b++)
		if (set->filled[i] & 1U << b)
			h.bucket[b] = set->counts[at++];
	return h;
}

static void hist_add(struct rs_hist_set *set, size_t i, const struct rs_histogram *h)
{
	size_t at = filled_before(set, i);

	set->known |= (uint32_t)h->known << i;
	for (size_t b = 0; h->known && b < RS_HIST_BUCKETS; b++) {
		if (!h->bucket[b])
			continue;
		set->filled[i] |= 1U << b;
		set->counts[at++] = h->bucket[b];
	}
}

/* Room for the counts of a set in which @h replaces histogram @i. */
static struct rs_hist_set *set_new(const struct rs_hist_set *old, size_t i,
				   const struct rs_histogram *h)
{
	size_t n = filled_before(old, RS_HISTS_MAX) - filled_before(old, i + 1) +
		   filled_before(old, i);

	for (size_t b = 0; h->known && b < RS_HIST_BUCKETS; b++)
		n += h->bucket[b] != 0;
	return calloc(1, sizeof(*old) + n * sizeof(old->counts[0]));
}

void rs_queue_hist_set(struct rs_queue *q, size_t i, const struct rs_histogram *h)
{
	struct rs_hist_set *set = set_new(q->hists, i, h);

	for (size_t at = 0; set && at < RS_HISTS_MAX; at++) {
		struct rs_histogram old = rs_queue_hist(q, at);

		hist_add(set, at, at == i ? h : &old);
	}
	free(q->hists);
	q->hists = set;
}

/* Histograms stand outside of their rows. */
static void hists_clear(struct rs_sample *s)
{
	for (size_t i = 0; i < s->queues_n; i++)
		free(s->queues[i].hists);
}

bool rs_queues_same_tap(const struct rs_queue *a, const struct rs_queue *b)
{
	return !strcmp(a->tap, b->tap) && rs_nums_equal(a->tap_netns, b->tap_netns);
}

bool rs_queue_is_unseen(const struct rs_queue *q)
{
	return !strcmp(q->backend, RS_BACKEND_UNSEEN);
}

size_t rs_sample_seen(const struct rs_sample *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->queues_n; i++)
		n += !rs_queue_is_unseen(&s->queues[i]);
	return n;
}

void rs_sample_clear(struct rs_sample *s)
{
	hists_clear(s);
#define X(kind) free(s->kind##s);
	RS_KINDS(X)
#undef X
	memset(s, 0, sizeof(*s));
}

void rs_snapshot_clear(struct rs_snapshot *s)
{
	rs_sample_clear(&s->begin);
	rs_sample_clear(&s->end);
	memset(s, 0, sizeof(*s));
}
