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
MODULE_PARM_DESC(function, "the function to refuse (default: an allocation)");

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

static struct kprobe probe = {.post_handler = passed};

#ifdef CONFIG_FAULT_INJECTION
static void allocations_begin(void)
{
	current->fail_nth = nth;
}

static void allocations_end(void)
{
	seen = nth - current->fail_nth;
	current->fail_nth = 0;
}
#else
static void allocations_begin(void)
{
}

static void allocations_end(void)
{
}
#endif

/* do_one_initcall(init) is where the loading itself is done, and the module's part begins. */
static int initialized(struct kprobe *p, struct pt_regs *regs)
{
	if (is_victims(regs_get_kernel_argument(regs, 0)))
		allocations_begin();
	return 0;
}
NOKPROBE_SYMBOL(initialized);

/* Comes in the context of the process that loads; going is also what an unload says. */
static int module_event(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct module *module = data;

	if (strcmp(module->name, VICTIM))
		return NOTIFY_DONE;
	if (event == MODULE_STATE_COMING)
		seen = 0;
	else if (loading && !function)
		allocations_end();
	loading = event == MODULE_STATE_COMING;
	return NOTIFY_DONE;
}

/* First of all at the end: what others do then is not the load's. */
static struct notifier_block module_nb = {
	.notifier_call = module_event,
	.priority = INT_MAX,
};

static int __init refuser_init(void)
{
	int err;

	if (!function && !IS_ENABLED(CONFIG_FAULT_INJECTION))
		return -EOPNOTSUPP;
	probe.symbol_name = function ?: "do_one_initcall";
	probe.pre_handler = function ? called : initialized;
	err = register_kprobe(&probe);
	return err ?: register_module_notifier(&module_nb);
}

static void __exit refuser_exit(void)
{
	unregister_module_notifier(&module_nb);
	unregister_kprobe(&probe);
}

module_init(refuser_init);
module_exit(refuser_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Refuses ringside what it needs to load");
