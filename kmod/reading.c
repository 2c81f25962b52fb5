// SPDX-License-Identifier: GPL-2.0-only
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include "reading.h"

bool rs_proving;

/* What the rows of a queue are at one instant. */
struct sums {
	u64 v[RS_COUNTERS];
	u64 waiting;	/* deferred, neither settled nor given up */
	u64 proof[RS_PROOFS];
};

static void sum_rows(const struct rs_queue *q, struct sums *s, unsigned int from, unsigned int to)
{
	unsigned int i;
	int cpu;

	for (i = from; i < to; i++)
		s->v[i] = 0;
	for_each_possible_cpu(cpu)
		for (i = from; i < to; i++)
			s->v[i] += READ_ONCE(per_cpu_ptr(q->counts, cpu)->v[i]);
}

/* Deferred interrupts count for the consumer they were settled to. */
static void sum_deferred(const struct rs_queue *q, struct sums *s)
{
	const struct rs_counts *counts;
	u64 n, over = 0, deferred = 0;
	unsigned int i;
	int cpu;

	for_each_possible_cpu(cpu) {
		counts = per_cpu_ptr(q->counts, cpu);
		for (i = 0; i < RS_POLL_ORIGINS; i++) {
			n = READ_ONCE(counts->settled[i]);
			s->v[RS_C_none_softirq + i] += n;
			over += n;
		}
		n = READ_ONCE(counts->given_up);
		s->v[RS_C_none_unknown] += n;
		over += n;
	}
	smp_rmb();	/* each was deferred before it was settled */
	for_each_possible_cpu(cpu)
		deferred += READ_ONCE(per_cpu_ptr(q->counts, cpu)->deferred);
	s->waiting = deferred - over;
}

static void sum_proof(const struct rs_queue *q, struct sums *s)
{
	unsigned int i;
	int cpu;

	memset(s->proof, 0, sizeof(s->proof));
	for_each_possible_cpu(cpu)
		for (i = 0; i < RS_PROOFS; i++)
			s->proof[i] += READ_ONCE(per_cpu_ptr(q->counts, cpu)->proof[i]);
}

static void sum_irqs(const struct rs_queue *q, struct sums *s)
{
	sum_rows(q, s, 0, RS_IRQ_COUNTERS);
	sum_deferred(q, s);
	sum_proof(q, s);
}

/* Interrupts of all results, for an event: no instant is proved. */
static u64 interrupts_of(const struct rs_queue *q)
{
	u64 sum = 0;
	unsigned int i;
	int cpu;

	for_each_possible_cpu(cpu) {
		for (i = 0; i < RS_IRQ_COUNTERS; i++)
			sum += READ_ONCE(per_cpu_ptr(q->counts, cpu)->v[i]);
		sum += READ_ONCE(per_cpu_ptr(q->counts, cpu)->deferred);
	}
	for (i = 0; i < RS_IRQ_COUNTERS; i++)
		sum -= q->base.v[i];
	return sum;
}

/**
 * rs_queue_event - what an event says of a queue
 * @q: the queue
 * @kind: what happened
 * @now_ns: when, CLOCK_MONOTONIC
 * @event: receives it
 *
 * The caller holds the virtqueue's lock, or is its interrupt handler.
 */
void rs_queue_event(struct rs_queue *q, enum rs_event_kind kind, u64 now_ns,
		    struct rs_event *event)
{
	u64 used, consumed;

	memset(event, 0, sizeof(*event));
	rs_queue_progress(q, &used, &consumed);
	event->time_ns = now_ns;
	event->kind = kind;
	strscpy(event->device, q->device->name, sizeof(event->device));
	strscpy(event->queue, q->name, sizeof(event->queue));
	event->irq = q->line ? q->line->irq : 0;
	event->used_idx = rs_ring_index(&q->ring, used);
	event->last_used_idx = rs_ring_index(&q->ring, consumed);
	event->pending = used - consumed;
	event->interrupts = interrupts_of(q);
	if (q->stall_since_ns)
		event->since_ms = div_u64(now_ns - q->stall_since_ns, NSEC_PER_MSEC);
}

/* Whether no handler of the line runs now, and the kernel's counts at that instant. */
static bool line_idle(struct rs_queue *q, u32 *kernel, int *err)
{
	struct irq_desc *desc;
	unsigned long flags;
	bool idle;

	if (!rs_queue_lock(q, &flags)) {
		*err = -ENODEV;
		return false;
	}
	rs_widen();
	desc = q->line->desc;
	raw_spin_lock(&desc->lock);
	idle = !irqd_irq_inprogress(&desc->irq_data);
	*kernel = desc->tot_count;
	if (idle)
		rs_spurious_read(desc, &q->line->spurious);
	raw_spin_unlock(&desc->lock);
	rs_queue_unlock(flags);
	return idle;
}

/*
 * The kernel counts an interrupt before its handler runs. If no handler ran
 * before and after, and the kernel counted none between, the rows did not
 * change between: they and the kernel's count are of one instant.
 */
static bool sum_between(struct rs_queue *q, struct sums *s, int *err)
{
	u32 before, after;

	if (!line_idle(q, &before, err))
		return false;
	rs_widen();
	sum_irqs(q, s);
	rs_widen();
	if (!line_idle(q, &after, err) || after != before)
		return false;
	rs_line_kernel_update(q->line, after);
	return true;
}

#define READ_SPINS 1000
#define READ_TRIES (READ_SPINS + 100)
#define READ_PATIENCE_NS (100 * NSEC_PER_MSEC)

/* First no pause to speak of, then, while the handler's CPU may not be running at all, a long one. */
static void wait_between(unsigned int tries)
{
	if (tries < READ_SPINS)
		cpu_relax();
	else
		usleep_range(500, 1000);
}

/*
 * What waits for the end of a poll waits no more, and counts as unknown. False: a poll
 * has ended meanwhile, and some of it has a cause.
 */
static bool give_up(struct rs_queue *q, struct sums *s)
{
	if (rs_queue_give_up(q) < s->waiting)
		return false;
	s->v[RS_C_none_unknown] += s->waiting;
	s->waiting = 0;
	return true;
}

/*
 * The rows of interrupts, and the kernel's count in the line. What is shown of an
 * interrupt does not change later: deferred ones are waited for, but not for long, and
 * not for others that are deferred meanwhile: the caller may hold rtnl. Return: 0;
 * -ENODEV when the virtqueue is deleted; -EBUSY when the handler never paused.
 */
static int read_irqs(struct rs_queue *q, struct sums *s)
{
	u64 since_ns = ktime_get_ns();
	unsigned int tries = 0, busy = 0;
	bool idle, late;
	int err = 0;

	if (!q->line) {
		sum_irqs(q, s);
		return 0;
	}
	while (busy < READ_TRIES) {
		idle = sum_between(q, s, &err);
		if (err)
			return err;
		late = ktime_get_ns() - since_ns > READ_PATIENCE_NS;
		if (idle && (!s->waiting || (late && give_up(q, s))))
			return 0;
		busy += !idle || late;
		wait_between(tries++);
	}
	return -EBUSY;
}

static void words_sum(u64 *sum, const u64 __percpu *words, unsigned int n)
{
	unsigned int i;
	int cpu;

	memset(sum, 0, n * sizeof(*sum));
	for_each_possible_cpu(cpu)
		for (i = 0; i < n; i++)
			sum[i] += READ_ONCE(per_cpu_ptr(words, cpu)[i]);
}

static void words_less(u64 *sum, const u64 *base, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		sum[i] -= base[i];
}

#define WORDS(type) (sizeof(type) / sizeof(u64))

static void hist_sum(const struct rs_queue *q, struct rs_hist *hist)
{
	words_sum((u64 *)hist, (u64 __percpu *)q->hist, WORDS(*hist));
}

static void delays_sum(const struct rs_queue *q, struct rs_delays *delays)
{
	words_sum((u64 *)delays, (u64 __percpu *)q->delays, WORDS(*delays));
}

/* The histogram knows how many polls there were, and how many found nothing. */
static void polls_from(const struct rs_hist *hist, u64 *v)
{
	unsigned int i, origin;

	for (origin = 0; origin < RS_POLL_ORIGINS; origin++) {
		v[RS_C_empty_softirq + origin] = hist->packets[origin][0];
		v[RS_C_polls_softirq + origin] = 0;
		for (i = 0; i < RS_PACKET_BUCKETS; i++)
			v[RS_C_polls_softirq + origin] += hist->packets[origin][i];
	}
}

static void sum_polls(const struct rs_queue *q, struct sums *s)
{
	static struct rs_hist hist;	/* readers take turns */

	sum_rows(q, s, RS_IRQ_COUNTERS, RS_COUNTERS);
	if (!q->hist)
		return;
	hist_sum(q, &hist);
	polls_from(&hist, s->v);
}

/* Since the load or the last reset. For queues with histograms only. */
void rs_queue_hist(struct rs_queue *q, struct rs_hist *hist)
{
	hist_sum(q, hist);
	words_less((u64 *)hist, (u64 *)&q->hist_base, WORDS(*hist));
}

/* While the parameter delays was on, since the last reset. For queues that have them. */
void rs_queue_delays(struct rs_queue *q, struct rs_delays *delays)
{
	delays_sum(q, delays);
	words_less((u64 *)delays, (u64 *)q->delays_base, WORDS(*delays));
}

static u64 used_total(const struct rs_queue *q, u64 used)
{
	return used - q->used_skip;
}

static u64 consumed_total(const struct rs_queue *q, u64 consumed)
{
	return consumed - q->consumed_skip;
}

/**
 * rs_queue_base_find - where counting could begin now
 * @q: the queue
 * @base: receives it, for rs_queue_base_set()
 *
 * Return: 0; -ENODEV when the virtqueue is deleted; -EBUSY when the interrupt
 * handler never paused.
 */
int rs_queue_base_find(struct rs_queue *q, struct rs_base *base)
{
	static struct sums s;	/* readers take turns */
	unsigned long flags;
	u64 used, consumed;
	int err = read_irqs(q, &s);

	if (err)
		return err;
	if (!rs_queue_lock(q, &flags))
		return -ENODEV;
	rs_queue_progress(q, &used, &consumed);
	base->used = used_total(q, used);
	base->consumed = consumed_total(q, consumed);
	rs_queue_unlock(flags);
	base->kernel_count = q->line ? q->line->kernel_sum : 0;
	memcpy(base->v, s.v, sizeof(s.v));
	base->known = true;
	return 0;
}

/* Count from there on. */
void rs_queue_base_set(struct rs_queue *q, const struct rs_base *base)
{
	static struct sums s;	/* readers take turns */
	unsigned int i;

	sum_polls(q, &s);
	if (q->delays)
		delays_sum(q, q->delays_base);
	q->base = *base;
	if (q->hist) {
		hist_sum(q, &q->hist_base);
		polls_from(&q->hist_base, s.v);
	}
	for (i = RS_IRQ_COUNTERS; i < RS_COUNTERS; i++)
		q->base.v[i] = s.v[i];
}

/* What the virtqueue says of itself. The caller holds its lock. */
static void read_facts(struct rs_queue *q, struct rs_reading *r)
{
	u64 used, consumed;

	rs_queue_progress(q, &used, &consumed);
	r->used_idx = rs_ring_index(&q->ring, used);
	r->last_used_idx = rs_ring_index(&q->ring, consumed);
	r->used_progress = used_total(q, used) - q->base.used;
	r->last_used_progress = consumed_total(q, consumed) - q->base.consumed;
	r->progress_known = q->base.known && !q->unfollowed;
	r->napi_id = q->napi ? q->napi->napi_id : 0;
	rs_fact_read(q, &r->facts);
	if (q->line && !q->line->shared) {
		raw_spin_lock(&q->line->desc->lock);	/* affinity changes rewrite it */
		r->has_msi = rs_irq_msi_msg(q->line->desc, &r->msi);
		raw_spin_unlock(&q->line->desc->lock);
	}
}

/* The counters that a proof counts again. */
static void proved_from(const struct sums *s, u64 *proved)
{
	unsigned int i;

	memset(proved, 0, RS_PROOFS * sizeof(*proved));
	for (i = 0; i < RS_IRQ_COUNTERS; i++)
		proved[RS_PROOF_INTERRUPTS] += s->v[i];
	proved[RS_PROOF_HANDLED] = s->v[RS_C_handled];
	proved[RS_PROOF_NONE] = proved[RS_PROOF_INTERRUPTS] - proved[RS_PROOF_HANDLED];
	for (i = 0; i < RS_POLL_ORIGINS; i++) {
		proved[RS_PROOF_POLLS] += s->v[RS_C_polls_softirq + i];
		proved[RS_PROOF_PACKETS] += s->v[RS_C_packets_softirq + i];
	}
}

#define PROOF_TRIES 100

/* Polls are proved by a second count that did not move while the first one was read. */
static bool sum_polls_proved(const struct rs_queue *q, struct sums *s, u64 *proof)
{
	sum_proof(q, s);
	memcpy(proof, s->proof, sizeof(s->proof));
	sum_polls(q, s);
	sum_proof(q, s);
	return proof[RS_PROOF_POLLS] == s->proof[RS_PROOF_POLLS];
}

/* Both counts since the proof began; it begins here where it has not. */
static void read_proof(struct rs_queue *q, const struct sums *s, struct rs_reading *r)
{
	u64 polls = r->proof[RS_PROOF_POLLS], packets = r->proof[RS_PROOF_PACKETS];
	unsigned int i;

	proved_from(s, r->proved);
	memcpy(r->proof, s->proof, sizeof(r->proof));
	r->proof[RS_PROOF_POLLS] = polls;
	r->proof[RS_PROOF_PACKETS] = packets;
	if (!q->proof_known) {
		memcpy(q->proved_base, r->proved, sizeof(r->proved));
		memcpy(q->proof_base, r->proof, sizeof(r->proof));
	}
	q->proof_known = true;
	r->proof_known = true;
	for (i = 0; i < RS_PROOFS; i++) {
		r->proved[i] -= q->proved_base[i];
		r->proof[i] -= q->proof_base[i];
	}
}

/**
 * rs_queue_read - what a queue did since the load or the last reset
 * @q: the queue
 * @r: receives its counters, indexes and facts, and which of them are known
 *
 * Readers take turns: the caller holds the registry's lock.
 *
 * Return: 0, or -ENODEV when its virtqueue is deleted.
 */
int rs_queue_read(struct rs_queue *q, struct rs_reading *r)
{
	static struct sums s;	/* readers take turns */
	unsigned long flags;
	bool stable = false;
	unsigned int i;
	int err;

	memset(r, 0, sizeof(*r));
	memset(&s, 0, sizeof(s));
	if (!rs_queue_lock(q, &flags))
		return -ENODEV;
	read_facts(q, r);
	rs_queue_unlock(flags);
	rs_widen();
	for (i = 0; i < PROOF_TRIES && !stable; i++)
		stable = sum_polls_proved(q, &s, r->proof);
	err = read_irqs(q, &s);
	if (err == -ENODEV)
		return err;
	if (!READ_ONCE(rs_proving))
		q->proof_known = false;
	else if (!err && stable)
		read_proof(q, &s, r);
	r->irqs_known = !err && q->base.known;
	for (i = 0; i < RS_COUNTERS; i++)
		r->v[i] = s.v[i] - q->base.v[i];
	for (i = 0; i < RS_IRQ_COUNTERS; i++)
		r->interrupts += r->v[i];
	r->none = r->interrupts - r->v[RS_C_handled];
	r->kernel_count = q->line ? q->line->kernel_sum - q->base.kernel_count : 0;
	return 0;
}
