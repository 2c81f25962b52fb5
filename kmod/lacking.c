// SPDX-License-Identifier: GPL-2.0-only
/* All there is of ringside on a kernel that lacks what it looks with. */
#include <linux/module.h>

static int __init rs_init(void)
{
	pr_err("this kernel lacks the function tracer or tracepoints, and kprobes, which would do for both; boot one with CONFIG_DYNAMIC_FTRACE and CONFIG_TRACEPOINTS, or with CONFIG_KPROBES\n");
	return -ENODEV;
}

module_init(rs_init);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Accounts for every interrupt of a virtio-net queue");
