// SPDX-License-Identifier: GPL-2.0-only
#include <linux/math64.h>
#include <linux/time64.h>
#include "clock.h"

/**
 * rs_clock_ns - nanoseconds of a number of cycles
 * @cycles: as get_cycles() counts them
 *
 * By the counter's own rate, which does not change. What another clock did
 * meanwhile is no measure: it may stand still while the machine is suspended.
 *
 * Return: nanoseconds; 0 where the rate is not known.
 */
u64 rs_clock_ns(u64 cycles)
{
	u32 khz = rs_cycles_khz();

	return khz ? mul_u64_u32_div(cycles, USEC_PER_SEC, khz) : 0;
}
