// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/timex.h>
#include "account.h"
#include "clock.h"
#include "delay.h"
#include "hook.h"
#include "registry.h"
#include "toggle.h"

/*
 * The poll that runs on that CPU, and since when. Not in the queue: the NAPI is
 * released before its poll counts as over, and another CPU may begin the next one.
 */
static DEFINE_PER_CPU(struct rs_queue *, timed);
static DEFINE_PER_CPU(u64, timed_from);

static struct rs_delays __percpu *delays_of(struct rs_queue *q)
{
	return q ? smp_load_acquire(&q->delays) : NULL;	/* rs_queue_delays_alloc() */
}

/* Counters of two CPUs may differ: an end is never before its begin. */
static unsigned int bucket_of(u64 from, u64 to)
{
	u64 ns = to > from ? rs_clock_ns(to - from) : 0;

	return min(fls64(ns), RS_DELAY_BUCKETS - 1);
}

/*
 * skb_recv_done(vq) begins, in the interrupt's handler or in its thread: entries were
 * found, and the driver is about to schedule the NAPI. Interrupts that come before the
 * next poll wait for the same one.
 */
static void callback_hit(unsigned long ip, unsigned long parent_ip,
			 struct ftrace_ops *ops, struct rs_regs *regs)
{
	struct rs_queue *q = rs_queue_by_vq((void *)rs_regs_arg(regs, 0));

	if (delays_of(q) && !READ_ONCE(q->called))
		WRITE_ONCE(q->called, get_cycles());
}

/*
 * virtnet_poll(napi, budget) begins. netpoll's, with a budget of 0, receives nothing:
 * the interrupt waits on.
 */
static void begin_hit(unsigned long ip, unsigned long parent_ip,
		      struct ftrace_ops *ops, struct rs_regs *regs)
{
	struct rs_queue *q = rs_queue_by_napi((void *)rs_regs_arg(regs, 0));
	struct rs_delays __percpu *d = delays_of(q);
	u64 now, called;

	if (!d || !(int)rs_regs_arg(regs, 1))
		return;
	called = xchg(&q->called, 0);
	rs_widen();
	now = get_cycles();
	if (called)
		this_cpu_inc(d->wait[bucket_of(called, now)]);
	__this_cpu_write(timed_from, now);
	__this_cpu_write(timed, q);
}

/* And is over. One that began before the hooks were there has no begin. */
static void end_probe(void *data, struct napi_struct *napi, int work, int budget)
{
	struct rs_delays __percpu *d;
	struct rs_queue *q;

	rs_softirq_begin();
	q = rs_queue_by_napi(napi);
	d = delays_of(q);
	if (d && budget && __this_cpu_read(timed) == q) {
		this_cpu_inc(d->length[bucket_of(__this_cpu_read(timed_from), get_cycles())]);
		__this_cpu_write(timed, NULL);
	}
	rs_softirq_end();
}

static struct rs_hook hooks[] = {
	{ .symbols = { "napi_poll" }, .kind = RS_TRACEPOINT, .on_demand = true,
	  .handler = end_probe, .loses = "length-of-polls" },
	{ .symbols = { "virtnet_poll" }, .kind = RS_FUNCTION, .on_demand = true,
	  .module = "virtio_net", .handler = begin_hit, .loses = "times-of-polls" },
	{ .symbols = { "skb_recv_done" }, .kind = RS_FUNCTION, .on_demand = true,
	  .module = "virtio_net", .handler = callback_hit, .loses = "wait-for-polls" },
};

static struct rs_hook_set set = { .hooks = hooks, .n = ARRAY_SIZE(hooks) };

/*
 * Whether begins and ends of polls are seen, and the clock's rate is known. Where one
 * softirq can preempt another, more than one poll may run on a CPU.
 */
bool rs_delay_length_known(void)
{
	return rs_cycles_khz() && !rs_softirqs_interleave() &&
	       rs_hook_attached(end_probe) && rs_hook_attached(begin_hit);
}

/* And interrupts and begins of polls. */
bool rs_delay_wait_known(void)
{
	return rs_cycles_khz() && rs_hook_attached(begin_hit) && rs_hook_attached(callback_hit);
}

/* The hooks are not attached: no stamp of an earlier time is left. */
static void queues_prepare(void)
{
	struct rs_device *d;
	struct rs_queue *q;
	int cpu;

	mutex_lock(&rs_registry_lock);
	rs_delaying = true;
	for_each_possible_cpu(cpu)
		per_cpu(timed, cpu) = NULL;
	list_for_each_entry(d, &rs_registry_devices, list) {
		list_for_each_entry(q, &d->queues, list) {
			q->called = 0;
			if (q->hist && !rs_queue_delays_alloc(q))
				pr_warn("no memory for the delays of %s: they stay unknown\n", q->name);
		}
	}
	mutex_unlock(&rs_registry_lock);
}

/* The end is attached first: a poll whose begin is seen has its own end. */
static void begin(void)
{
	if (rs_delaying)
		return;
	queues_prepare();
	rs_hook_want(end_probe);
	rs_hook_want(begin_hit);
	rs_hook_want(callback_hit);
}

static void end(void)
{
	rs_hook_drop(callback_hit);
	rs_hook_drop(begin_hit);
	rs_hook_drop(end_probe);
	mutex_lock(&rs_registry_lock);
	rs_delaying = false;
	mutex_unlock(&rs_registry_lock);
}

static struct rs_toggle toggle = { .begin = begin, .end = end };

module_param_cb(delays, &rs_toggle_ops, &toggle, 0644);
MODULE_PARM_DESC(delays, "time how long receive interrupts wait for their poll, and polls, for three more hooks (default n)");

int rs_delay_init(void)
{
	int err = rs_hook_add(&set);

	if (!err)
		rs_toggle_init(&toggle);
	return err;
}

void rs_delay_exit(void)
{
	rs_toggle_exit(&toggle);
}
