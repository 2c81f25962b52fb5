// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trip.h"

static void place_make(const struct rs_row *row, char *text, size_t size)
{
	const struct rs_queue *g = row->guest, *h = row->host;

	if (g)
		snprintf(text, size, "%s/%" PRIu64, g->device, g->index.value);
	else if (h)
		snprintf(text, size, "%" PRIu64 "/%s/%" PRIu64 "/%" PRIu64 "/%s", h->pid.value,
			 h->tap, h->tap_ifindex.value, h->queue.value, h->dir);
	else
		*text = '\0'; /* the whole machine */
}

static bool is_root(const struct rs_finding *f)
{
	return f->root == RS_ROOT && !f->suppressed && strcmp(f->id, RS_NOT_COMPARABLE_ID);
}

static struct rs_trip *trip_find(const struct rs_trips *t, const char *place, const char *id)
{
	for (size_t i = 0; i < t->n; i++)
		if (!strcmp(t->rows[i].place, place) && !strcmp(t->rows[i].id, id))
			return &t->rows[i];
	return NULL;
}

/* A queue that stands still for it has a finding of the same name. */
static const struct rs_rule *rule_find(const char *id)
{
	for (size_t i = 0; i < rs_rules_count(); i++)
		if (!strcmp(rs_rule_at(i)->id, id))
			return rs_rule_at(i);
	return NULL;
}

static struct rs_trip *trip_add(struct rs_trips *t, const struct rs_finding *f, const char *place)
{
	struct rs_trip *rows = realloc(t->rows, (t->n + 1) * sizeof(*rows));

	if (!rows)
		return NULL;
	t->rows = rows;
	rows += t->n++;
	*rows = (struct rs_trip){.id = f->id};
	rows->rule = rule_find(f->id);
	rs_str_set(rows->queue, f->row->label);
	rs_str_set(rows->place, place);
	return rows;
}

/* What is known of a trip in this window. */
struct sight {
	const struct rs_row *row;	  /* NULL = its queue is gone */
	const struct rs_finding *finding; /* NULL = it was not found */
	bool judged;
};

static const struct rs_row *row_find(const struct rs_ledger *l, const char *place)
{
	char text[sizeof(((struct rs_trip *)0)->place)];

	if (!*place)
		return &l->total;
	for (size_t i = 0; i < l->rows_n; i++) {
		place_make(&l->rows[i], text, sizeof(text));
		if (!strcmp(text, place))
			return &l->rows[i];
	}
	return NULL;
}

static const struct rs_finding *finding_find(const struct rs_verdict *v, const struct rs_row *row,
					     const char *id)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->findings[i].row == row && is_root(&v->findings[i]) &&
		    !strcmp(v->findings[i].id, id))
			return &v->findings[i];
	return NULL;
}

/* Whether a queue without the finding is well: a queue of which nothing is known is not, nor one
 * whose finding has become another one that is not decided. */
static bool is_well(const struct rs_ledger *l, const struct rs_verdict *v, const struct rs_row *row)
{
	const struct rs_finding *f = rs_verdict_find(v, l, row);

	if (f && (!strcmp(f->id, RS_NOT_COMPARABLE_ID) || !strcmp(f->id, RS_UNDECIDED_ID)))
		return false;
	return row == &l->total || !rs_verdict_is_unjudged(v, l, row - l->rows);
}

/* Whether a finding that is not there is over: its rule ran. Of a state that is known without
 * traffic, of all others only where the queue was judged. */
static bool is_over(const struct rs_trip *trip, const struct rs_ledger *l,
		    const struct rs_verdict *v, const struct rs_row *row)
{
	const struct rs_rule *rule = trip->rule;

	if (rule && (!rs_rule_applies(rule, l, row) || rs_rule_missing(rule, row)))
		return false;
	return (rule && !strcmp(rule->unit, "flag")) || is_well(l, v, row);
}

static struct sight look(const struct rs_trip *trip, const struct rs_ledger *l,
			 const struct rs_verdict *v)
{
	struct sight s = {.row = row_find(l, trip->place)};

	if (!s.row)
		return s;
	s.finding = finding_find(v, s.row, trip->id);
	s.judged = s.finding || is_over(trip, l, v, s.row);
	return s;
}

static unsigned int windows_seen(const struct rs_trips *t, const struct rs_trip *trip)
{
	uint32_t last = t->of < RS_TRIP_WINDOWS ? (1U << t->of) - 1 : UINT32_MAX;

	return __builtin_popcount(trip->seen & last);
}

static void trip_step(const struct rs_trips *t, struct rs_trip *trip, const struct sight *s,
		      uint64_t now_ns, rs_trip_fn changed, void *ctx)
{
	bool sick = s->judged ? s->finding != NULL : trip->seen & 1;

	trip->seen = s->row ? trip->seen << 1 | sick : 0;
	if (!trip->on && s->finding && windows_seen(t, trip) >= t->need) {
		trip->on = true;
		trip->since_ns = now_ns;
		changed(ctx, RS_TRIP_BEGINS, trip, s->finding);
	} else if (trip->on && !windows_seen(t, trip)) {
		changed(ctx, s->row ? RS_TRIP_ENDS : RS_TRIP_GONE, trip, NULL);
		trip->on = false;
	}
}

static int trips_add(struct rs_trips *t, const struct rs_verdict *v)
{
	char place[sizeof(t->rows->place)];

	for (size_t i = 0; i < v->n; i++) {
		const struct rs_finding *f = &v->findings[i];

		place_make(f->row, place, sizeof(place));
		if (is_root(f) && !trip_find(t, place, f->id) && !trip_add(t, f, place))
			return -1;
	}
	return 0;
}

/* What was not seen for long, and does not hold, is forgotten. */
static void trips_forget(struct rs_trips *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->rows[i].on || windows_seen(t, &t->rows[i]))
			t->rows[n++] = t->rows[i];
	t->n = n;
}

int rs_trips_step(struct rs_trips *t, const struct rs_ledger *l, const struct rs_verdict *v,
		  uint64_t now_ns, rs_trip_fn changed, void *ctx)
{
	if (trips_add(t, v))
		return -1;
	for (size_t i = 0; i < t->n; i++) {
		struct sight s = look(&t->rows[i], l, v);

		trip_step(t, &t->rows[i], &s, now_ns, changed, ctx);
	}
	trips_forget(t);
	return 0;
}

void rs_trips_clear(struct rs_trips *t)
{
	free(t->rows);
	t->rows = NULL;
	t->n = 0;
}
