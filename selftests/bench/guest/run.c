// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a unit is measured: batches, of which the median counts, so that a timer
 * tick in one of them does not. The emulator's clock counts instructions.
 */
#include <linux/cpumask.h>
#include <linux/irqflags.h>
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include "bench.h"

#define BATCHES 21
#define LOOPS 1000000

#if defined(CONFIG_X86_64)
static u64 now(void)
{
	return rdtsc_ordered();
}

static u64 instructions(u64 ticks)
{
	return ticks;
}

static void loop(unsigned long n)
{
	asm volatile("1: dec %0; jnz 1b" : "+r" (n) : : "cc");
}
#elif defined(CONFIG_ARM64)
static u64 now(void)
{
	isb();
	return read_sysreg(cntvct_el0);
}

static u64 instructions(u64 ticks)
{
	return div64_u64(ticks * NSEC_PER_SEC, read_sysreg(cntfrq_el0));
}

static void loop(unsigned long n)
{
	asm volatile("1: subs %0, %0, #1; b.ne 1b" : "+r" (n) : : "cc");
}
#endif

/* What the clock says a loop of two million instructions takes. */
u64 run_calibrate(void)
{
	unsigned long flags;
	u64 from, to;

	local_irq_save(flags);
	from = now();
	loop(LOOPS);
	to = now();
	local_irq_restore(flags);
	return instructions(to - from);
}

static u64 run_batch(const struct unit *u, unsigned int pair)
{
	unsigned long flags = 0;
	unsigned int i;
	u64 from, to;

	if (u->irqs_off)
		local_irq_save(flags);
	from = now();
	for (i = 0; i < u->calls; i++)
		u->once(pair);
	to = now();
	if (u->irqs_off)
		local_irq_restore(flags);
	return instructions(to - from);
}

static int compare(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? -1 : x > y;
}

static void unit_begin(const struct unit *u, unsigned int pair)
{
	if (u->begin)
		u->begin(pair);
}

static void unit_end(const struct unit *u, unsigned int pair)
{
	if (u->end)
		u->end(pair);
}

/* One queue. The first batch warms up: it counts as work, not as a sample. */
int run_alone(const struct unit *u, unsigned int pair, struct figure *f)
{
	u64 batches[BATCHES];
	unsigned int i;

	if (pair >= device_pairs())
		return -EINVAL;
	device_ring(2 * pair)->lacks = 0;
	unit_begin(u, pair);
	run_batch(u, pair);
	for (i = 0; i < BATCHES; i++) {
		schedule_timeout_uninterruptible(1);	/* ksoftirqd owes nothing when a batch begins */
		batches[i] = run_batch(u, pair);
	}
	unit_end(u, pair);
	sort(batches, BATCHES, sizeof(*batches), compare, NULL);
	f->milli = div_u64(batches[BATCHES / 2] * 1000, u->calls * u->parts);
	f->parts = (BATCHES + 1) * u->calls * u->parts;
	return device_ring(2 * pair)->lacks ? -ENOBUFS : 0;
}

/* Each queue in turn; the mean over them. */
int run_every(const struct unit *u, struct figure *f)
{
	struct figure one;
	unsigned int pair;
	int err;

	memset(f, 0, sizeof(*f));
	for (pair = 0; pair < device_pairs(); pair++) {
		err = run_alone(u, pair, &one);
		if (err)
			return err;
		f->milli += one.milli;
		f->parts += one.parts;
	}
	f->milli = div_u64(f->milli, device_pairs());
	return 0;
}

struct together {
	const struct unit *unit;
	atomic_t waiting;
	u64 from[NR_CPUS];
	u64 to[NR_CPUS];
};

/* The clock is one for all CPUs: it counts what all of them execute. */
static void run_on_cpu(void *arg)
{
	struct together *t = arg;
	unsigned int cpu = smp_processor_id(), i;

	atomic_dec(&t->waiting);
	while (atomic_read(&t->waiting))
		cpu_relax();
	t->from[cpu] = now();
	for (i = 0; i < BATCHES * t->unit->calls; i++)
		t->unit->once(cpu);
	t->to[cpu] = now();
}

static u64 together_span(const struct together *t, unsigned int cpus)
{
	u64 from = t->from[0], to = t->to[0];
	unsigned int i;

	for (i = 1; i < cpus; i++) {
		from = min(from, t->from[i]);
		to = max(to, t->to[i]);
	}
	return instructions(to - from);
}

/* CPU n on queue n, all at the same time. Only for units that run with interrupts off. */
int run_together(const struct unit *u, unsigned int cpus, struct figure *f)
{
	struct together *t;
	struct cpumask mask;
	unsigned int i;

	if (!u->irqs_off || !cpus || cpus > device_pairs() || cpus > num_online_cpus())
		return -EINVAL;
	t = kzalloc(sizeof(*t), GFP_KERNEL);
	if (!t)
		return -ENOMEM;
	cpumask_clear(&mask);
	for (i = 0; i < cpus; i++) {
		cpumask_set_cpu(i, &mask);
		unit_begin(u, i);
	}
	t->unit = u;
	atomic_set(&t->waiting, cpus);
	on_each_cpu_mask(&mask, run_on_cpu, t, true);
	for (i = 0; i < cpus; i++)
		unit_end(u, i);
	f->parts = (u64)cpus * BATCHES * u->calls * u->parts;
	f->milli = div64_u64(together_span(t, cpus) * 1000, f->parts);
	kfree(t);
	return 0;
}
