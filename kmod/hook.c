// SPDX-License-Identifier: GPL-2.0-only
/* The table of hooks: where ringside looks, and what it loses without. */
#include <trace/events/napi.h>
#include "ringside.h"

struct hook {
	const char *symbols[3];
	enum rs_hook_kind kind;
	void *handler;
	bool needed;
	const char *loses;

	const char *symbol;
	enum rs_hook_state state;
	struct ftrace_ops ops;
	struct kprobe kprobe;
};

static struct hook hooks[] = {
	{ .symbols = { "note_interrupt" }, .kind = RS_FTRACE,
	  .handler = rs_irq_note, .needed = true, .loses = "everything" },
	{ .symbols = { "vring_del_virtqueue" }, .kind = RS_KPROBE,
	  .handler = rs_queue_gone, .needed = true, .loses = "everything" },
	{ .symbols = { "virtqueue_resize" }, .kind = RS_KPROBE,
	  .handler = rs_queue_gone, .loses = "nothing-where-rings-cannot-be-resized" },
	{ .symbols = { "virtqueue_reset" }, .kind = RS_KPROBE,
	  .handler = rs_queue_gone, .loses = "nothing-where-rings-cannot-be-reset" },
	{ .symbols = { "napi_poll" }, .kind = RS_TRACEPOINT,
	  .handler = rs_poll_done, .loses = "polls-and-packets" },
	{ .symbols = { "virtnet_poll" }, .kind = RS_FTRACE,
	  .handler = rs_poll_enter, .loses = "who-consumed-receive-entries" },
	{ .symbols = { "free_old_xmit", "free_old_xmit_skbs" }, .kind = RS_FTRACE,
	  .handler = rs_poll_clean, .loses = "who-consumed-transmit-entries" },
};

static int ftrace_attach(struct hook *h)
{
	int err;

	h->ops.func = h->handler;
	h->ops.flags = RS_FTRACE_FLAGS;
	err = ftrace_set_filter(&h->ops, (unsigned char *)h->symbol,
				strlen(h->symbol), 1);
	if (!err)
		err = register_ftrace_function(&h->ops);
	if (err)
		ftrace_set_filter(&h->ops, NULL, 0, 1);
	return err;
}

/* An empty filter frees the old one; ftrace_free_filter() is not exported everywhere. */
static void ftrace_detach(struct hook *h)
{
	unregister_ftrace_function(&h->ops);
	ftrace_set_filter(&h->ops, NULL, 0, 1);
}

static int kprobe_attach(struct hook *h)
{
	h->kprobe = (struct kprobe){
		.symbol_name = h->symbol,
		.pre_handler = h->handler,
	};
	return register_kprobe(&h->kprobe);
}

static void kprobe_detach(struct hook *h)
{
	unregister_kprobe(&h->kprobe);
}

static int tracepoint_attach(struct hook *h)
{
	return register_trace_napi_poll(h->handler, NULL);
}

static void tracepoint_detach(struct hook *h)
{
	unregister_trace_napi_poll(h->handler, NULL);
	tracepoint_synchronize_unregister();
}

static const struct {
	const char *name;
	int (*attach)(struct hook *h);
	void (*detach)(struct hook *h);
} kinds[] = {
	[RS_FTRACE] = { "ftrace", ftrace_attach, ftrace_detach },
	[RS_KPROBE] = { "kprobe", kprobe_attach, kprobe_detach },
	[RS_TRACEPOINT] = { "tracepoint", tracepoint_attach, tracepoint_detach },
};

static int hook_attach(struct hook *h)
{
	unsigned int i;
	int err = -ENOENT;

	for (i = 0; i < ARRAY_SIZE(h->symbols) && h->symbols[i] && err; i++) {
		h->symbol = h->symbols[i];
		err = kinds[h->kind].attach(h);
	}
	h->state = err ? RS_ABSENT : RS_ATTACHED;
	return err;
}

static void hook_detach(struct hook *h)
{
	if (h->state == RS_ATTACHED)
		kinds[h->kind].detach(h);
	h->state = RS_ABSENT;
}

/* Drivers may be loaded after ringside: what was absent may be there now. */
void rs_hook_retry(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (hooks[i].state == RS_ABSENT)
			hook_attach(&hooks[i]);
}

/**
 * rs_hook_init - attach every hook that this kernel has
 *
 * Return: 0; -ENOENT with one line in the log where a needed one is missing.
 */
int rs_hook_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		if (!hook_attach(&hooks[i]) || !hooks[i].needed)
			continue;
		pr_err("cannot hook %s, which this kernel does not let ringside trace; boot one with CONFIG_FUNCTION_TRACER and CONFIG_KPROBES\n",
		       hooks[i].symbols[0]);
		rs_hook_exit();
		return -ENOENT;
	}
	return 0;
}

void rs_hook_exit(void)
{
	unsigned int i = ARRAY_SIZE(hooks);

	while (i--)
		hook_detach(&hooks[i]);
}

/* Row @i of the table as people and machines see it; false past its end. */
bool rs_hook_info(unsigned int i, struct rs_hook_info *info)
{
	static const char * const states[] = {
		[RS_ABSENT] = "absent", [RS_ATTACHED] = "attached",
	};

	if (i >= ARRAY_SIZE(hooks))
		return false;
	info->symbol = hooks[i].symbol ?: hooks[i].symbols[0];
	info->kind = kinds[hooks[i].kind].name;
	info->state = states[hooks[i].state];
	info->loses = hooks[i].loses;
	info->missed = hooks[i].kprobe.nmissed;
	return true;
}

bool rs_hook_attached(const void *handler)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (hooks[i].handler == handler)
			return hooks[i].state == RS_ATTACHED;
	return false;
}
