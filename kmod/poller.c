// SPDX-License-Identifier: GPL-2.0-only
#include <linux/hash.h>
#include <linux/sched.h>
#include <linux/percpu.h>
#include "poller.h"

#define PROBES 8

struct rs_poller_table __percpu *rs_pollers;
unsigned int rs_poller_epoch = 1;

static struct rs_poller *slot_claim(struct rs_poller *p, pid_t pid)
{
	memcpy(p->name, current->comm, sizeof(p->name));
	smp_store_release(&p->pid, pid);	/* the name is there */
	return p;
}

static struct rs_poller *slot_of(struct rs_poller_table *t, pid_t pid)
{
	unsigned int i, at = hash_32(pid, RS_POLLER_BITS);
	struct rs_poller *p;

	for (i = 0; i < PROBES; i++) {
		p = &t->slot[(at + i) % RS_POLLER_SLOTS];
		if (p->pid == pid)
			return p;
		if (!p->pid && pid == current->tgid)
			return slot_claim(p, pid);
	}
	return &t->others;
}

/* As rs_poller_count(), for another process than the last time or after a reset. */
void rs_poller_count_other(struct rs_poller_table *t, pid_t pid, unsigned int packets)
{
	if (t->epoch != READ_ONCE(rs_poller_epoch)) {
		memset(t->slot, 0, sizeof(t->slot));
		memset(&t->others, 0, sizeof(t->others));
		smp_store_release(&t->epoch, rs_poller_epoch);	/* it is empty */
	}
	t->pid = pid;
	t->last = slot_of(t, t->pid);
	t->last->polls++;
	t->last->packets += packets;
}

static void add(struct rs_poller *sum, const struct rs_poller *p)
{
	sum->polls += READ_ONCE(p->polls);
	sum->packets += READ_ONCE(p->packets);
}

/* Add @p to the row of its process, a new one, or to @others when there is no room. */
static unsigned int collect(struct rs_poller *list, unsigned int n, unsigned int max,
			    const struct rs_poller *p, struct rs_poller *others)
{
	pid_t pid = smp_load_acquire(&p->pid);	/* slot_claim() */
	unsigned int i;

	for (i = 0; i < n && list[i].pid != pid; i++)
		;
	if (i == max) {
		add(others, p);
		return n;
	}
	if (i == n) {
		list[i] = (struct rs_poller){ .pid = pid };
		memcpy(list[i].name, p->name, sizeof(list[i].name));
	}
	add(&list[i], p);
	return max(n, i + 1);
}

/**
 * rs_poller_read - the processes that polled since the load or the last reset
 * @list: receives them, in no order
 * @max: the size of @list
 * @others: receives what processes without a row did
 *
 * Return: how many rows were filled in.
 */
unsigned int rs_poller_read(struct rs_poller *list, unsigned int max, struct rs_poller *others)
{
	unsigned int i, n = 0;
	struct rs_poller_table *t;
	int cpu;

	memset(others, 0, sizeof(*others));
	for_each_possible_cpu(cpu) {
		t = per_cpu_ptr(rs_pollers, cpu);
		if (smp_load_acquire(&t->epoch) != rs_poller_epoch)	/* rs_poller_count() */
			continue;
		for (i = 0; i < RS_POLLER_SLOTS; i++)
			if (READ_ONCE(t->slot[i].pid))
				n = collect(list, n, max, &t->slot[i], others);
		add(others, &t->others);
	}
	return n;
}

void rs_poller_reset(void)
{
	WRITE_ONCE(rs_poller_epoch, rs_poller_epoch + 1);
}

/* Two and a half kilobytes per CPU: too much of what all modules' static data share. */
int rs_poller_init(void)
{
	rs_pollers = alloc_percpu(struct rs_poller_table);
	if (!rs_pollers)
		pr_err("no memory to count busy pollers; free some and load ringside again\n");
	return rs_pollers ? 0 : -ENOMEM;
}

void rs_poller_exit(void)
{
	free_percpu(rs_pollers);
}
