// SPDX-License-Identifier: GPL-2.0-only
/* Who polled, and who took entries from a ring. */
#include <linux/irqflags.h>
#include <linux/sched.h>
#include <linux/timex.h>
#include "map.h"
#include "poller.h"
#include "queue.h"
#include "ringside.h"
#include "trace.h"

/* ksoftirqd's tasks are not exported; no one can give a kernel thread its name. */
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

/*
 * One more in both histograms. Counters of two CPUs may differ: a poll is never
 * before the one it follows. Softirqs are off, and each origin has rows of its
 * own: nothing comes between.
 */
static void count(struct rs_queue *q, enum rs_consumer origin, int work)
{
	u64 now = get_cycles(), last = q->polled;
	struct rs_hist *hist = this_cpu_ptr(q->hist);
	unsigned int packets = 0, gap;

	q->polled = now;
	if (work)
		packets = min(fls(work), RS_PACKET_BUCKETS - 1);
	hist->packets[origin][packets]++;
	if (unlikely(now < last))
		return;
	gap = fls64((now - last) | RS_GAP_LEAST) - RS_GAP_SHIFT;
	hist->gaps[origin][min(gap, RS_GAP_BUCKETS - 1U)]++;
}

/* What an empty poll is spared. */
static noinline void count_work(struct rs_queue *q, enum rs_consumer origin, int work, int budget)
{
	if (work) {
		__this_cpu_add(q->counts->v[RS_C_packets_softirq + origin], work);
		if (unlikely(work >= budget))
			__this_cpu_inc(q->counts->v[RS_C_full_softirq + origin]);
		rs_queue_consumed(q, origin);
	}
	trace_ring_poll(q, origin, work, budget);
	if (origin == RS_BUSY_POLL)
		rs_poller_count(work);
}

/*
 * A poll is over, whoever polled: @work packets of at most @budget. How many
 * polls there were, and how many empty ones, is in the histogram of packets.
 */
void rs_poll_done(void *data, struct napi_struct *napi, int work, int budget)
{
	struct rs_queue *q = rs_map_find(napi);
	enum rs_consumer origin;

	if (!q)
		return;
	origin = poll_origin(napi, budget);
	count(q, origin, work);
	if (work || trace_ring_poll_enabled())
		count_work(q, origin, work, budget);
	else if (origin == RS_BUSY_POLL)
		rs_poller_count(0);
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
void rs_poll_forget_sites(void)
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
 * rs_poll_cleaner - who consumed from a transmit ring
 * @site: as rs_queue_enter() was told; 0: nobody yet
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

/* free_old_xmit(sq, [txq,] in_napi) begins, under the transmit queue's lock. */
void rs_poll_clean(unsigned long ip, unsigned long parent_ip,
		   struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct rs_queue *q = rs_map_find((void *)rs_ftrace_arg(fregs, 0));
	unsigned long in_napi = rs_ftrace_arg(fregs, 1);

	if (!q)
		return;
	/* those without a txq may say it of netpoll, too, which alone polls with interrupts off */
	if (in_napi > 1)
		in_napi = rs_ftrace_arg(fregs, 2) & 0xff;
	else if (in_napi && irqs_disabled())
		in_napi = 0;
	rs_queue_enter(q, site_of(parent_ip, in_napi));
}
