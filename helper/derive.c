// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "derive.h"
#include "hist.h"
#include "num.h"

/* note_interrupt(): a window of 100000, disabled above 99900 unhandled (kernel/irq/spurious.c) */
#define IRQ_WINDOW   100000
#define IRQ_PATIENCE 99900

static struct rs_num sum(const struct rs_row *row, const enum rs_figure *figures, size_t n)
{
	struct rs_num total = rs_num_of(0);

	for (size_t i = 0; i < n; i++)
		total = rs_num_plus(total, row->figures[figures[i]]);
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
			total = rs_num_plus(total, row->figures[i]);
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
		return rs_num_behind(used, last);
	if (!used.known || !last.known || !q->size.known || last.value >= modulus)
		return (struct rs_num){0};
	return rs_num_of((used.value + modulus - last.value) % modulus);
}

/* An index of a packed ring as the module counts: the second lap, with the wrap bit 0, follows. */
static struct rs_num position_of(const struct rs_queue *q, struct rs_num raw)
{
	if (!is_packed(q) || !raw.known)
		return raw;
	return q->size.known
		       ? rs_num_of((raw.value & 0x7fff) + (raw.value & 0x8000 ? 0 : q->size.value))
		       : (struct rs_num){0};
}

/* A ring holds no more than its size: another index was written by a guest that is broken, or is of
 * another moment. */
static struct rs_num held(const struct rs_queue *q, struct rs_num n)
{
	return n.known && q->size.known && n.value > q->size.value ? (struct rs_num){0} : n;
}

/* Buffers that vhost knew of and has not used. */
static struct rs_num avail_left_of(const struct rs_queue *q)
{
	return held(q, rs_num_behind(q->avail_idx, q->used_idx));
}

/* Buffers between the driver's index and the device's. */
static struct rs_num outstanding_of(const struct rs_queue *q)
{
	struct rs_num avail = position_of(q, q->ring_avail_idx), used = q->used_idx;
	uint64_t modulus = 2 * q->size.value;

	if (q->outstanding.known)
		return q->outstanding;
	if (!avail.known || !used.known || !q->size.known)
		return (struct rs_num){0};
	if (!is_packed(q))
		return held(q, rs_num_behind(avail, used));
	if (used.value >= modulus)
		return (struct rs_num){0};
	return held(q, rs_num_of((avail.value + modulus - used.value) % modulus));
}

void rs_derive_guest(struct rs_row *row, const struct rs_queue *begin, const struct rs_queue *end)
{
	struct rs_num off =
		rs_num_less(GUEST(interrupts), rs_num_plus(GUEST(handled), GUEST(none)));

	DERIVED(none_sum) = causes_sum(row);
	if (off.known) {
		struct rs_num none_off = rs_num_less(GUEST(none), DERIVED(none_sum));

		DERIVED(sum_off) = rs_num_of(rs_num_magnitude(off) +
					     (none_off.known ? rs_num_magnitude(none_off) : 0));
	}
	if (!row->ring_flaw) {
		DERIVED(standing) = standing_of(end);
		DERIVED(standing_begin) = begin ? standing_of(begin) : (struct rs_num){0};
		DERIVED(outstanding) = outstanding_of(end);
		DERIVED(outstanding_begin) = begin ? outstanding_of(begin) : (struct rs_num){0};
	}
	DERIVED(stalled) = end->stalled_ms;
	DERIVED(served) = GUEST(used_progress);
	DERIVED(kicks_sent) = begin ? rs_num_grown(begin->kicks, end->kicks) : (struct rs_num){0};
	DERIVED(polls_other) = SUM(row, RS_FIG_GUEST(polls_ksoftirqd), RS_FIG_GUEST(polls_threaded),
				   RS_FIG_GUEST(polls_netpoll));
	DERIVED(polls) = rs_num_plus(DERIVED(polls_other),
				     rs_num_plus(GUEST(polls_softirq), GUEST(polls_busy)));
}

void rs_derive_irq(struct rs_row *row, const struct rs_irq *irq)
{
	DERIVED(irq_count) = irq->count;
	DERIVED(irq_unhandled) = irq->unhandled;
	DERIVED(irq_disabled) = irq->disabled;
	DERIVED(irq_given_up) = irq->given_up;
	DERIVED(irq_handled) = rs_num_grown(irq->unhandled, irq->count);
	/* the kernel checks when its window is full: then all interrupts of the window
	 * that were not handled count as unhandled */
	if (DERIVED(irq_handled).known && IRQ_WINDOW - DERIVED(irq_handled).value > IRQ_PATIENCE &&
	    irq->count.value < IRQ_WINDOW && !(irq->can_trip.known && !irq->can_trip.value))
		DERIVED(irq_left) = rs_num_of(IRQ_WINDOW - irq->count.value);
}

/* How many events of a step were not timed: they were merged into another one. */
static struct rs_num untimed(struct rs_num all, const struct rs_histogram *timed)
{
	return timed->known ? rs_num_less(all, rs_num_of(rs_hist_count(timed)))
			    : (struct rs_num){0};
}

/*
 * A process takes packets from the tap: how far it came in the ring. How often it went around
 * follows from what was put in: that is of another moment, and may be off by a few packets.
 */
static struct rs_num taken_by_place(const struct rs_row *row, const struct rs_queue *begin,
				    const struct rs_queue *end)
{
	struct rs_num put = rs_num_less(rs_num_less(HOST(tun_offered), HOST(tun_dropped)),
					rs_num_less(end->occupancy, begin->occupancy));
	uint64_t size = end->ring_size.value, moved;
	int64_t rest;

	if (!begin->ring_consumer.known || !end->ring_consumer.known)
		return put;
	if (!put.known || !size || !rs_nums_equal(begin->ring_size, end->ring_size))
		return (struct rs_num){0};
	moved = (end->ring_consumer.value + size - begin->ring_consumer.value % size) % size;
	rest = (int64_t)(put.value - moved + size / 2);
	return rs_num_of(moved + (rest > 0 ? rest / size * size : 0));
}

void rs_derive_host(struct rs_row *row, const struct rs_queue *begin, const struct rs_queue *end,
		    bool has_ports)
{
	DERIVED(ring_size) = end->ring_size;
	DERIVED(occupancy) = end->occupancy;
	DERIVED(occupancy_begin) = begin ? begin->occupancy : (struct rs_num){0};
	DERIVED(avail_left) = avail_left_of(end);
	DERIVED(avail_left_begin) = begin ? avail_left_of(begin) : (struct rs_num){0};
	if (!DERIVED(outstanding).known) {
		DERIVED(outstanding) = outstanding_of(end);
		DERIVED(outstanding_begin) = begin ? outstanding_of(begin) : (struct rs_num){0};
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
	DERIVED(suppressed) =
		rs_num_plus(HOST(vhost_suppressed_flag), HOST(vhost_suppressed_event_idx));
	DERIVED(decision_off) =
		rs_num_less(HOST(vhost_calls),
			    rs_num_plus(rs_num_plus(HOST(vhost_signals), DERIVED(suppressed)),
					HOST(vhost_no_call)));
	DERIVED(tun_off) = rs_num_less(
		rs_num_less(HOST(tun_offered), rs_num_plus(HOST(tun_dropped), HOST(vhost_taken))),
		rs_num_less(DERIVED(occupancy), DERIVED(occupancy_begin)));
	DERIVED(eventfd_off) = rs_num_less(HOST(vhost_signals), HOST(eventfd_writes));
	DERIVED(irqfd_off) = rs_num_less(HOST(eventfd_writes),
					 rs_num_plus(HOST(eventfd_masked), HOST(irqfd_wakeups)));
	DERIVED(exits_device) =
		has_ports ? rs_num_plus(HOST(exits_pending_mmio), HOST(exits_pending_io))
			  : HOST(exits_pending_mmio);
	DERIVED(inject_off) =
		rs_num_less(HOST(irqfd_wakeups), rs_num_plus(HOST(injected), HOST(coalesced)));
}

/* Over all queues of the tap of @host in one direction. */
static struct rs_num tap_sum(const struct rs_span *span, const struct rs_queue *host,
			     const char *dir, enum rs_host_counter counter)
{
	struct rs_num total = rs_num_of(0);

	RS_INDEX_EACH (i, &span->end.groups, rs_lookup_group(&span->end, host)) {
		const struct rs_queue *end = &span->s->end.queues[i], *begin;

		if (!rs_queues_same_tap(end, host) || strcmp(end->dir, dir))
			continue;
		begin = rs_span_begin(span, end);
		total = rs_num_plus(total, begin ? rs_num_grown(begin->counters[counter],
								end->counters[counter])
						 : end->counters[counter]);
	}
	return total;
}

/* Known only if it was off for the whole window: else the guest may have sent before. */
static struct rs_num sent_off(const struct rs_span *span, const struct rs_queue *begin,
			      const struct rs_queue *end)
{
	if (!end->carrier.known || (span->s->has_begin && (!begin || !begin->carrier.known)))
		return (struct rs_num){0};
	if (end->carrier.value || (begin && begin->carrier.value))
		return rs_num_of(0);
	return tap_sum(span, end, "tx", RS_HOST_vhost_posted);
}

/* Whether a queue of the tap went within the window, and its counts with it. */
static bool tap_lost_queue(const struct rs_span *span, const struct rs_queue *host)
{
	RS_INDEX_EACH (i, &span->begin.groups, rs_lookup_group(&span->begin, host)) {
		const struct rs_queue *begin = &span->s->begin.queues[i];

		if (rs_queues_same_tap(begin, host) && !rs_lookup_queue(&span->end, begin))
			return true;
	}
	return false;
}

/* Its own count has broadcasts, too, that the host lost before they came to a queue. */
static bool is_macvtap(const struct rs_tap *tap)
{
	return *tap->kind && strcmp(tap->kind, "tun");
}

/*
 * Of the whole tap: told of its first queue only. The kernel's count is taken late at the start and
 * early at the end, so that a drop of the moments between is never one too many.
 */
static struct rs_num drops_unseen(const struct rs_row *row, const struct rs_span *span)
{
	const struct rs_tap *begin = rs_lookup_tap(&span->begin, row->host);
	const struct rs_tap *end = rs_lookup_tap(&span->end, row->host);

	if (strcmp(row->host->dir, "rx") || !row->host->queue.known || row->host->queue.value ||
	    !begin || !end || !HOST(kernel_dropped).known || tap_lost_queue(span, row->host) ||
	    is_macvtap(end))
		return (struct rs_num){0};
	return rs_num_less(rs_num_grown(begin->tx_dropped_late, end->tx_dropped),
			   tap_sum(span, row->host, "rx", RS_HOST_tun_dropped));
}

/* Packets of the window that met a ring half full or more. A full ring was met so, too: its last
 * packet was. */
static struct rs_num filled(const struct rs_queue *begin, const struct rs_queue *end)
{
	struct rs_histogram now = rs_queue_hist(end, RS_HOST_HIST_occupancy_at_enqueue), then;
	uint64_t n = 0;

	if (begin) {
		then = rs_queue_hist(begin, RS_HOST_HIST_occupancy_at_enqueue);
		now = rs_hist_grown(&then, &now);
	}
	if (!now.known || !end->ring_size.value)
		return (struct rs_num){0};
	for (size_t i = 0; i < RS_HIST_BUCKETS; i++)
		n += rs_hist_from(i) * 2 >= end->ring_size.value ? now.bucket[i] : 0;
	return rs_num_of(n);
}

/*
 * Of a tap with backpressure: how much shows that its queue was stopped within the window. A few
 * packets of a burst may meet a ring half full that never was full. 0 = nothing.
 */
static uint64_t backed_up(const struct rs_queue *begin, const struct rs_queue *end)
{
	uint64_t n = filled(begin, end).value;

	if (!end->backpressure.value || strcmp(end->dir, "rx"))
		return 0;
	if (end->stopped.value)
		return UINT64_MAX;
	return n * 4 >= end->ring_size.value ? n : 0;
}

/* Whether a queue of the tap has no histogram to show if its ring filled, and is not stopped. */
static bool is_unsure(const struct rs_span *span, const struct rs_queue *host)
{
	RS_INDEX_EACH (i, &span->end.groups, rs_lookup_group(&span->end, host)) {
		const struct rs_queue *end = &span->s->end.queues[i];

		if (rs_queues_same_tap(end, host) && !strcmp(end->dir, "rx") &&
		    end->backpressure.value && !end->stopped.value &&
		    !filled(rs_span_begin(span, end), end).known)
			return true;
	}
	return false;
}

/* What is held back, and dropped, is of the whole tap: told of the queue that shows it most. */
static void derive_held(struct rs_row *row, const struct rs_span *span,
			const struct rs_queue *host_begin)
{
	uint64_t own = backed_up(host_begin, row->host), queues = 0, more = 0;

	if (!row->host->backpressure.known || is_unsure(span, row->host))
		return;
	RS_INDEX_EACH (i, &span->end.groups, rs_lookup_group(&span->end, row->host)) {
		const struct rs_queue *end = &span->s->end.queues[i];
		uint64_t other = backed_up(rs_span_begin(span, end), end);

		if (!rs_queues_same_tap(end, row->host))
			continue;
		queues += other > 0;
		more += other > own || (other == own && end->queue.value < row->host->queue.value);
	}
	DERIVED(held_back) = rs_num_of(queues);
	DERIVED(filled) = rs_num_of(own && !more ? filled(host_begin, row->host).value : 0);
}

void rs_derive_tap(struct rs_row *row, const struct rs_span *span,
		   const struct rs_queue *host_begin)
{
	const struct rs_tap *begin = rs_lookup_tap(&span->begin, row->host);
	const struct rs_tap *end = rs_lookup_tap(&span->end, row->host);

	DERIVED(qdisc_backlog) = end ? end->qdisc_backlog : (struct rs_num){0};
	DERIVED(qdisc_backlog_begin) = begin ? begin->qdisc_backlog : (struct rs_num){0};
	if (DERIVED(qdisc_backlog).value || HOST(qdisc_dropped).value)
		DERIVED(tap_offered) =
			tap_sum(span, row->host, row->host->dir, RS_HOST_tun_offered);
	derive_held(row, span, host_begin);
	DERIVED(sent_off) = sent_off(span, host_begin, row->host);
	DERIVED(drops_unseen) = drops_unseen(row, span);
}

/* Both sides read the same used index, so the distance of their windows is exact. */
void rs_derive_used(struct rs_row *row, const struct rs_queue *guest_begin,
		    const struct rs_queue *host_begin)
{
	if (is_packed(row->guest) || row->ring_flaw)
		return;
	DERIVED(skew_end) = rs_num_distance(row->host->used_idx, row->guest->used_idx);
	if (!guest_begin || !host_begin)
		return;
	DERIVED(skew_begin) = rs_num_distance(host_begin->used_idx, guest_begin->used_idx);
	DERIVED(used_off) = rs_num_less(rs_num_less(HOST(vhost_posted), GUEST(used_progress)),
					rs_num_less(DERIVED(skew_end), DERIVED(skew_begin)));
}

/* On a vector that queues share, an interrupt of one may serve another: none belongs to one queue.
 */
static bool is_shared(const struct rs_queue *q)
{
	return q->shared.known && q->shared.value;
}

/*
 * A guest on x86 that moves an interrupt to another CPU sends itself the one that may be pending on
 * the CPU it leaves (msi_set_affinity()), and that one may come, too: one for each move.
 */
static uint64_t moves_of(const struct rs_row *row)
{
	return HOST(moved).known ? HOST(moved).value : 0;
}

/*
 * How many interrupts can come from the distance of the windows: each handled interrupt needs a
 * used entry of its own. So there are at most as many as entries outside the other window, plus
 * those that found nothing new, and those that the guest sends itself.
 */
void rs_derive_interrupts(struct rs_row *row)
{
	struct rs_num got = rs_num_less(GUEST(interrupts), GUEST(none_shared)),
		      sent = HOST(injected);

	if (is_shared(row->guest))
		return;
	if (DERIVED(skew_begin).known && DERIVED(skew_end).known && GUEST(none_empty).known)
		DERIVED(surplus_slack) = rs_num_of(rs_num_magnitude(DERIVED(skew_begin)) +
						   rs_num_magnitude(DERIVED(skew_end)) +
						   GUEST(none_empty).value + moves_of(row) + 2);
	if (!got.known || !sent.known)
		return;
	DERIVED(merged) = rs_num_of(sent.value > got.value ? sent.value - got.value : 0);
	DERIVED(surplus) = rs_num_of(got.value > sent.value ? got.value - sent.value : 0);
}
