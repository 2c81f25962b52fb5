// SPDX-License-Identifier: GPL-2.0-only
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include "widen.h"

static unsigned int widen_seed = 1;
module_param(widen_seed, uint, 0444);
MODULE_PARM_DESC(widen_seed, "test build: where the pseudo-random waits begin (default 1)");

static unsigned int widen_us = 1000;
module_param(widen_us, uint, 0644);
MODULE_PARM_DESC(widen_us, "test build: the longest wait in microseconds (default 1000)");

static DEFINE_PER_CPU(u32, state);

/* Seven of eight points do not wait: a run must still get somewhere. */
#define RARITY 8

static u32 random_next(void)
{
	u32 x = this_cpu_read(state);

	if (!x)
		x = widen_seed + raw_smp_processor_id() * 2654435761U + 1;
	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	this_cpu_write(state, x);
	return x;
}

/* Callable from any context. */
void rs_widen(void)
{
	u32 random = random_next();

	if (random % RARITY == 0 && widen_us)
		udelay(random / RARITY % widen_us + 1);
}
