// SPDX-License-Identifier: GPL-2.0-only
/* Hooks that do nothing, on the functions of its parameters: the floor for real ones. */
#include <linux/module.h>
#include <linux/tracepoint.h>

#define PLACES_MAX 64

static char *functions[PLACES_MAX];
static unsigned int function_count;
module_param_array(functions, charp, &function_count, 0444);
MODULE_PARM_DESC(functions, "functions to hook with one ftrace_ops");

static char *tracepoints[PLACES_MAX];
static unsigned int tracepoint_count;
module_param_array(tracepoints, charp, &tracepoint_count, 0444);
MODULE_PARM_DESC(tracepoints, "tracepoints to put a probe on");

static struct tracepoint *found[PLACES_MAX];

static void nothing(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
		    struct ftrace_regs *fregs)
{
}

static void no_probe(void *data)
{
}

/*
 * One ftrace_ops for all of them: where a kernel has no trampoline for each, a
 * second one would send every hit of either through a list.
 */
static struct ftrace_ops hooks = { .func = nothing, .flags = RS_FTRACE_FLAGS };

static int attach_functions(void)
{
	unsigned int i;
	int err = 0;

	if (!function_count)
		return 0;
	for (i = 0; i < function_count && !err; i++)
		err = ftrace_set_filter(&hooks, (unsigned char *)functions[i],
					strlen(functions[i]), 0);
	return err ?: register_ftrace_function(&hooks);
}

static void match(struct tracepoint *tp, void *unused)
{
	unsigned int i;

	for (i = 0; i < tracepoint_count; i++)
		if (!strcmp(tp->name, tracepoints[i]))
			found[i] = tp;
}

static int attach_tracepoints(void)
{
	unsigned int i;
	int err = 0;

	for_each_kernel_tracepoint(match, NULL);
	for (i = 0; i < tracepoint_count && !err; i++) {
		err = found[i] ? tracepoint_probe_register(found[i], no_probe, NULL) : -ENOENT;
		if (err)
			found[i] = NULL;
	}
	return err;
}

static void detach_all(void)
{
	unsigned int i;

	for (i = 0; i < tracepoint_count; i++)
		if (found[i])
			tracepoint_probe_unregister(found[i], no_probe, NULL);
	tracepoint_synchronize_unregister();
	if (hooks.flags & FTRACE_OPS_FL_ENABLED)
		unregister_ftrace_function(&hooks);
}

static int __init floor_init(void)
{
	int err = attach_functions();

	if (!err)
		err = attach_tracepoints();
	if (err)
		detach_all();
	return err;
}

module_init(floor_init);
module_exit(detach_all);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Hooks that do nothing, to see what hooks cost");
