// SPDX-License-Identifier: GPL-2.0-only
#include <linux/irqflags.h>
#include <linux/sched.h>
#include <linux/timex.h>
#include "account.h"
#include "hook.h"
#include "poll.h"
#include "poller.h"
#include "trace.h"

/* ksoftirqd's tasks are not exported; user space cannot give a kernel thread its name. */
static bool is_ksoftirqd(const struct task_struct *task)
{
	return unlikely(task->flags & PF_KTHREAD) && !memcmp(task->comm, "ksoftirqd/", 10);
}

/* netpoll alone polls with a budget of 0. */
static enum rs_consumer poll_origin(const struct napi_struct *napi, int budget)
{
	if (unlikely(!budget))
		return RS_NETPOLL;
	if (in_serving_softirq())
		return is_ksoftirqd(current) ? RS_KSOFTIRQD : RS_SOFTIRQ;
	return rs_napi_is_thread(napi) ? RS_THREADED : RS_BUSY_POLL;
}

/* A row that nobody else writes, and that readers may read meanwhile. */
static __always_inline void one_more(u64 *row)
{
	WRITE_ONCE(*row, *row + 1);
}

/*
 * One more in both histograms; without tracepoints it is not told when each poll
 * ended, and the second one stays empty. Counters of two CPUs may differ: a poll is never
 * before the one it follows. Softirqs are disabled, and each origin has rows of
 * its own: nothing comes between.
 */
static void count(struct rs_queue *q, enum rs_consumer origin, int work)
{
	u64 now = get_cycles(), last = READ_ONCE(q->polled);
	struct rs_hist *hist = this_cpu_ptr(q->hist);
	unsigned int packets = 0, gap;

	WRITE_ONCE(q->polled, now);
	if (work)
		packets = min(fls(work), RS_PACKET_BUCKETS - 1);
	one_more(&hist->packets[origin][packets]);
	if (!RS_HAS_TRACEPOINTS || unlikely(now < last))
		return;
	gap = fls64((now - last) | RS_GAP_LEAST) - RS_GAP_SHIFT;
	one_more(&hist->gaps[origin][min(gap, RS_GAP_BUCKETS - 1U)]);
}

/*
 * A poll consumed entries. The end of another poll on another CPU may have
 * brought the count forward past them: the NAPI is released before its poll
 * counts as over. Then it is not known which of the two consumed last.
 */
static void consumed_by(struct rs_queue *q, enum rs_consumer who)
{
	u64 seen = READ_ONCE(q->consumed);
	u32 ahead;

	smp_rmb();	/* the index is never behind a count taken before it */
	ahead = rs_ring_moved(&q->ring, seen);
	if (unlikely(!ahead)) {
		if (READ_ONCE(q->consumer) != who)
			WRITE_ONCE(q->consumer, RS_UNKNOWN);
		return;
	}
	WRITE_ONCE(q->consumer, who);
	rs_widen();
	/* a full barrier where it succeeds: pairs with receive_theft() and defer() in irq.c */
	if (cmpxchg(&q->consumed, seen, seen + ahead) != seen)
		smp_mb();	/* the same where it fails */
	if (unlikely(atomic_read(&q->pending)))
		rs_queue_settle(q, who);
}

/*
 * The driver may delete or reset the virtqueue as soon as the NAPI is released,
 * which is before this: while rs_queue_polled names the queue, it waits.
 */
static noinline void consumed(struct rs_queue *q, enum rs_consumer who)
{
	__this_cpu_write(rs_queue_polled, q);
	smp_mb();	/* queue_drain() in account.c sees it, or @off is seen here */
	rs_widen();
	if (likely(!READ_ONCE(q->off)))
		consumed_by(q, who);
	smp_mb();	/* all was read */
	__this_cpu_write(rs_queue_polled, NULL);
}

static __always_inline pid_t poller_of(const struct rs_queue *q)
{
	return RS_HAS_TRACEPOINTS ? current->tgid : q->begun.pid;
}

/* What an empty poll is spared. */
static noinline void count_work(struct rs_queue *q, enum rs_consumer origin, int work, int budget)
{
	if (work) {
		__this_cpu_add(q->counts->v[RS_C_packets_softirq + origin], work);
		if (unlikely(work >= budget))
			__this_cpu_inc(q->counts->v[RS_C_full_softirq + origin]);
		consumed(q, origin);
	}
	trace_ring_poll(q, origin, work, budget);
	if (origin == RS_BUSY_POLL)
		rs_poller_count(poller_of(q), work);
}

static __always_inline void poll_over(struct rs_queue *q, enum rs_consumer origin,
				      int work, int budget)
{
	count(q, origin, work);
	if (work || trace_ring_poll_enabled())
		count_work(q, origin, work, budget);
	else if (origin == RS_BUSY_POLL)
		rs_poller_count(poller_of(q), 0);
}

/*
 * A poll is over: @work packets of at most @budget. How many polls there were, and
 * how many empty ones, is in the histogram of packets.
 */
static void poll_probe(void *data, struct napi_struct *napi, int work, int budget)
{
	struct rs_queue *q;

	rs_softirq_begin();
	rs_widen();
	q = rs_queue_by_napi(napi);
	if (q)
		poll_over(q, poll_origin(napi, budget), work, budget);
	rs_softirq_end();
}

static void begin(struct rs_queue *q, const struct napi_struct *napi, int budget)
{
	q->begun.budget = budget;
	q->begun.origin = poll_origin(napi, budget);
	q->begun.pid = current->tgid;
}

static void end(struct rs_queue *q, int work)
{
	int budget = q->begun.budget;

	q->begun.budget = 0;
	poll_over(q, q->begun.origin, work, budget);
}

/*
 * Without tracepoints a poll is seen when it begins and when it completes. One that
 * used up its budget does not complete; it is over when the next one of its NAPI begins,
 * which comes soon, as packets may be left. A kretprobe would tell at once, but an
 * interrupt that comes while its handler runs misses its own hooks.
 *
 * virtnet_poll(napi, budget) begins. netpoll's, with a budget of 0, receives nothing.
 */
static void begin_hit(unsigned long ip, unsigned long parent_ip,
		      struct ftrace_ops *ops, struct rs_regs *regs)
{
	const struct napi_struct *napi = (void *)rs_regs_arg(regs, 0);
	int budget = rs_regs_arg(regs, 1);
	struct rs_queue *q = rs_queue_by_napi(napi);

	if (!q)
		return;
	rs_widen();
	if (q->begun.budget)
		end(q, q->begun.budget);
	begin(q, napi, budget);
	if (!budget)
		end(q, 0);
}

/*
 * napi_complete_done(napi, work) begins. The kernel itself calls it with no work, after
 * a poll that used up its budget, when someone waits for the NAPI to be over.
 */
static void complete_hit(unsigned long ip, unsigned long parent_ip,
			 struct ftrace_ops *ops, struct rs_regs *regs)
{
	const struct napi_struct *napi = (void *)rs_regs_arg(regs, 0);
	struct rs_queue *q = rs_queue_by_napi(napi);
	int work = rs_regs_arg(regs, 1);

	if (!q)
		return;
	rs_widen();
	if (!q->begun.budget)	/* it began before ringside was there */
		begin(q, napi, INT_MAX);
	else if (!work && !READ_ONCE(q->off) && rs_ring_moved(&q->ring, q->consumed))
		work = q->begun.budget;
	end(q, work);
}

static const struct {
	const char *function;
	enum rs_consumer who;
} cleaners[] = {
	{ "virtnet_poll_tx", RS_TX_TX_POLL },
	{ "virtnet_poll_cleantx", RS_TX_RX_POLL },
	{ "virtnet_poll", RS_TX_RX_POLL },
	{ "start_xmit", RS_TX_XMIT },
	{ "check_sq_full_and_disable", RS_TX_XMIT },
};

/* Places the cleaning is called from, as address << 4 | who; 0 is free. */
static u64 call_sites[8];

/* Other code may come to these addresses. */
static void forget_sites(void)
{
	memset(call_sites, 0, sizeof(call_sites));
}

/* "start_xmit", "start_xmit.isra.0" or "start_xmit [virtio_net]" */
static bool is_function(const char *name, const char *function)
{
	size_t n = strlen(function);

	return !strncmp(name, function, n) && strchr(". ", name[n]);
}

/* Once per call site. Looking up a symbol takes no lock. */
static noinline enum rs_consumer look_up_site(u64 *free, unsigned long ip)
{
	enum rs_consumer who = RS_UNKNOWN;
	char name[48];
	unsigned int i;

	snprintf(name, sizeof(name), "%ps", (void *)ip);
	for (i = 0; i < ARRAY_SIZE(cleaners); i++)
		if (is_function(name, cleaners[i].function))
			who = cleaners[i].who;
	if (free)
		cmpxchg(free, 0, (u64)ip << 4 | who);
	return who;
}

static enum rs_consumer function_at(unsigned long ip)
{
	unsigned int i;
	u64 site;

	for (i = 0; i < ARRAY_SIZE(call_sites); i++) {
		site = READ_ONCE(call_sites[i]);
		if (site >> 4 == (u64)ip << 4 >> 4)
			return site & 15;
		if (!site)
			return look_up_site(&call_sites[i], ip);
	}
	return look_up_site(NULL, ip);
}

/*
 * A site is where the cleaning was called from, shifted by one bit (which all
 * addresses of the kernel have set), and whether it said "in NAPI". To name it
 * can wait until someone asks.
 */
static unsigned long site_of(unsigned long ip, unsigned long in_napi)
{
	return ip << 1 | in_napi;
}

/**
 * rs_poll_cleaner - what consumed from a transmit ring
 * @site: as enter() received it; 0: none yet
 *
 * Only netpoll's polls, with their budget of 0, are not "in NAPI".
 */
enum rs_consumer rs_poll_cleaner(unsigned long site)
{
	enum rs_consumer who;

	if (!site)
		return RS_UNKNOWN;
	who = function_at(site >> 1 | 1UL << (BITS_PER_LONG - 1));
	if (!(site & 1) && (who == RS_TX_RX_POLL || who == RS_TX_TX_POLL))
		return RS_NETPOLL;
	return who;
}

/* What moved on a transmit ring since it was entered last was consumed from there. */
static void moved(struct rs_queue *q)
{
	u64 seen = q->consumed;
	u32 ahead = rs_ring_moved(&q->ring, seen);

	if (!ahead)
		return;
	WRITE_ONCE(q->previous, q->entered);
	smp_store_release(&q->consumed, seen + ahead);	/* then its consumer is known */
}

/*
 * A transmit ring is entered at @site to consume, with the ring's lock. From the
 * site before at most the whole ring was consumed: the index cannot have come
 * round to where it was, unless its wrap counter is a field apart.
 */
static void enter(struct rs_queue *q, unsigned long site)
{
	u16 raw = READ_ONCE(*q->ring.last_used);

	if (raw != q->raw || q->ring.wrap) {
		q->raw = raw;
		moved(q);
	}
	rs_widen();
	if (q->entered != site)
		smp_store_release(&q->entered, site);	/* after what the one before consumed */
}

/* free_old_xmit(sq, [txq,] in_napi) begins, under the transmit queue's lock. */
static void clean_hit(unsigned long ip, unsigned long parent_ip,
		      struct ftrace_ops *ops, struct rs_regs *regs)
{
	struct rs_queue *q = rs_queue_by_sq((void *)rs_regs_arg(regs, 0));
	unsigned long in_napi = rs_regs_arg(regs, 1);

	if (!q || READ_ONCE(q->off))
		return;
	/* without a txq it says "in NAPI" of netpoll, too, which alone polls with interrupts off */
	if (in_napi > 1)
		in_napi = rs_regs_arg(regs, 2) & 0xff;
	else if (in_napi && rs_regs_irqs_disabled(regs))
		in_napi = 0;
	enter(q, site_of(parent_ip, in_napi));
}

#define POLLS "polls-and-who-consumed-receive-entries"

static struct rs_hook by_tracepoint[] = {
	{ .symbols = { "napi_poll" }, .kind = RS_TRACEPOINT,
	  .handler = poll_probe, .loses = POLLS },
};

/* Where there are no tracepoints. */
static struct rs_hook by_function[] = {
	{ .symbols = { "virtnet_poll" }, .kind = RS_FUNCTION, .module = "virtio_net",
	  .handler = begin_hit, .loses = POLLS },
	{ .symbols = { "napi_complete_done" }, .kind = RS_FUNCTION,
	  .handler = complete_hit, .loses = POLLS },
	{ .symbols = { "napi_poll" }, .kind = RS_TRACEPOINT,
	  .handler = poll_probe, .loses = "time-between-polls" },
};

static struct rs_hook hooks[] = {
	{ .symbols = { "free_old_xmit", "free_old_xmit_skbs" }, .kind = RS_FUNCTION,
	  .module = "virtio_net",
	  .handler = clean_hit, .loses = "who-consumed-transmit-entries" },
};

static struct rs_hook_set tracepoints = {
	.hooks = by_tracepoint, .n = ARRAY_SIZE(by_tracepoint),
};
static struct rs_hook_set functions = { .hooks = by_function, .n = ARRAY_SIZE(by_function) };
static struct rs_hook_set set = { .hooks = hooks, .n = ARRAY_SIZE(hooks), .gone = forget_sites };

int rs_poll_init(void)
{
	return rs_hook_add(RS_HAS_TRACEPOINTS ? &tracepoints : &functions) ?: rs_hook_add(&set);
}

/* Whether ends of polls are seen. */
bool rs_poll_counted(void)
{
	if (RS_HAS_TRACEPOINTS)
		return rs_hook_attached(poll_probe);
	return rs_hook_attached(begin_hit) && rs_hook_attached(complete_hit);
}

/*
 * Whether entries are counted as they are consumed. Where they are not, the
 * ring's index comes round unseen, and tells no progress.
 */
bool rs_poll_followed(const struct rs_queue *q)
{
	if (!q->napi || q->unfollowed)
		return false;
	if (q->dir == RS_RX)
		return rs_poll_counted();
	return q->dir == RS_TX && rs_hook_attached(clean_hit);
}
