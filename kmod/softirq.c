// SPDX-License-Identifier: GPL-2.0-only
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/netdevice.h>
#include "clock.h"
#include "hook.h"
#include "softirq.h"

struct spent {
	cycles_t since;
	u64 cycles;
	u64 runs;
};

static DEFINE_PER_CPU(struct spent, spent);
static DEFINE_PER_CPU(struct rs_softirq, base);
static DEFINE_MUTEX(base_lock);

/* The time costs two more hooks on every softirq: they are there only on demand. */
static bool net_rx_time;
static bool loaded;	/* under the module's parameter lock */

static void enter_probe(void *data, unsigned int vector)
{
	if (vector == NET_RX_SOFTIRQ)
		__this_cpu_write(spent.since, get_cycles());
}

/* The first exit after the hooks came may have had no entry. */
static void leave_probe(void *data, unsigned int vector)
{
	struct spent *s = this_cpu_ptr(&spent);

	if (vector != NET_RX_SOFTIRQ || !s->since)
		return;
	s->cycles += get_cycles() - s->since;
	s->runs++;
	s->since = 0;
}

static struct rs_hook hooks[] = {
	{ .symbols = { "softirq_entry" }, .kind = RS_TRACEPOINT, .on_demand = true,
	  .handler = enter_probe, .loses = "time-in-net_rx_action" },
	{ .symbols = { "softirq_exit" }, .kind = RS_TRACEPOINT, .on_demand = true,
	  .handler = leave_probe, .loses = "time-in-net_rx_action" },
};

static struct rs_hook_set set = { .hooks = hooks, .n = ARRAY_SIZE(hooks) };

/* What is counted from here on starts at zero. */
static void hooks_drop(void)
{
	int cpu;

	rs_hook_drop(enter_probe);
	rs_hook_drop(leave_probe);
	for_each_possible_cpu(cpu) {
		memset(per_cpu_ptr(&spent, cpu), 0, sizeof(spent));
		per_cpu(base, cpu).cycles = 0;
		per_cpu(base, cpu).runs = 0;
	}
}

static int hooks_follow(void)
{
	int err = 0;

	mutex_lock(&base_lock);
	if (net_rx_time && rs_softirqs_interleave())
		err = -EOPNOTSUPP;
	else if (net_rx_time)
		err = rs_hook_want(leave_probe) ?: rs_hook_want(enter_probe);
	net_rx_time &= !err;
	if (!net_rx_time)
		hooks_drop();
	mutex_unlock(&base_lock);
	return err;
}

static int net_rx_time_set(const char *text, const struct kernel_param *kp)
{
	int err = param_set_bool(text, kp);

	if (err)
		pr_err("net_rx_time must be y or n\n");
	return err || !loaded ? err : hooks_follow();
}

static const struct kernel_param_ops net_rx_time_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = net_rx_time_set,
	.get = param_get_bool,
};
module_param_cb(net_rx_time, &net_rx_time_ops, &net_rx_time, 0644);
MODULE_PARM_DESC(net_rx_time, "count the time in net_rx_action per CPU, for two more hooks on every softirq (default n)");

/* Return: 0, or the errno with which a hook that was asked for is refused. */
int rs_softirq_init(void)
{
	int err = rs_hook_add(&set);

	if (err)
		return err;
	kernel_param_lock(THIS_MODULE);
	err = hooks_follow();
	loaded = !err;
	kernel_param_unlock(THIS_MODULE);
	if (err)
		pr_err("cannot time softirqs: error %d (it needs tracepoints, and on PREEMPT_RT one preempts another); load without net_rx_time\n",
		       err);
	return err;
}

/* The parameter can be written until the module is gone: it attaches nothing any more. */
void rs_softirq_exit(void)
{
	kernel_param_lock(THIS_MODULE);
	loaded = false;
	kernel_param_unlock(THIS_MODULE);
}

static void read_now(int cpu, struct rs_softirq *r)
{
	const struct spent *s = per_cpu_ptr(&spent, cpu);

	r->cycles = READ_ONCE(s->cycles);
	r->runs = READ_ONCE(s->runs);
	r->time_squeeze = READ_ONCE(per_cpu(softnet_data, cpu).time_squeeze);
}

/**
 * rs_softirq_read - net_rx_action on one CPU since the load or the last reset
 * @cpu: the CPU
 * @r: receives it
 */
void rs_softirq_read(int cpu, struct rs_softirq *r)
{
	const struct rs_softirq *b = per_cpu_ptr(&base, cpu);

	mutex_lock(&base_lock);
	read_now(cpu, r);
	r->timed = rs_hook_attached(leave_probe);
	r->ns = rs_clock_ns(r->cycles - b->cycles);
	r->runs -= b->runs;
	r->time_squeeze -= b->time_squeeze;
	mutex_unlock(&base_lock);
}

void rs_softirq_reset(void)
{
	int cpu;

	mutex_lock(&base_lock);
	for_each_possible_cpu(cpu)
		read_now(cpu, per_cpu_ptr(&base, cpu));
	mutex_unlock(&base_lock);
}
