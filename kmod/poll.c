// SPDX-License-Identifier: GPL-2.0-only
/* Who polled, and who took entries from a ring. */
#include <linux/sched.h>
#include <linux/timex.h>
#include "map.h"
#include "queue.h"
#include "ringside.h"
#include "trace.h"

/* ksoftirqd's tasks are not exported; no one can give a kernel thread its name. */
static bool is_ksoftirqd(const struct task_struct *task)
{
	return task->flags & PF_KTHREAD && !strncmp(task->comm, "ksoftirqd/", 10);
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

/* Counters of two CPUs may differ: a poll is never before the one it follows. */
static void count_gap(struct rs_queue *q, enum rs_consumer origin)
{
	u64 now = get_cycles(), last = q->polled;
	unsigned int bucket;

	q->polled = now;
	if (unlikely(!last || now < last))
		return;
	bucket = fls64((now - last) >> RS_GAP_SHIFT);
	this_cpu_inc(q->hist->gaps[origin][min(bucket, RS_GAP_BUCKETS - 1U)]);
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
	this_cpu_inc(q->hist->packets[origin][min(fls(work), RS_PACKET_BUCKETS - 1)]);
	count_gap(q, origin);
	if (work) {
		this_cpu_add(q->counts->v[RS_C_packets_softirq + origin], work);
		if (unlikely(work >= budget))
			this_cpu_inc(q->counts->v[RS_C_full_softirq + origin]);
		rs_queue_consumed(q, origin);
	}
	if (origin == RS_BUSY_POLL)
		rs_poller_count(work);
	trace_ring_poll(q, origin, work, budget);
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

static enum rs_consumer cleaner_of(unsigned long ip)
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
 * free_old_xmit(sq, [txq,] in_napi) begins, under the transmit queue's lock.
 * Only netpoll's polls, with their budget of 0, are not "in NAPI".
 */
void rs_poll_clean(unsigned long ip, unsigned long parent_ip,
		   struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct rs_queue *q = rs_map_find((void *)rs_ftrace_arg(fregs, 0));
	unsigned long second = rs_ftrace_arg(fregs, 1);
	enum rs_consumer who;
	bool in_napi;

	if (!q)
		return;
	in_napi = second > 1 ? rs_ftrace_arg(fregs, 2) & 0xff : second;
	who = cleaner_of(parent_ip);
	if (!in_napi && (who == RS_TX_RX_POLL || who == RS_TX_TX_POLL))
		who = RS_NETPOLL;
	rs_queue_consume(q, who);
}
