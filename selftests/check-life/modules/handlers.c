// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts by itself how often each line's handler has run. The kernel's own
 * count in /proc/interrupts leaves out what it runs again for an interrupt that
 * came meanwhile, on another CPU.
 */
#include <linux/atomic.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/tracepoint.h>

#define LINES 512

static atomic_t runs[LINES];

static void ran(unsigned int irq)
{
	if (irq < LINES)
		atomic_inc(&runs[irq]);
}

static int runs_get(char *text, const struct kernel_param *kp)
{
	unsigned int i;
	int n = 0;

	for (i = 0; i < LINES; i++)
		if (atomic_read(&runs[i]))
			n += scnprintf(text + n, PAGE_SIZE - n, "%u %u\n", i,
				       atomic_read(&runs[i]));
	return n;
}

static const struct kernel_param_ops runs_ops = {.get = runs_get};
module_param_cb(runs, &runs_ops, NULL, 0444);
MODULE_PARM_DESC(runs, "lines of: interrupt line, how often its handler ran since the load");

#ifdef CONFIG_TRACEPOINTS
static struct tracepoint *exit_point;

static void handler_exit(void *data, int irq, struct irqaction *action, int ret)
{
	ran(irq);
}

static void match(struct tracepoint *tp, void *data)
{
	if (!strcmp(tp->name, "irq_handler_exit"))
		exit_point = tp;
}

static int __init handlers_init(void)
{
	for_each_kernel_tracepoint(match, NULL);
	return exit_point ? tracepoint_probe_register(exit_point, handler_exit, NULL) : -ENOENT;
}

static void __exit handlers_exit(void)
{
	tracepoint_probe_unregister(exit_point, handler_exit, NULL);
	tracepoint_synchronize_unregister();
}
#else
/* handle_irq_event(desc) runs them; what it calls for that may be inlined. */
static int run_begins(struct kprobe *probe, struct pt_regs *regs)
{
	const struct irq_desc *desc = (const struct irq_desc *)regs_get_kernel_argument(regs, 0);

	ran(desc->irq_data.irq);
	return 0;
}

static struct kprobe run = {
	.symbol_name = "handle_irq_event",
	.pre_handler = run_begins,
};

static int __init handlers_init(void)
{
	return register_kprobe(&run);
}

static void __exit handlers_exit(void)
{
	unregister_kprobe(&run);
}
#endif

module_init(handlers_init);
module_exit(handlers_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Counts the runs of each interrupt line's handler");
