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

static struct hook {
	const char *symbols[2];
	struct ftrace_ops ops;
	bool attached;
} hooks[] = {
	{ { "note_interrupt" } },
	{ { "virtnet_poll" } },
	{ { "free_old_xmit", "free_old_xmit_skbs" } },
};

static int attach(struct hook *h)
{
	unsigned int i;
	int err = -ENOENT;

	h->ops.func = nothing;
	h->ops.flags = RS_FTRACE_FLAGS;
	for (i = 0; i < ARRAY_SIZE(h->symbols) && h->symbols[i] && err; i++)
		err = ftrace_set_filter(&h->ops, (unsigned char *)h->symbols[i],
					strlen(h->symbols[i]), 1);
	if (!err)
		err = register_ftrace_function(&h->ops);
	h->attached = !err;
	return err;
}

static void detach_all(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (hooks[i].attached)
			unregister_ftrace_function(&hooks[i].ops);
	unregister_trace_napi_poll(no_poll, NULL);
	tracepoint_synchronize_unregister();
}

static int __init floor_init(void)
{
	int err = register_trace_napi_poll(no_poll, NULL);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hooks) && !err; i++)
		err = attach(&hooks[i]);
	if (err)
		detach_all();
	return err;
}

module_init(floor_init);
module_exit(detach_all);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Hooks that do nothing, to see what hooks cost");
