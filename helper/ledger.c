// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "derive.h"
#include "hist.h"
#include "ledger.h"
#include "losses.h"
#include "num.h"
#include "spread.h"

const char *rs_ledger_flaw(const struct rs_snapshot *s)
{
	const struct rs_sample *b = &s->begin, *e = &s->end;

	if (!s->has_begin)
		return NULL;
	if (!rs_nums_equal(b->started_ns, e->started_ns))
		return rs_flaws[RS_FLAW_RESTARTED];
	if (e->time_ns.value < b->time_ns.value)
		return rs_flaws[RS_FLAW_BACKWARDS];
	return NULL;
}

/* Why the counters of this queue cannot be subtracted, or NULL. */
static const char *queue_flaw(const struct rs_span *span, const struct rs_queue *begin,
			      const struct rs_queue *end)
{
	const char *flaw = rs_ledger_flaw(span->s);

	if (flaw || !span->s->has_begin)
		return flaw;
	if (!begin)
		return rs_flaws[RS_FLAW_APPEARED];
	if (rs_span_device_reset(span, end))
		return rs_flaws[RS_FLAW_RESET];
	if (!rs_span_ring_reset(span, end) && !rs_nums_equal(begin->used_addr, end->used_addr))
		return rs_flaws[RS_FLAW_MOVED];
	return NULL;
}

static void counters_subtract(struct rs_row *row, const struct rs_snapshot *s, int first,
			      const struct rs_queue *begin, const struct rs_queue *end)
{
	for (size_t i = 0; i < rs_counters[s->side].count; i++)
		row->figures[first + i] = begin ? rs_num_grown(begin->counters[i], end->counters[i])
						: end->counters[i];
	for (size_t i = 0; i < rs_hists[s->side].count; i++) {
		struct rs_histogram now = rs_queue_hist(end, i), then = {0};

		if (begin)
			then = rs_queue_hist(begin, i);
		row->hists[s->side][i] = rs_hist_grown(begin ? &then : NULL, &now);
	}
}

/* The counts of a call eventfd that was closed are gone: those of all the queue's eventfds are no
 * longer complete. */
static void calls_forget(struct rs_row *row, const struct rs_queue *begin,
			 const struct rs_queue *end)
{
	if (!begin || rs_nums_equal(begin->calls_closed, end->calls_closed))
		return;
#define RS_STATION(name, unit, meaning)
#define RS_CALL_STATION(name, unit, meaning) row->figures[RS_FIG_HOST(name)] = (struct rs_num){0};
#define RS_EVENTFD_STATION(name, unit, meaning) \
	row->figures[RS_FIG_HOST(name)] = (struct rs_num){0};
#include "../bpf/counters.h"
#define RS_HIST(name, unit, meaning)
#define RS_EVENTFD_HIST(name, unit, meaning) \
	row->hists[RS_SIDE_HOST][RS_HOST_HIST_##name].known = false;
#include "../bpf/hists.h"
}

#define DERIVED(name) row->figures[RS_FIG_DERIVED(name)]

/* Whether another network namespace of the host has a tap of the same name. */
static bool is_ambiguous(const struct rs_lookup *host, const struct rs_queue *h)
{
	RS_INDEX_EACH (i, &host->groups, rs_lookup_group(host, h)) {
		const struct rs_queue *other = &host->s->queues[i];

		if (!strcmp(other->tap, h->tap) && !rs_queues_same_tap(other, h))
			return true;
	}
	return false;
}

static void label_make(struct rs_row *row, const struct rs_lookup *host)
{
	const struct rs_queue *g = row->guest, *h = row->host;
	int index = g ? (int)g->index.value : (int)h->queue.value;

	if (g && *g->name)
		snprintf(row->label, sizeof(row->label), "%s %s",
			 *g->netdev ? g->netdev : g->device, g->name);
	else if (g)
		snprintf(row->label, sizeof(row->label), "%s vq %d", g->device, index);
	else if (h->queue.known && is_ambiguous(host, h) && *h->vm)
		snprintf(row->label, sizeof(row->label), "%s %s q%d %s", h->vm, h->tap, index,
			 h->dir);
	else if (h->queue.known && is_ambiguous(host, h))
		snprintf(row->label, sizeof(row->label), "process %" PRIu64 " %s q%d %s",
			 h->pid.value, h->tap, index, h->dir);
	else if (h->queue.known)
		snprintf(row->label, sizeof(row->label), "%s q%d %s", h->tap, index, h->dir);
	else
		snprintf(row->label, sizeof(row->label), "%s %s", *h->tap ? h->tap : h->comm,
			 h->dir);
}

/* From begin to end; without a begin, since counting started. */
static struct rs_num window_ms(const struct rs_snapshot *s)
{
	struct rs_num ns =
		rs_num_grown(s->has_begin ? s->begin.time_ns : s->end.started_ns, s->end.time_ns);

	return ns.known ? rs_num_of(ns.value / 1000000) : ns;
}

static const struct rs_queue *guest_fill(struct rs_row *row, const struct rs_span *span)
{
	const struct rs_queue *begin = rs_span_begin(span, row->guest);
	const struct rs_irq *irq =
		row->guest->irq.known ? rs_lookup_irq(&span->end, row->guest->irq) : NULL;

	row->guest_flaw = queue_flaw(span, begin, row->guest);
	if (!row->guest_flaw && rs_span_ring_reset(span, row->guest))
		row->ring_flaw = rs_flaws[RS_FLAW_RING];
	if (!row->guest_flaw)
		counters_subtract(row, span->s, RS_FIGURE_GUEST, begin, row->guest);
	DERIVED(guest_window) = window_ms(span->s);
	rs_derive_guest(row, begin, row->guest);
	if (irq)
		rs_derive_irq(row, irq);
	if (irq && span->s->has_begin && !row->guest_flaw)
		DERIVED(irq_cpu) = rs_spread_top(&span->begin, &span->end, irq->irq,
						 &DERIVED(irq_cpu_interrupts));
	return begin;
}

static const struct rs_queue *host_fill(struct rs_row *row, const struct rs_span *span)
{
	const struct rs_queue *begin = rs_span_begin(span, row->host);

	row->host_flaw = queue_flaw(span, begin, row->host);
	if (!row->host_flaw)
		counters_subtract(row, span->s, RS_FIGURE_HOST, begin, row->host);
	calls_forget(row, begin, row->host);
	DERIVED(host_window) = window_ms(span->s);
	rs_derive_host(row, begin, row->host, strcmp(span->s->taken.arch, "aarch64"));
	rs_derive_tap(row, span, begin);
	return begin;
}

static void row_fill(const struct rs_ledger *l, struct rs_row *row)
{
	const struct rs_queue *g = NULL, *h = NULL;

	label_make(row, &l->spans[RS_SIDE_HOST].end);
	if (row->guest)
		g = guest_fill(row, &l->spans[RS_SIDE_GUEST]);
	if (row->host)
		h = host_fill(row, &l->spans[RS_SIDE_HOST]);
	if (row->guest && row->host) {
		rs_derive_used(row, g, h);
		rs_derive_interrupts(row);
	}
}

/* Whether a counter lacks what this hook misses. */
static bool is_lossy(const struct rs_hook *hook)
{
	return !rs_loss_option(hook->loses) && !rs_loss_is_made_up(hook->name);
}

bool rs_ledger_is_untold(enum rs_side side, const struct rs_hook *hook)
{
	if (side == RS_SIDE_GUEST && !strcmp(hook->kind, "tracepoint"))
		return false;
	return is_lossy(hook) && !hook->missed.known && !strcmp(hook->state, "attached");
}

/*
 * On a host it is unknown if it is for one hook. In a guest the kernel counts it for kprobes only;
 * there the counter "missed" of each queue shows whether the hooks see all interrupts.
 */
static struct rs_num missed_of(enum rs_side side, const struct rs_sample *s)
{
	struct rs_num total = rs_num_of(0);

	for (size_t i = 0; i < s->hooks_n; i++) {
		const struct rs_hook *hook = &s->hooks[i];

		total.value += is_lossy(hook) && hook->missed.known ? hook->missed.value : 0;
		total.known &= side == RS_SIDE_GUEST || !rs_ledger_is_untold(side, hook);
	}
	return total;
}

/* Attached hooks that cannot tell what they missed. */
static struct rs_num untold_of(const struct rs_snapshot *s)
{
	uint64_t n = 0;

	if (!s)
		return (struct rs_num){0};
	for (size_t i = 0; i < s->end.hooks_n; i++)
		n += rs_ledger_is_untold(s->side, &s->end.hooks[i]);
	return rs_num_of(n);
}

static struct rs_num missed_within(const struct rs_snapshot *s)
{
	if (!s)
		return (struct rs_num){0};
	return s->has_begin
		       ? rs_num_grown(missed_of(s->side, &s->begin), missed_of(s->side, &s->end))
		       : missed_of(s->side, &s->end);
}

static uint64_t group_key(const struct rs_queue *q)
{
	return rs_hash_num(rs_hash_text(RS_HASH, q->tap), q->pid);
}

/* Of the host's queues that have a row. */
static uint64_t paired_hash(const void *ctx, size_t i)
{
	const struct rs_ledger *l = ctx;

	return l->of_host[i] == SIZE_MAX ? 0 : group_key(&l->host->end.queues[i]);
}

/* Whether @host belongs to the same tap and process as a queue of the guest. */
static bool is_sibling(const struct rs_ledger *l, const struct rs_index *groups,
		       const struct rs_queue *host)
{
	RS_INDEX_EACH (i, groups, group_key(host)) {
		const struct rs_queue *other = &l->host->end.queues[i];

		if (rs_nums_equal(other->pid, host->pid) && rs_queues_same_tap(other, host))
			return true;
	}
	return false;
}

static void rows_add(struct rs_ledger *l, const struct rs_queue *guest, const struct rs_queue *host,
		     struct rs_facts facts)
{
	struct rs_row *row = &l->rows[l->rows_n++];

	row->guest = guest;
	row->host = host;
	row->facts = facts;
	if (host)
		l->of_host[host - l->host->end.queues] = row - l->rows;
	row_fill(l, row);
}

/* The host's queues that are none of the guest's, if they belong to the same machine. */
static int siblings_add(struct rs_ledger *l, bool all)
{
	struct rs_index groups;

	if (rs_index_make(&groups, l->host->end.queues_n, paired_hash, l))
		return -1;
	for (size_t i = 0; i < l->host->end.queues_n; i++) {
		const struct rs_queue *queue = &l->host->end.queues[i];

		if (l->of_host[i] == SIZE_MAX && !rs_queue_is_unseen(queue) &&
		    (all || is_sibling(l, &groups, queue)))
			rows_add(l, NULL, queue, (struct rs_facts){0});
	}
	rs_index_clear(&groups);
	return 0;
}

static void total_fill(struct rs_ledger *l)
{
	rs_str_set(l->total.label, "all queues");
	l->total.figures[RS_FIG_DERIVED(guest_missed)] = missed_within(l->guest);
	l->total.figures[RS_FIG_DERIVED(host_missed)] = missed_within(l->host);
	l->total.figures[RS_FIG_DERIVED(host_untold)] = untold_of(l->host);
}

static int room_make(struct rs_ledger *l)
{
	size_t guests = l->guest ? l->guest->end.queues_n : 0;
	size_t hosts = l->host ? l->host->end.queues_n : 0;

	l->rows = calloc(guests + hosts + 1, sizeof(*l->rows));
	l->of_host = malloc((hosts + 1) * sizeof(*l->of_host));
	if (l->of_host)
		memset(l->of_host, 0xff, (hosts + 1) * sizeof(*l->of_host));
	return rs_span_make(&l->spans[RS_SIDE_GUEST], l->guest) |
	       rs_span_make(&l->spans[RS_SIDE_HOST], l->host) | (!l->rows || !l->of_host ? -1 : 0);
}

int rs_ledger_make(struct rs_ledger *l, const struct rs_snapshot *guest,
		   const struct rs_snapshot *host, const struct rs_match *match,
		   struct rs_error *err)
{
	*l = (struct rs_ledger){.guest = guest, .host = host};
	if (room_make(l))
		goto out_of_memory;
	for (size_t i = 0; guest && i < guest->end.queues_n; i++)
		rows_add(l, &guest->end.queues[i], match ? match->pairs[i].host : NULL,
			 match ? match->pairs[i].facts : (struct rs_facts){0});
	if (host && siblings_add(l, !match))
		goto out_of_memory;
	total_fill(l);
	return 0;
out_of_memory:
	rs_ledger_clear(l);
	return rs_error_set(err, RS_EXIT_ERROR, "out of memory");
}

void rs_ledger_clear(struct rs_ledger *l)
{
	rs_span_clear(&l->spans[RS_SIDE_GUEST]);
	rs_span_clear(&l->spans[RS_SIDE_HOST]);
	free(l->of_host);
	free(l->rows);
	memset(l, 0, sizeof(*l));
}
