/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine that attaches hooks. It knows none of them: the files that handle
 * hits own the rows, each a const description and the engine's state.
 */
#ifndef RS_HOOK_H
#define RS_HOOK_H

#include <linux/list.h>
#include "attach.h"

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
bool rs_hook_exit(void);
void rs_hook_stay(void);
int rs_hook_add(struct rs_hook_set *set);
void rs_hook_retry(void);
int rs_hook_want(const void *handler);
void rs_hook_drop(const void *handler);
bool rs_hook_attached(const void *handler);
bool rs_hook_info(unsigned int i, struct rs_hook_info *info);

#endif
