/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine that attaches hooks. It knows none of them: the files that handle
 * hits own the rows, each a const description and the engine's state.
 */
#ifndef RS_HOOK_H
#define RS_HOOK_H

#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/list.h>

struct tracepoint;

enum rs_hook_kind { RS_FTRACE, RS_TRACEPOINT, RS_KRETPROBE };
enum rs_hook_state { RS_ABSENT, RS_ATTACHED, RS_FAILED, RS_STANDBY };

/**
 * struct rs_hook - one place where ringside looks
 * @symbols: names of the function or tracepoint, tried in this order
 * @kind: how it is attached
 * @handler: what a hit calls: an ftrace callback, a tracepoint's probe, or the
 *	entry handler of a kretprobe
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
	struct ftrace_ops ops;
	struct tracepoint *tracepoint;
#ifdef CONFIG_KRETPROBES
	struct kretprobe kretprobe;
#endif
};

/* The rows of one file. @gone, if any, is called when a module of theirs is unloaded. */
struct rs_hook_set {
	struct rs_hook *hooks;
	unsigned int n;
	void (*gone)(void);
	struct list_head list;
};

struct rs_hook_info {
	const char *symbol;
	const char *kind;
	const char *state;
	const char *loses;
	bool standby;		/* not in use, and nothing is lost by that */
	bool missed_known;
	unsigned long missed;	/* hits the kernel did not deliver */
};

int rs_hook_init(void);
void rs_hook_exit(void);
int rs_hook_add(struct rs_hook_set *set);
void rs_hook_retry(void);
int rs_hook_want(const void *handler);
void rs_hook_drop(const void *handler);
bool rs_hook_attached(const void *handler);
bool rs_hook_info(unsigned int i, struct rs_hook_info *info);

#endif
