/* SPDX-License-Identifier: GPL-2.0-only */
/* What the hot path asks of the table of busy pollers. */
#ifndef RS_POLLER_H
#define RS_POLLER_H

#include <linux/percpu.h>
#include <linux/sched.h>
#include "ringside.h"

#define RS_POLLER_BITS 6
#define RS_POLLER_SLOTS (1 << RS_POLLER_BITS)

/**
 * struct rs_poller_table - the processes that busy-poll on one CPU
 * @epoch: a table of an older one counts for nothing, until its CPU empties it
 * @pid: who polled last
 * @last: that one's row
 *
 * Written on its own CPU with softirqs off.
 */
struct rs_poller_table {
	unsigned int epoch;
	pid_t pid;
	struct rs_poller *last;
	struct rs_poller slot[RS_POLLER_SLOTS];
	struct rs_poller others;
};

DECLARE_PER_CPU(struct rs_poller_table, rs_pollers);
extern unsigned int rs_poller_epoch;

void rs_poller_count_other(struct rs_poller_table *t, unsigned int packets);

/* The current process has polled: @packets came of it. Softirqs are off. */
static inline void rs_poller_count(unsigned int packets)
{
	struct rs_poller_table *t = this_cpu_ptr(&rs_pollers);

	if (unlikely(t->pid != current->tgid || t->epoch != READ_ONCE(rs_poller_epoch))) {
		rs_poller_count_other(t, packets);
		return;
	}
	t->last->polls++;
	t->last->packets += packets;
}

#endif
