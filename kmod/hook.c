// SPDX-License-Identifier: GPL-2.0-only
/* The table of hooks: where ringside looks, and what it loses without. */
#include <linux/tracepoint.h>
#include <linux/module.h>
#include "ringside.h"

static DEFINE_MUTEX(hook_lock);

struct hook {
	const char *symbols[3];
	enum rs_hook_kind kind;
	void *handler;
	const char *module;	/* goes and comes back with it */
	bool needed;
	bool on_demand;		/* attached when something needs it */
	bool if_present;	/* without the function there is nothing to lose */
	const char *loses;

	const char *symbol;
	enum rs_hook_state state;
	struct ftrace_ops ops;
	struct tracepoint *tracepoint;
};

static struct hook hooks[] = {
	{ .symbols = { "irq_handler_entry" }, .kind = RS_TRACEPOINT,
	  .handler = rs_irq_enter, .needed = true, .loses = "everything" },
	{ .symbols = { "irq_handler_exit" }, .kind = RS_TRACEPOINT,
	  .handler = rs_irq_leave, .needed = true, .loses = "everything" },
	{ .symbols = { "vring_del_virtqueue" }, .kind = RS_FTRACE,
	  .handler = rs_queue_gone, .needed = true, .loses = "everything" },
	{ .symbols = { "virtqueue_resize" }, .kind = RS_FTRACE,
	  .handler = rs_queue_gone, .if_present = true,
	  .loses = "rings-resized-while-watched" },
	{ .symbols = { "virtqueue_reset" }, .kind = RS_FTRACE,
	  .handler = rs_queue_gone, .if_present = true,
	  .loses = "rings-reset-while-watched" },
	{ .symbols = { "napi_poll" }, .kind = RS_TRACEPOINT,
	  .handler = rs_poll_done, .loses = "polls-and-who-consumed-receive-entries" },
	{ .symbols = { "free_old_xmit", "free_old_xmit_skbs" }, .kind = RS_FTRACE,
	  .module = "virtio_net",
	  .handler = rs_poll_clean, .loses = "who-consumed-transmit-entries" },
	{ .symbols = { "softirq_entry" }, .kind = RS_TRACEPOINT, .on_demand = true,
	  .handler = rs_softirq_enter, .loses = "time-in-net_rx_action" },
	{ .symbols = { "softirq_exit" }, .kind = RS_TRACEPOINT, .on_demand = true,
	  .handler = rs_softirq_leave, .loses = "time-in-net_rx_action" },
	{ .symbols = { "__report_bad_irq" }, .kind = RS_FTRACE,
	  .handler = rs_spurious_given_up, .loses = "when-an-irq-was-disabled" },
	{ .symbols = { "vring_interrupt" }, .kind = RS_FTRACE, .on_demand = true,
	  .handler = rs_irq_visit, .loses = "results-of-shared-interrupts" },
	{ .symbols = { "virtio_config_changed" }, .kind = RS_FTRACE, .on_demand = true,
	  .handler = rs_irq_config, .loses = "results-of-shared-interrupts" },
	{ .symbols = { "skb_recv_done" }, .kind = RS_FTRACE, .on_demand = true,
	  .module = "virtio_net",
	  .handler = rs_irq_callback, .loses = "results-of-shared-interrupts" },
	{ .symbols = { "skb_xmit_done" }, .kind = RS_FTRACE, .on_demand = true,
	  .module = "virtio_net",
	  .handler = rs_irq_callback, .loses = "results-of-shared-interrupts" },
};

static const void *filter_of(const struct hook *h)
{
	return rcu_access_pointer(h->ops.func_hash->filter_hash);
}

/*
 * An empty filter means every function. That is what comes of a filter for whose
 * one entry there was no memory: ftrace_match_records() returns -ENOMEM, and
 * ftrace_set_filter() takes it for a match.
 */
static int filter_set(struct hook *h)
{
	int err = ftrace_set_filter(&h->ops, NULL, 0, 1);
	const void *empty;

	if (err)
		return err;
	empty = filter_of(h);
	err = ftrace_set_filter(&h->ops, (unsigned char *)h->symbol,
				strlen(h->symbol), 1);
	return err ?: filter_of(h) == empty ? -ENOMEM : 0;
}

static int ftrace_attach(struct hook *h)
{
	int err;

	h->ops.func = h->handler;
	h->ops.flags = RS_FTRACE_FLAGS;
	err = filter_set(h);
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

static void tracepoint_match(struct tracepoint *tp, void *hook)
{
	struct hook *h = hook;

	if (!strcmp(tp->name, h->symbol))
		h->tracepoint = tp;
}

/* Not every tracepoint is exported, but all of the kernel's own can be listed. */
static int tracepoint_attach(struct hook *h)
{
	h->tracepoint = NULL;
	for_each_kernel_tracepoint(tracepoint_match, h);
	if (!h->tracepoint)
		return -ENOENT;
	return tracepoint_probe_register(h->tracepoint, h->handler, NULL);
}

static void tracepoint_detach(struct hook *h)
{
	tracepoint_probe_unregister(h->tracepoint, h->handler, NULL);
	tracepoint_synchronize_unregister();
}

static const struct {
	const char *name;
	int (*attach)(struct hook *h);
	void (*detach)(struct hook *h);
} kinds[] = {
	[RS_FTRACE] = { "ftrace", ftrace_attach, ftrace_detach },
	[RS_TRACEPOINT] = { "tracepoint", tracepoint_attach, tracepoint_detach },
};

/* ftrace says -EINVAL where no function has the name, -ENODEV where it is not there. */
static enum rs_hook_state attach_state(const struct hook *h, int err)
{
	if (!err)
		return RS_ATTACHED;
	if (err != -ENOENT && err != -EINVAL && err != -ENODEV)
		return RS_FAILED;
	return h->if_present ? RS_STANDBY : RS_ABSENT;
}

static int hook_attach(struct hook *h)
{
	unsigned int i;
	int err = -ENOENT;

	for (i = 0; i < ARRAY_SIZE(h->symbols) && h->symbols[i] && err; i++) {
		h->symbol = h->symbols[i];
		err = kinds[h->kind].attach(h);
	}
	h->state = attach_state(h, err);
	return err;
}

static void hook_detach(struct hook *h)
{
	if (h->state == RS_ATTACHED)
		kinds[h->kind].detach(h);
	h->state = h->on_demand ? RS_STANDBY : RS_ABSENT;
}

/**
 * rs_hook_want - attach the hooks with this handler that wait for their use
 * @handler: as in the table
 *
 * Return: 0 when all of them are attached, or an errno.
 */
int rs_hook_want(const void *handler)
{
	unsigned int i;
	int err = 0;

	mutex_lock(&hook_lock);
	for (i = 0; i < ARRAY_SIZE(hooks) && !err; i++)
		if (hooks[i].handler == handler && hooks[i].state != RS_ATTACHED)
			err = hook_attach(&hooks[i]);
	mutex_unlock(&hook_lock);
	return err;
}

/* Those hooks are not needed any more. */
void rs_hook_drop(const void *handler)
{
	unsigned int i;

	mutex_lock(&hook_lock);
	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (hooks[i].handler == handler)
			hook_detach(&hooks[i]);
	mutex_unlock(&hook_lock);
}

/* Drivers may be loaded after ringside: what was absent may be there now. */
void rs_hook_retry(void)
{
	unsigned int i;

	mutex_lock(&hook_lock);
	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (hooks[i].state != RS_ATTACHED && !hooks[i].on_demand)
			hook_attach(&hooks[i]);
	mutex_unlock(&hook_lock);
}

/* A filter holds addresses: they mean nothing once the module is gone. */
static int module_event(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct module *module = data;
	unsigned int i;

	if (event != MODULE_STATE_GOING)
		return NOTIFY_DONE;
	mutex_lock(&hook_lock);
	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (hooks[i].module && !strcmp(hooks[i].module, module->name))
			hook_detach(&hooks[i]);
	mutex_unlock(&hook_lock);
	rs_poll_forget_sites();
	return NOTIFY_DONE;
}

static struct notifier_block module_nb = { .notifier_call = module_event };

static void detach_all(void)
{
	unsigned int i = ARRAY_SIZE(hooks);

	while (i--)
		hook_detach(&hooks[i]);
}

/* A hook that must be there could not be attached: why, in one line. */
static int refuse(const struct hook *h, int err)
{
	if (h->state == RS_FAILED) {
		pr_err("cannot hook %s: error %d; is kernel.ftrace_enabled 1, and is there memory?\n",
		       h->symbol, err);
		return err;
	}
	pr_err("cannot hook %s, which this kernel does not let be traced; see available_filter_functions in tracefs\n",
	       h->symbols[0]);
	return -ENOENT;
}

/**
 * rs_hook_init - attach every hook that this kernel has
 *
 * Return: 0; with one line in the log where a needed one is missing: -ENOENT,
 * or the errno with which the kernel refused it.
 */
int rs_hook_init(void)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(hooks) && !err; i++) {
		hooks[i].state = hooks[i].on_demand ? RS_STANDBY : RS_ABSENT;
		if (hooks[i].on_demand)
			continue;
		err = hook_attach(&hooks[i]);
		err = err && hooks[i].needed ? refuse(&hooks[i], err) : 0;
	}
	if (!err) {
		err = register_module_notifier(&module_nb);
		if (err)
			pr_err("cannot follow modules that come and go: error %d\n", err);
	}
	if (err)
		detach_all();
	return err;
}

void rs_hook_exit(void)
{
	unregister_module_notifier(&module_nb);
	detach_all();
}

/* Row @i of the table as people and machines see it; false past its end. */
bool rs_hook_info(unsigned int i, struct rs_hook_info *info)
{
	static const char * const states[] = {
		[RS_ABSENT] = "absent", [RS_ATTACHED] = "attached",
		[RS_FAILED] = "failed", [RS_STANDBY] = "standby",
	};

	if (i >= ARRAY_SIZE(hooks))
		return false;
	info->symbol = hooks[i].symbol ?: hooks[i].symbols[0];
	info->kind = kinds[hooks[i].kind].name;
	info->state = states[hooks[i].state];
	info->standby = hooks[i].state == RS_STANDBY;
	info->loses = hooks[i].loses;
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
