// SPDX-License-Identifier: GPL-2.0-only
/* The hot path takes time in cycles; what a cycle is worth is asked here. */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/timex.h>
#include "ringside.h"

static u64 start_ns;
static cycles_t start_cycles;

void rs_clock_init(void)
{
	start_ns = ktime_get_ns();
	start_cycles = get_cycles();
}

/* Nanoseconds of @cycles, by what both clocks did since the load; 0: no such counter. */
u64 rs_clock_ns(u64 cycles)
{
	u64 passed = get_cycles() - start_cycles;
	u64 ns = ktime_get_ns() - start_ns;

	for (; passed >> 32 || ns >> 32; passed >>= 1)
		ns >>= 1;
	return passed ? mul_u64_u64_shr(cycles, div64_u64(ns << 16, passed), 16) : 0;
}
