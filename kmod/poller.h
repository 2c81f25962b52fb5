/* SPDX-License-Identifier: GPL-2.0-only */
/* Which processes busy-poll, by name and pid. */
#ifndef RS_POLLER_H
#define RS_POLLER_H

#include <linux/percpu.h>
#include <linux/sched.h>

struct rs_poller {
	pid_t pid;
	char name[TASK_COMM_LEN];
	u64 polls;
	u64 packets;
};

#define RS_POLLER_BITS 6
#define RS_POLLER_SLOTS (1 << RS_POLLER_BITS)

/**
 * struct rs_poller_table - the processes that busy-poll on one CPU
 * @epoch: a table of another reset counts for nothing, until its CPU empties it
 * @pid: the process that polled last
 * @last: its row
 *
 * Written on its own CPU with softirqs disabled.
 */
struct rs_poller_table {
	unsigned int epoch;
	pid_t pid;
	struct rs_poller *last;
	struct rs_poller slot[RS_POLLER_SLOTS];
	struct rs_poller others;
};

extern struct rs_poller_table __percpu *rs_pollers;
extern unsigned int rs_poller_epoch;

int rs_poller_init(void);
void rs_poller_exit(void);
unsigned int rs_poller_read(struct rs_poller *list, unsigned int max, struct rs_poller *others);
void rs_poller_reset(void);
void rs_poller_count_other(struct rs_poller_table *t, pid_t pid, unsigned int packets);

/*
 * The process @pid has polled, mostly the current one: @packets came of it. Softirqs
 * are disabled.
 */
static inline void rs_poller_count(pid_t pid, unsigned int packets)
{
	struct rs_poller_table *t = this_cpu_ptr(rs_pollers);

	if (unlikely(t->pid != pid || t->epoch != READ_ONCE(rs_poller_epoch))) {
		rs_poller_count_other(t, pid, packets);
		return;
	}
	t->last->polls++;
	t->last->packets += packets;
}

#endif
