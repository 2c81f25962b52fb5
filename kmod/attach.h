/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One hook, and how each kind of them is attached: a tracepoint's probe, a
 * function's begin (by the function tracer; where the kernel has none, by a
 * kprobe), a function's begin and end (by a kretprobe).
 */
#ifndef RS_ATTACH_H
#define RS_ATTACH_H

#include <linux/ftrace.h>
#include <linux/kprobes.h>

struct tracepoint;

enum rs_hook_kind { RS_FUNCTION, RS_TRACEPOINT, RS_KRETPROBE };
enum rs_hook_state { RS_ABSENT, RS_ATTACHED, RS_FAILED, RS_STANDBY };

/**
 * struct rs_hook - one place where ringside looks
 * @symbols: names of the function or tracepoint, tried in this order
 * @kind: how it is attached
 * @handler: what a hit calls: of a function as an ftrace callback, a tracepoint's
 *	probe, or the entry handler of a kretprobe
 * @return_handler: of a kretprobe
 * @module: the module it is in; the hook goes and comes back with it
 * @needed: without it ringside refuses to load
 * @on_demand: attached by rs_hook_want() only
 * @if_present: without the function, nothing is lost
 * @loses: what is not known without it; see debugfs-docs
 */
struct rs_hook {
	const char *symbols[3];
	enum rs_hook_kind kind;
	void *handler;
	void *return_handler;
	const char *module;
	bool needed;
	bool on_demand;
	bool if_present;
	const char *loses;

	/* the engine's */
	const char *symbol;
	enum rs_hook_state state;
	bool going;	/* its module is being unloaded */
	bool wanted;	/* by rs_hook_want() */
	struct tracepoint *tracepoint;
#if RS_HAS_FTRACE
	struct ftrace_ops ops;
#elif defined(CONFIG_KPROBES)
	struct kprobe kprobe;
#endif
#ifdef CONFIG_KRETPROBES
	struct kretprobe kretprobe;
#endif
};

/**
 * struct rs_attach - a kind of hooks
 * @name: as files show it
 * @there: this kernel has the kind
 * @attach: to @symbol; 0 or an errno
 * @detach: 0, or an errno: it stays attached
 * @missed: the hits that the kernel did not deliver; false: it does not count them
 */
struct rs_attach {
	const char *name;
	bool there;
	int (*attach)(struct rs_hook *h);
	int (*detach)(struct rs_hook *h);
	bool (*missed)(const struct rs_hook *h, unsigned long *missed);
};

extern const struct rs_attach rs_attach_kinds[];

#endif
