// SPDX-License-Identifier: GPL-2.0-only
/* How long each CPU was in net_rx_action, and how often it ran out of time. */
#include <linux/interrupt.h>
#include <linux/percpu.h>
#include "ringside.h"

struct spent {
	cycles_t since;
	u64 cycles;
	u64 runs;
};

static DEFINE_PER_CPU(struct spent, spent);
static DEFINE_PER_CPU(struct rs_softirq, base);

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
