// SPDX-License-Identifier: GPL-2.0-only
/* Orders the parts; each part works, and undoes what it did. */
#include <linux/module.h>
#include "ringside.h"

static int __init rs_init(void)
{
	int err = rs_layout_find();

	if (err)
		return err;
	err = rs_hook_init();
	if (err)
		return err;
	err = rs_softirq_init();
	if (err)
		goto hooks;
	err = rs_device_init();
	if (err)
		goto softirq;
	err = rs_bus_init();
	if (err)
		goto devices;
	err = rs_debugfs_init();
	if (err)
		goto bus;
	rs_stall_init();
	return 0;

bus:
	rs_bus_exit();
devices:
	rs_device_exit();
softirq:
	rs_softirq_exit();
hooks:
	rs_hook_exit();
	return err;
}

static void __exit rs_exit(void)
{
	rs_stall_exit();
	rs_debugfs_exit();
	rs_bus_exit();
	rs_device_exit();
	rs_softirq_exit();
	rs_hook_exit();
}

module_init(rs_init);
module_exit(rs_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Accounts for every interrupt of a virtio-net queue");
MODULE_VERSION(RS_VERSION);
