// SPDX-License-Identifier: GPL-2.0-only
/* Hooks that do nothing, on the functions ringside hooks where it is hot: the floor. */
#include <linux/module.h>
#include <trace/events/napi.h>

static void nothing(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
		    struct ftrace_regs *fregs)
{
}

static void no_poll(void *data, struct napi_struct *napi, int work, int budget)
{
}

static const char * const symbols[] = {
	"note_interrupt", "virtnet_poll", "free_old_xmit", "free_old_xmit_skbs",
};

/*
 * One ftrace_ops for all of them: where a kernel has no trampoline for each, a
 * second one would send every hit of either through a list.
 */
static struct ftrace_ops hooks = { .func = nothing, .flags = RS_FTRACE_FLAGS };

static int attach(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(symbols); i++)
		ftrace_set_filter(&hooks, (unsigned char *)symbols[i], strlen(symbols[i]), 0);
	return register_ftrace_function(&hooks);
}

static int __init floor_init(void)
{
	int err = attach();

	if (err)
		return err;
	err = register_trace_napi_poll(no_poll, NULL);
	if (err)
		unregister_ftrace_function(&hooks);
	return err;
}

static void __exit floor_exit(void)
{
	unregister_trace_napi_poll(no_poll, NULL);
	tracepoint_synchronize_unregister();
	unregister_ftrace_function(&hooks);
}

module_init(floor_init);
module_exit(floor_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Hooks that do nothing, to see what hooks cost");
