// SPDX-License-Identifier: GPL-2.0-only
/*
 * Refuses ringside something while it is loaded: its nth call of a function
 * returns a value of ours and does nothing; without a function, the nth
 * allocation that its init leads to fails, wherever in the kernel (only where
 * that has fault injection).
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/sched.h>

#define VICTIM "ringside"

static char *function;
module_param(function, charp, 0444);
MODULE_PARM_DESC(function, "whose call is refused (default: an allocation is)");

static int nth;
module_param(nth, int, 0644);
MODULE_PARM_DESC(nth, "which call or allocation of a load is refused, from 1 (default 0: none)");

static int times = 1;
module_param(times, int, 0644);
MODULE_PARM_DESC(times, "how many calls in a row, from the nth on (default 1)");

static long value;
module_param(value, long, 0444);
MODULE_PARM_DESC(value, "what the refused function returns (default 0)");

static int seen;
module_param(seen, int, 0444);
MODULE_PARM_DESC(seen, "calls since the load began, or its allocations up to the refused one");

static bool loading;

static long refused(void)
{
	return value;
}

static unsigned long caller(struct pt_regs *regs)
{
#ifdef CONFIG_ARM64
	return procedure_link_pointer(regs);
#else
	return regs_get_kernel_stack_nth(regs, 0);
#endif
}

static bool is_victims(unsigned long address)
{
	char name[KSYM_SYMBOL_LEN];

	snprintf(name, sizeof(name), "%pS", (void *)address);
	return strstr(name, "[" VICTIM "]");
}

static int called(struct kprobe *p, struct pt_regs *regs)
{
	if (!is_victims(caller(regs)))
		return 0;
	seen++;
	if (!nth || seen < nth || seen >= nth + times)
		return 0;
	instruction_pointer_set(regs, (unsigned long)refused);
	return 1;
}
NOKPROBE_SYMBOL(called);

/* With it the kernel makes no jump of the probe, which would ignore where we go. */
static void passed(struct kprobe *p, struct pt_regs *regs, unsigned long flags)
{
}
NOKPROBE_SYMBOL(passed);

static struct kprobe probe = {.pre_handler = called, .post_handler = passed};

static void allocations_begin(void)
{
#ifdef CONFIG_FAULT_INJECTION
	current->fail_nth = function ? 0 : nth;
#endif
}

static void allocations_end(void)
{
#ifdef CONFIG_FAULT_INJECTION
	if (!function)
		seen = nth - current->fail_nth;
	current->fail_nth = 0;
#endif
}

/* Comes in the context of the process that loads; going is also what an unload says. */
static int module_event(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct module *module = data;

	if (strcmp(module->name, VICTIM))
		return NOTIFY_DONE;
	if (event == MODULE_STATE_COMING) {
		loading = true;
		seen = 0;
		allocations_begin();
	} else if (loading) {
		loading = false;
		allocations_end();
	}
	return NOTIFY_DONE;
}

/* Last of all, so that only init is left to come. */
static struct notifier_block module_nb = {
	.notifier_call = module_event,
	.priority = INT_MIN,
};

static int __init refuser_init(void)
{
	int err;

	if (!function && !IS_ENABLED(CONFIG_FAULT_INJECTION))
		return -EOPNOTSUPP;
	probe.symbol_name = function;
	err = function ? register_kprobe(&probe) : 0;
	return err ?: register_module_notifier(&module_nb);
}

static void __exit refuser_exit(void)
{
	unregister_module_notifier(&module_nb);
	if (function)
		unregister_kprobe(&probe);
}

module_init(refuser_init);
module_exit(refuser_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Refuses ringside what it needs to load");
