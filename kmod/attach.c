// SPDX-License-Identifier: GPL-2.0-only
#include <linux/string.h>
#include <linux/tracepoint.h>
#include "attach.h"

/* What this kernel has none of. */
static int __maybe_unused none_attach(struct rs_hook *h)
{
	return -ENOENT;
}

static int __maybe_unused none_detach(struct rs_hook *h)
{
	return 0;
}

/* Of tracepoints and ftrace the kernel does not count the hits that it missed. */
static bool __maybe_unused missed_unknown(const struct rs_hook *h, unsigned long *missed)
{
	return false;
}

#if RS_HAS_FTRACE
#define FUNCTION { "ftrace", true, ftrace_attach, ftrace_detach, missed_unknown }

static const void *filter_of(const struct rs_hook *h)
{
	return rcu_access_pointer(h->ops.func_hash->filter_hash);
}

/*
 * An empty filter means every function. A filter gets empty where there was
 * no memory for its one entry: ftrace_match_records() returns -ENOMEM, and
 * ftrace_set_filter() takes it for a match.
 */
static int filter_set(struct rs_hook *h)
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

static int ftrace_attach(struct rs_hook *h)
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
static int ftrace_detach(struct rs_hook *h)
{
	int err = unregister_ftrace_function(&h->ops);

	if (!err)
		ftrace_set_filter(&h->ops, NULL, 0, 1);
	return err;
}
#elif defined(CONFIG_KPROBES)
#define FUNCTION { "kprobe", true, kprobe_attach, kprobe_detach, kprobe_missed }

typedef void function_hit(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			  struct rs_regs *regs);

/* Here interrupts are disabled. */
static int kprobe_hit(struct kprobe *kprobe, struct pt_regs *regs)
{
	const struct rs_hook *h = container_of(kprobe, struct rs_hook, kprobe);

	((function_hit *)h->handler)(instruction_pointer(regs), rs_regs_parent(regs), NULL,
				     (struct rs_regs *)regs);
	return 0;
}
NOKPROBE_SYMBOL(kprobe_hit);

/*
 * With it the kernel makes no jump of the probe. The handler of a jump runs with
 * interrupts enabled, and an interrupt that comes meanwhile misses its own hooks.
 */
static void kprobe_passed(struct kprobe *kprobe, struct pt_regs *regs, unsigned long flags)
{
}
NOKPROBE_SYMBOL(kprobe_passed);

static int kprobe_attach(struct rs_hook *h)
{
	memset(&h->kprobe, 0, sizeof(h->kprobe));
	h->kprobe.symbol_name = h->symbol;
	h->kprobe.pre_handler = kprobe_hit;
	h->kprobe.post_handler = kprobe_passed;
	return register_kprobe(&h->kprobe);
}

static int kprobe_detach(struct rs_hook *h)
{
	unregister_kprobe(&h->kprobe);
	return 0;
}

static bool kprobe_missed(const struct rs_hook *h, unsigned long *missed)
{
	*missed = h->kprobe.nmissed;
	return true;
}
#else
#define FUNCTION { "ftrace", false, none_attach, none_detach, missed_unknown }
#endif

#if RS_HAS_TRACEPOINTS
#define TRACEPOINT { "tracepoint", true, tracepoint_attach, tracepoint_detach, missed_unknown }

static void tracepoint_match(struct tracepoint *tp, void *hook)
{
	struct rs_hook *h = hook;

	if (!strcmp(tp->name, h->symbol))
		h->tracepoint = tp;
}

/* Not every tracepoint is exported, but all of the kernel's own can be listed. */
static int tracepoint_attach(struct rs_hook *h)
{
	h->tracepoint = NULL;
	for_each_kernel_tracepoint(tracepoint_match, h);
	if (!h->tracepoint)
		return -ENOENT;
	return tracepoint_probe_register(h->tracepoint, h->handler, NULL);
}

static int tracepoint_detach(struct rs_hook *h)
{
	int err = tracepoint_probe_unregister(h->tracepoint, h->handler, NULL);

	tracepoint_synchronize_unregister();
	return err;
}
#else
#define TRACEPOINT { "tracepoint", false, none_attach, none_detach, missed_unknown }
#endif

#ifdef CONFIG_KRETPROBES
#define KRETPROBE { "kretprobe", true, kretprobe_attach, kretprobe_detach, kretprobe_missed }

static int kretprobe_attach(struct rs_hook *h)
{
	memset(&h->kretprobe, 0, sizeof(h->kretprobe));
	h->kretprobe.kp.symbol_name = h->symbol;
	h->kretprobe.entry_handler = h->handler;
	h->kretprobe.handler = h->return_handler;
	h->kretprobe.data_size = sizeof(void *);
	return register_kretprobe(&h->kretprobe);
}

static int kretprobe_detach(struct rs_hook *h)
{
	unregister_kretprobe(&h->kretprobe);
	return 0;
}

/* For want of an instance, too: more calls at once than the kernel keeps record of. */
static bool kretprobe_missed(const struct rs_hook *h, unsigned long *missed)
{
	*missed = h->kretprobe.nmissed + h->kretprobe.kp.nmissed;
	return true;
}
#else
#define KRETPROBE { "kretprobe", false, none_attach, none_detach, missed_unknown }
#endif

const struct rs_attach rs_attach_kinds[] = {
	[RS_FUNCTION] = FUNCTION,
	[RS_TRACEPOINT] = TRACEPOINT,
	[RS_KRETPROBE] = KRETPROBE,
};
