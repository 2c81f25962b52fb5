/* SPDX-License-Identifier: GPL-2.0-only */
/* How long each CPU was in net_rx_action, and how often it ran out of time. */
#ifndef RS_SOFTIRQ_H
#define RS_SOFTIRQ_H

#include <linux/types.h>

/**
 * struct rs_softirq - net_rx_action on one CPU
 * @cycles: spent in it
 * @ns: the same in nanoseconds
 * @runs: how often it ran
 * @time_squeeze: how often it stopped with work left
 * @timed: @ns and @runs are counted
 */
struct rs_softirq {
	u64 cycles;
	u64 ns;
	u64 runs;
	u32 time_squeeze;
	bool timed;
};

int rs_softirq_init(void);
void rs_softirq_exit(void);
void rs_softirq_read(int cpu, struct rs_softirq *r);
void rs_softirq_reset(void);

#endif
