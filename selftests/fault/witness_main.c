// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts a virtio-net device's interrupts and consumed entries by the kernel's
 * own tracepoints, in pages the fault device can see, and does on its request
 * what makes a guest consume entries: poll in one way or another, transmit.
 */
#include <linux/etherdevice.h>
#include <linux/io.h>
#include <linux/kallsyms.h>
#include <linux/module.h>
#include "witness_guest.h"

static char *netdev = "eth1";
module_param(netdev, charp, 0444);
MODULE_PARM_DESC(netdev, "virtio-net interface to watch (eth1)");

uint witness_hold_ms;
module_param_named(hold_ms, witness_hold_ms, uint, 0644);
MODULE_PARM_DESC(hold_ms, "how long the poll stays at each frame it receives, milliseconds (0)");

uint witness_irq_hold_ms;
module_param_named(irq_hold_ms, witness_irq_hold_ms, uint, 0644);
MODULE_PARM_DESC(irq_hold_ms,
		 "how long each interrupt takes once its handler returned, milliseconds (0)");

static ulong address;
module_param(address, ulong, 0444);
MODULE_PARM_DESC(address, "guest-physical address of the shared pages (read only)");

struct witness_pages *witness_pages;
struct net_device *witness_dev;
struct napi_struct *witness_napis[WITNESS_QUEUES];

/* The driver adds a pair's NAPIs in turn, and the list has the newest first. */
static void find_napis(void)
{
	struct napi_struct *napi;
	int rx = 0, tx = 0;
	char name[40];

	rcu_read_lock();
	list_for_each_entry_reverse(napi, &witness_dev->napi_list, dev_list)
	{
		snprintf(name, sizeof(name), "%ps", (void *)napi->poll);
		if (strncmp(name, "virtnet_poll_tx", 15))
			rx += 2;
		else
			tx += 2;
		if (max(rx, tx) <= WITNESS_QUEUES)
			witness_napis[strncmp(name, "virtnet_poll_tx", 15) ? rx - 2 : tx - 1] =
				napi;
	}
	rcu_read_unlock();
}

static int __init witness_init(void)
{
	int err = -ENOMEM;

	witness_dev = dev_get_by_name(&init_net, netdev);
	if (!witness_dev || !witness_dev->dev.parent) {
		pr_err("witness: no virtio-net interface %s\n", netdev);
		err = -ENODEV;
		goto put_dev;
	}
	witness_pages = alloc_pages_exact(sizeof(*witness_pages), GFP_KERNEL | __GFP_ZERO);
	if (!witness_pages)
		goto put_dev;
	strscpy(witness_pages->device, dev_name(witness_dev->dev.parent),
		sizeof(witness_pages->device));
	ether_addr_copy(witness_pages->mac, witness_dev->dev_addr);
	address = virt_to_phys(witness_pages);
	find_napis();
	err = witness_look_start();
	if (err)
		goto free_pages;
	err = witness_ask_start();
	if (err)
		goto stop_look;
	memcpy(witness_pages->magic, WITNESS_MAGIC, WITNESS_MAGIC_SIZE);
	return 0;

stop_look:
	witness_look_stop();
free_pages:
	free_pages_exact(witness_pages, sizeof(*witness_pages));
put_dev:
	if (witness_dev)
		dev_put(witness_dev);
	return err;
}

static void __exit witness_exit(void)
{
	memset(witness_pages->magic, 0, WITNESS_MAGIC_SIZE);
	witness_ask_stop();
	witness_look_stop();
	free_pages_exact(witness_pages, sizeof(*witness_pages));
	dev_put(witness_dev);
}

module_init(witness_init);
module_exit(witness_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Independent counts of a virtio-net device's interrupts, for ringside's tests");
