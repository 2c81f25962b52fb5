// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hist.h"
#include "ledger.h"
#include "losses.h"
#include "spread.h"

/* note_interrupt(): a window of 100000, disabled above 99900 unhandled (kernel/irq/spurious.c) */
#define IRQ_WINDOW   100000
#define IRQ_PATIENCE 99900

static const struct rs_figure_info derived[] = {
#define X(name, unit, negative, meaning) {#name, #unit, meaning, "both", negative},
	RS_DERIVED_LIST(X)
#undef X
};

const char *const rs_flaws[RS_FLAW_COUNT] = {
#define X(name, sentence) [RS_FLAW_##name] = sentence,
	RS_FLAWS(X)
#undef X
};

struct rs_figure_info rs_figure_info(enum rs_figure figure)
{
	const struct rs_counter *row;

	if (figure >= RS_FIGURE_DERIVED)
		return derived[figure - RS_FIGURE_DERIVED];
	if (figure >= RS_FIGURE_HOST) {
		row = &rs_counters[RS_SIDE_HOST].rows[figure - RS_FIGURE_HOST];
		return (struct rs_figure_info){row->name, row->unit, row->meaning, "host", false};
	}
	row = &rs_counters[RS_SIDE_GUEST].rows[figure];
	return (struct rs_figure_info){row->name, row->unit, row->meaning, "guest", false};
}

int64_t rs_index_distance(uint64_t a, uint64_t b)
{
	return (int16_t)(uint16_t)(a - b);
}

static struct rs_num unknown(void)
{
	return (struct rs_num){0, false};
}

/* a - b as an int64_t; unknown if a or b is unknown. */
static struct rs_num less(struct rs_num a, struct rs_num b)
{
	return a.known && b.known ? rs_num_of(a.value - b.value) : unknown();
}

static struct rs_num plus(struct rs_num a, struct rs_num b)
{
	return a.known && b.known ? rs_num_of(a.value + b.value) : unknown();
}

static uint64_t magnitude(struct rs_num signed_num)
{
	int64_t value = (int64_t)signed_num.value;

	return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

static struct rs_num grown(struct rs_num begin, struct rs_num end)
{
	return begin.known && end.known && end.value >= begin.value
		       ? rs_num_of(end.value - begin.value)
		       : unknown();
}

static struct rs_num distance(struct rs_num a, struct rs_num b)
{
	return a.known && b.known ? rs_num_of((uint64_t)rs_index_distance(a.value, b.value))
				  : unknown();
}

/* How many entries @follower is behind @ahead: 0 to 65535. */
static struct rs_num behind(struct rs_num ahead, struct rs_num follower)
{
	return ahead.known && follower.known ? rs_num_of((uint16_t)(ahead.value - follower.value))
					     : unknown();
}

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
		row->figures[first + i] =
			begin ? grown(begin->counters[i], end->counters[i]) : end->counters[i];
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
#define RS_CALL_STATION(name, unit, meaning)	row->figures[RS_FIG_HOST(name)] = unknown();
#define RS_EVENTFD_STATION(name, unit, meaning) row->figures[RS_FIG_HOST(name)] = unknown();
#include "../bpf/counters.h"
#define RS_HIST(name, unit, meaning)
#define RS_EVENTFD_HIST(name, unit, meaning) \
	row->hists[RS_SIDE_HOST][RS_HOST_HIST_##name].known = false;
#include "../bpf/hists.h"
}

static struct rs_num sum(const struct rs_row *row, const enum rs_figure *figures, size_t n)
{
	struct rs_num total = rs_num_of(0);

	for (size_t i = 0; i < n; i++)
		total = plus(total, row->figures[figures[i]]);
	return total;
}

#define SUM(row, ...)                                   \
	sum(row, (const enum rs_figure[]){__VA_ARGS__}, \
	    sizeof((const enum rs_figure[]){__VA_ARGS__}) / sizeof(enum rs_figure))
#define GUEST(name)   row->figures[RS_FIG_GUEST(name)]
#define HOST(name)    row->figures[RS_FIG_HOST(name)]
#define DERIVED(name) row->figures[RS_FIG_DERIVED(name)]

/* The causes are the counters named none_*: a new one is included without a change here. */
static struct rs_num causes_sum(const struct rs_row *row)
{
	struct rs_num total = rs_num_of(0);

	for (int i = 0; i < RS_GUEST_COUNTERS; i++)
		if (!strncmp(rs_counters[RS_SIDE_GUEST].rows[i].name, "none_", 5))
			total = plus(total, row->figures[i]);
	return total;
}

static bool is_packed(const struct rs_queue *q)
{
	return !strcmp(q->ring, "packed");
}

/*
 * The indexes of a packed ring count to twice its size. Not the difference of the progress: entries
 * that a reset of the ring dropped, or that waited when counting started, stay in it.
 */
static struct rs_num standing_of(const struct rs_queue *q)
{
	struct rs_num used = q->used_idx, last = q->last_used_idx;
	uint64_t modulus = 2 * q->size.value;

	if (!is_packed(q))
		return behind(used, last);
	if (!used.known || !last.known || !q->size.known || last.value >= modulus)
		return unknown();
	return rs_num_of((used.value + modulus - last.value) % modulus);
}

/* An index of a packed ring as the module counts: the second lap, with the wrap bit 0, follows. */
static struct rs_num position_of(const struct rs_queue *q, struct rs_num raw)
{
	if (!is_packed(q) || !raw.known)
		return raw;
	return q->size.known
		       ? rs_num_of((raw.value & 0x7fff) + (raw.value & 0x8000 ? 0 : q->size.value))
		       : unknown();
}

/* A ring holds no more than its size: another index was written by a guest that is broken, or is of
 * another moment. */
static struct rs_num held(const struct rs_queue *q, struct rs_num n)
{
	return n.known && q->size.known && n.value > q->size.value ? unknown() : n;
}

/* Buffers that vhost knew of and has not used. */
static struct rs_num avail_left_of(const struct rs_queue *q)
{
	return held(q, behind(q->avail_idx, q->used_idx));
}

/* Buffers between the driver's index and the device's. */
static struct rs_num outstanding_of(const struct rs_queue *q)
{
	struct rs_num avail = position_of(q, q->ring_avail_idx), used = q->used_idx;
	uint64_t modulus = 2 * q->size.value;

	if (q->outstanding.known)
		return q->outstanding;
	if (!avail.known || !used.known || !q->size.known)
		return unknown();
	if (!is_packed(q))
		return held(q, behind(avail, used));
	if (used.value >= modulus)
		return unknown();
	return held(q, rs_num_of((avail.value + modulus - used.value) % modulus));
}

static void guest_derive(struct rs_row *row, const struct rs_queue *begin,
			 const struct rs_queue *end)
{
	struct rs_num off = less(GUEST(interrupts), plus(GUEST(handled), GUEST(none)));

	DERIVED(none_sum) = causes_sum(row);
	if (off.known) {
		struct rs_num none_off = less(GUEST(none), DERIVED(none_sum));

		DERIVED(sum_off) =
			rs_num_of(magnitude(off) + (none_off.known ? magnitude(none_off) : 0));
	}
	if (!row->ring_flaw) {
		DERIVED(standing) = standing_of(end);
		DERIVED(standing_begin) = begin ? standing_of(begin) : unknown();
		DERIVED(outstanding) = outstanding_of(end);
		DERIVED(outstanding_begin) = begin ? outstanding_of(begin) : unknown();
	}
	DERIVED(stalled) = end->stalled_ms;
	DERIVED(served) = GUEST(used_progress);
	DERIVED(kicks_sent) = begin ? grown(begin->kicks, end->kicks) : unknown();
	DERIVED(polls_other) = SUM(row, RS_FIG_GUEST(polls_ksoftirqd), RS_FIG_GUEST(polls_threaded),
				   RS_FIG_GUEST(polls_netpoll));
	DERIVED(polls) = plus(DERIVED(polls_other), plus(GUEST(polls_softirq), GUEST(polls_busy)));
}

static void irq_derive(struct rs_row *row, const struct rs_irq *irq)
{
	DERIVED(irq_count) = irq->count;
	DERIVED(irq_unhandled) = irq->unhandled;
	DERIVED(irq_disabled) = irq->disabled;
	DERIVED(irq_given_up) = irq->given_up;
	DERIVED(irq_handled) = grown(irq->unhandled, irq->count);
	/* the kernel checks when its window is full: then all interrupts of the window
	 * that were not handled count as unhandled */
	if (DERIVED(irq_handled).known && IRQ_WINDOW - DERIVED(irq_handled).value > IRQ_PATIENCE &&
	    irq->count.value < IRQ_WINDOW && !(irq->can_trip.known && !irq->can_trip.value))
		DERIVED(irq_left) = rs_num_of(IRQ_WINDOW - irq->count.value);
}

/* How many events of a step were not timed: they were merged into another one. */
static struct rs_num untimed(struct rs_num all, const struct rs_histogram *timed)
{
	return timed->known ? less(all, rs_num_of(rs_hist_count(timed))) : unknown();
}

/*
 * A process takes packets from the tap: how far it came in the ring. How often it went around
 * follows from what was put in: that is of another moment, and may be off by a few packets.
 */
static struct rs_num taken_by_place(const struct rs_row *row, const struct rs_queue *begin,
				    const struct rs_queue *end)
{
	struct rs_num put = less(less(HOST(tun_offered), HOST(tun_dropped)),
				 less(end->occupancy, begin->occupancy));
	uint64_t size = end->ring_size.value, moved;
	int64_t rest;

	if (!begin->ring_consumer.known || !end->ring_consumer.known)
		return put;
	if (!put.known || !size || !rs_nums_equal(begin->ring_size, end->ring_size))
		return unknown();
	moved = (end->ring_consumer.value + size - begin->ring_consumer.value % size) % size;
	rest = (int64_t)(put.value - moved + size / 2);
	return rs_num_of(moved + (rest > 0 ? rest / size * size : 0));
}

static void host_derive(struct rs_row *row, const struct rs_queue *begin,
			const struct rs_queue *end, bool has_ports)
{
	DERIVED(ring_size) = end->ring_size;
	DERIVED(occupancy) = end->occupancy;
	DERIVED(occupancy_begin) = begin ? begin->occupancy : unknown();
	DERIVED(avail_left) = avail_left_of(end);
	DERIVED(avail_left_begin) = begin ? avail_left_of(begin) : unknown();
	if (!DERIVED(outstanding).known) {
		DERIVED(outstanding) = outstanding_of(end);
		DERIVED(outstanding_begin) = begin ? outstanding_of(begin) : unknown();
	}
	if (HOST(vhost_posted).known)
		DERIVED(served) = HOST(vhost_posted);
	DERIVED(taken) = HOST(vhost_taken);
	if (!DERIVED(taken).known && begin)
		DERIVED(taken) = taken_by_place(row, begin, end);
	DERIVED(s1_merged) =
		untimed(HOST(vhost_taken), &row->hists[RS_SIDE_HOST][RS_HOST_HIST_s1_s2]);
	DERIVED(s4_merged) =
		untimed(HOST(irqfd_wakeups), &row->hists[RS_SIDE_HOST][RS_HOST_HIST_s4_s5]);
	DERIVED(suppressed) = plus(HOST(vhost_suppressed_flag), HOST(vhost_suppressed_event_idx));
	DERIVED(decision_off) =
		less(HOST(vhost_calls),
		     plus(plus(HOST(vhost_signals), DERIVED(suppressed)), HOST(vhost_no_call)));
	DERIVED(tun_off) = less(less(HOST(tun_offered), plus(HOST(tun_dropped), HOST(vhost_taken))),
				less(DERIVED(occupancy), DERIVED(occupancy_begin)));
	DERIVED(eventfd_off) = less(HOST(vhost_signals), HOST(eventfd_writes));
	DERIVED(irqfd_off) =
		less(HOST(eventfd_writes), plus(HOST(eventfd_masked), HOST(irqfd_wakeups)));
	DERIVED(exits_device) = has_ports ? plus(HOST(exits_pending_mmio), HOST(exits_pending_io))
					  : HOST(exits_pending_mmio);
	DERIVED(inject_off) = less(HOST(irqfd_wakeups), plus(HOST(injected), HOST(coalesced)));
}

/* Over all queues of the tap of @host in one direction. */
static struct rs_num tap_sum(const struct rs_span *span, const struct rs_queue *host,
			     const char *dir, enum rs_host_counter counter)
{
	struct rs_num total = rs_num_of(0);

	RS_INDEX_EACH (i, &span->end.groups, rs_lookup_group(&span->end, host)) {
		const struct rs_queue *end = &span->s->end.queues[i], *begin;

		if (strcmp(end->tap, host->tap) || strcmp(end->dir, dir))
			continue;
		begin = rs_span_begin(span, end);
		total = plus(total, begin ? grown(begin->counters[counter], end->counters[counter])
					  : end->counters[counter]);
	}
	return total;
}

/* Known only if it was off for the whole window: else the guest may have sent before. */
static struct rs_num sent_off(const struct rs_span *span, const struct rs_queue *begin,
			      const struct rs_queue *end)
{
	if (!end->carrier.known || (span->s->has_begin && (!begin || !begin->carrier.known)))
		return unknown();
	if (end->carrier.value || (begin && begin->carrier.value))
		return rs_num_of(0);
	return tap_sum(span, end, "tx", RS_HOST_vhost_posted);
}

static void tap_derive(struct rs_row *row, const struct rs_span *span,
		       const struct rs_queue *host_begin)
{
	const struct rs_tap *begin = rs_lookup_tap(&span->begin, row->host->tap);
	const struct rs_tap *end = rs_lookup_tap(&span->end, row->host->tap);

	DERIVED(qdisc_backlog) = end ? end->qdisc_backlog : unknown();
	DERIVED(qdisc_backlog_begin) = begin ? begin->qdisc_backlog : unknown();
	if (DERIVED(qdisc_backlog).value || HOST(qdisc_dropped).value)
		DERIVED(tap_offered) =
			tap_sum(span, row->host, row->host->dir, RS_HOST_tun_offered);
	DERIVED(sent_off) = sent_off(span, host_begin, row->host);
}

/* Both sides read the same used index, so the distance of their windows is exact. */
static void used_derive(struct rs_row *row, const struct rs_queue *guest_begin,
			const struct rs_queue *host_begin)
{
	if (is_packed(row->guest) || row->ring_flaw)
		return;
	DERIVED(skew_end) = distance(row->host->used_idx, row->guest->used_idx);
	if (!guest_begin || !host_begin)
		return;
	DERIVED(skew_begin) = distance(host_begin->used_idx, guest_begin->used_idx);
	DERIVED(used_off) = less(less(HOST(vhost_posted), GUEST(used_progress)),
				 less(DERIVED(skew_end), DERIVED(skew_begin)));
}

/* On a vector that queues share, an interrupt of one may serve another: none belongs to one queue.
 */
static bool is_shared(const struct rs_queue *q)
{
	return q->shared.known && q->shared.value;
}

/*
 * How many interrupts can come from the distance of the windows: each handled interrupt needs a
 * used entry of its own. So there are at most as many as entries outside the other window, plus
 * those that found nothing new.
 */
static void interrupts_derive(struct rs_row *row)
{
	struct rs_num got = less(GUEST(interrupts), GUEST(none_shared)), sent = HOST(injected);

	if (is_shared(row->guest))
		return;
	if (DERIVED(skew_begin).known && DERIVED(skew_end).known && GUEST(none_empty).known)
		DERIVED(surplus_slack) =
			rs_num_of(magnitude(DERIVED(skew_begin)) + magnitude(DERIVED(skew_end)) +
				  GUEST(none_empty).value + 2);
	if (!got.known || !sent.known)
		return;
	DERIVED(merged) = rs_num_of(sent.value > got.value ? sent.value - got.value : 0);
	DERIVED(surplus) = rs_num_of(got.value > sent.value ? got.value - sent.value : 0);
}

static void label_make(struct rs_row *row)
{
	const struct rs_queue *g = row->guest, *h = row->host;
	int index = g ? (int)g->index.value : (int)h->queue.value;

	if (g && *g->name)
		snprintf(row->label, sizeof(row->label), "%s %s",
			 *g->netdev ? g->netdev : g->device, g->name);
	else if (g)
		snprintf(row->label, sizeof(row->label), "%s vq %d", g->device, index);
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
		grown(s->has_begin ? s->begin.time_ns : s->end.started_ns, s->end.time_ns);

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
	guest_derive(row, begin, row->guest);
	if (irq)
		irq_derive(row, irq);
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
	host_derive(row, begin, row->host, strcmp(span->s->taken.arch, "aarch64"));
	tap_derive(row, span, begin);
	return begin;
}

static void row_fill(const struct rs_ledger *l, struct rs_row *row)
{
	const struct rs_queue *g = NULL, *h = NULL;

	label_make(row);
	if (row->guest)
		g = guest_fill(row, &l->spans[RS_SIDE_GUEST]);
	if (row->host)
		h = host_fill(row, &l->spans[RS_SIDE_HOST]);
	if (row->guest && row->host) {
		used_derive(row, g, h);
		interrupts_derive(row);
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
		return unknown();
	for (size_t i = 0; i < s->end.hooks_n; i++)
		n += rs_ledger_is_untold(s->side, &s->end.hooks[i]);
	return rs_num_of(n);
}

static struct rs_num missed_within(const struct rs_snapshot *s)
{
	if (!s)
		return unknown();
	return s->has_begin ? grown(missed_of(s->side, &s->begin), missed_of(s->side, &s->end))
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

		if (rs_nums_equal(other->pid, host->pid) && !strcmp(other->tap, host->tap))
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
