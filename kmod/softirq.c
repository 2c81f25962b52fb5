// SPDX-License-Identifier: GPL-2.0-only
/* How long each CPU was in net_rx_action, and how often it ran out of time. */
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include "ringside.h"

struct spent {
	cycles_t since;
	u64 cycles;
	u64 runs;
};

static DEFINE_PER_CPU(struct spent, spent);
static DEFINE_PER_CPU(struct rs_softirq, base);

/*
 * The time costs two more hooks on every softirq: they are there only while
 * someone wants it.
 */
static bool net_rx_time;
static bool loaded;	/* under the module's parameter lock */

/* What is counted from here on starts at zero. */
static void hooks_drop(void)
{
	int cpu;

	rs_hook_drop(rs_softirq_enter);
	rs_hook_drop(rs_softirq_leave);
	for_each_possible_cpu(cpu) {
		memset(per_cpu_ptr(&spent, cpu), 0, sizeof(spent));
		per_cpu(base, cpu).cycles = 0;
		per_cpu(base, cpu).runs = 0;
	}
}

static int hooks_follow(void)
{
	int err = 0;

	mutex_lock(&rs_lock);
	if (net_rx_time)
		err = rs_hook_want(rs_softirq_leave) ?: rs_hook_want(rs_softirq_enter);
	net_rx_time &= !err;
	if (!net_rx_time)
		hooks_drop();
	mutex_unlock(&rs_lock);
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
	int err;

	kernel_param_lock(THIS_MODULE);
	err = hooks_follow();
	loaded = !err;
	kernel_param_unlock(THIS_MODULE);
	if (err)
		pr_err("cannot hook softirqs: error %d; load without net_rx_time\n", err);
	return err;
}

/* The parameter can be written until the module is gone: no hook comes of it any more. */
void rs_softirq_exit(void)
{
	kernel_param_lock(THIS_MODULE);
	loaded = false;
	kernel_param_unlock(THIS_MODULE);
}

void rs_softirq_enter(void *data, unsigned int vector)
{
	if (vector == NET_RX_SOFTIRQ)
		__this_cpu_write(spent.since, get_cycles());
}

/* The first exit after the hooks came may have had no entry. */
void rs_softirq_leave(void *data, unsigned int vector)
{
	struct spent *s = this_cpu_ptr(&spent);

	if (vector != NET_RX_SOFTIRQ || !s->since)
		return;
	s->cycles += get_cycles() - s->since;
	s->runs++;
	s->since = 0;
}

static void read_now(int cpu, struct rs_softirq *r)
{
	const struct spent *s = per_cpu_ptr(&spent, cpu);

	r->cycles = READ_ONCE(s->cycles);
	r->runs = READ_ONCE(s->runs);
	r->time_squeeze = READ_ONCE(per_cpu(softnet_data, cpu).time_squeeze);
}

/* Since the load or the last reset. The caller holds rs_lock. */
void rs_softirq_read(int cpu, struct rs_softirq *r)
{
	const struct rs_softirq *b = per_cpu_ptr(&base, cpu);

	read_now(cpu, r);
	r->cycles -= b->cycles;
	r->runs -= b->runs;
	r->time_squeeze -= b->time_squeeze;
}

void rs_softirq_reset(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		read_now(cpu, per_cpu_ptr(&base, cpu));
}
