// SPDX-License-Identifier: GPL-2.0-only
/* Orders the parts; each part works, and undoes what it did. */
#include <linux/module.h>
#include "bus.h"
#include "debugfs.h"
#include "delay.h"
#include "hook.h"
#include "irq.h"
#include "layout.h"
#include "net.h"
#include "poll.h"
#include "poller.h"
#include "prove.h"
#include "registry.h"
#include "softirq.h"
#include "stall.h"
#include "version.h"
#include "widen.h"

/* Attach what the parts look with. hooks_exit() detaches all of it. */
static int hooks_init(void)
{
	return rs_registry_init() ?: rs_irq_init() ?: rs_poll_init() ?: rs_softirq_init() ?:
	       rs_prove_init() ?: rs_delay_init();
}

/* A hook that stays attached must find no queue: the registry empties its maps first. */
static void hooks_exit(void)
{
	bool detached;

	rs_delay_exit();
	rs_prove_exit();
	rs_softirq_exit();
	detached = rs_hook_exit();
	rs_registry_exit();
	if (!detached)
		rs_hook_stay();
	rs_poller_exit();
}

static int __init rs_init(void)
{
	int err = rs_layout_find() ?: rs_poller_init();

	if (err)
		return err;
	err = rs_hook_init();
	if (err)
		goto poller;
	err = hooks_init() ?: rs_net_init();
	if (err)
		goto hooks;
	err = rs_bus_init();
	if (err)
		goto net;
	err = rs_debugfs_init();
	if (err)
		goto bus;
	rs_stall_init();
	return 0;

bus:
	rs_registry_close();
	rs_bus_exit();
net:
	rs_registry_close();
	rs_net_exit();
hooks:
	rs_registry_close();
	hooks_exit();
	return err;
poller:
	rs_poller_exit();
	return err;
}

/*
 * Without notifiers devices go unseen, and without hooks their virtqueues do: nothing reads either
 * from close on.
 */
static void __exit rs_exit(void)
{
	rs_stall_exit();
	rs_debugfs_exit();
	rs_registry_close();
	rs_bus_exit();
	rs_widen();
	rs_net_exit();
	rs_widen();
	hooks_exit();
}

module_init(rs_init);
module_exit(rs_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Accounts for every interrupt of a virtio-net queue");
MODULE_VERSION(RS_VERSION);
