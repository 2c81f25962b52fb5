/* SPDX-License-Identifier: GPL-2.0-only */
/* A module parameter, y or n, that attaches hooks and detaches them. */
#ifndef RS_TOGGLE_H
#define RS_TOGGLE_H

#include <linux/moduleparam.h>
#include <linux/types.h>

/**
 * struct rs_toggle - the argument of such a parameter
 * @on: its value; the first member, because param_set_bool() writes it
 * @loaded: hooks can be attached; under the module's parameter lock
 * @begin: it was set to y, perhaps again
 * @end: it was set to n
 */
struct rs_toggle {
	bool on;
	bool loaded;
	void (*begin)(void);
	void (*end)(void);
};

extern const struct kernel_param_ops rs_toggle_ops;

void rs_toggle_init(struct rs_toggle *t);
void rs_toggle_exit(struct rs_toggle *t);

#endif
