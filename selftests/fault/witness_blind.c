// SPDX-License-Identifier: GPL-2.0-only
/* Takes ringside's probes off the interrupts' tracepoints for a while: the kernel counts on. */
#include <linux/tracepoint.h>
#include "witness_guest.h"

#define PROBES_MAX 4

static struct {
	struct tracepoint *tp;
	void *probe;
	void *data;
} taken[PROBES_MAX];
static int taken_n;

static bool is_ringside(const void *probe)
{
	char name[48];

	snprintf(name, sizeof(name), "%ps", probe);
	return strstr(name, "[ringside]");
}

static void find_probes(struct tracepoint *tp, void *unused)
{
	struct tracepoint_func *func;

	if (strcmp(tp->name, "irq_handler_entry") && strcmp(tp->name, "irq_handler_exit"))
		return;
	rcu_read_lock_sched();
	func = rcu_dereference_sched(tp->funcs);
	for (; func && func->func; func++) {
		if (!is_ringside(func->func) || taken_n == PROBES_MAX)
			continue;
		taken[taken_n].tp = tp;
		taken[taken_n].probe = func->func;
		taken[taken_n].data = func->data;
		taken_n++;
	}
	rcu_read_unlock_sched();
}

int witness_blind(void)
{
	int i, err = 0;

	if (taken_n)
		return -EBUSY;
	for_each_kernel_tracepoint(find_probes, NULL);
	for (i = 0; i < taken_n && !err; i++)
		err = tracepoint_probe_unregister(taken[i].tp, taken[i].probe, taken[i].data);
	tracepoint_synchronize_unregister();
	return taken_n ? err : -ENOENT;
}

int witness_see(void)
{
	int err = 0;

	while (taken_n && !err) {
		taken_n--;
		err = tracepoint_probe_register(taken[taken_n].tp, taken[taken_n].probe,
						taken[taken_n].data);
	}
	return err;
}
