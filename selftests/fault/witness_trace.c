// SPDX-License-Identifier: GPL-2.0-only
/* What the witness sees, by the kernel's own tracepoints. */
#include <linux/interrupt.h>
#include <linux/tracepoint.h>
#include "witness_guest.h"

static void on_irq_exit(void *data, int irq, struct irqaction *action, int ret)
{
	witness_saw_irq(irq, action, ret);
}

static void on_softirq(void *data, unsigned int vec)
{
	witness_saw_softirq(vec);
}

static void on_receive(void *data, const struct sk_buff *skb)
{
	witness_saw_frame(skb);
}

static void on_poll_end(void *data, struct napi_struct *napi, int work, int budget)
{
	witness_saw_poll(napi, budget);
}

static struct {
	const char *name;
	void *probe;
	struct tracepoint *tp;
} points[] = {
	{"irq_handler_exit", on_irq_exit},
	{"softirq_entry", on_softirq},
	{"napi_gro_receive_entry", on_receive},
	{"napi_poll", on_poll_end},
};

static void match_point(struct tracepoint *tp, void *unused)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(points); i++)
		if (!strcmp(tp->name, points[i].name))
			points[i].tp = tp;
}

void witness_look_stop(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(points); i++)
		if (points[i].tp)
			tracepoint_probe_unregister(points[i].tp, points[i].probe, NULL);
	tracepoint_synchronize_unregister();
}

int witness_look_start(void)
{
	int i, err = 0;

	for_each_kernel_tracepoint(match_point, NULL);
	for (i = 0; i < ARRAY_SIZE(points) && !err; i++)
		err = points[i].tp ? tracepoint_probe_register(points[i].tp, points[i].probe, NULL)
				   : -ENOENT;
	if (!err)
		return 0;
	pr_err("witness: cannot attach to the tracepoint %s\n", points[i - 1].name);
	points[i - 1].tp = NULL;
	witness_look_stop();
	return err;
}
