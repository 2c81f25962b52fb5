// SPDX-License-Identifier: GPL-2.0-only
/* Which devices to watch, and those of them that are not network devices. */
#include <linux/bitmap.h>
#include <linux/module.h>
#include <linux/virtio_ids.h>
#include "ringside.h"

#define IDS 64

static DECLARE_BITMAP(ids, IDS) = { BIT(VIRTIO_ID_NET) };

static int device_ids_set(const char *text, const struct kernel_param *kp)
{
	DECLARE_BITMAP(list, IDS);
	int err = bitmap_parselist(text, list, IDS);

	if (!err && (bitmap_empty(list, IDS) || test_bit(0, list)))
		err = -ERANGE;
	if (err)
		pr_err("device_ids must be virtio device ids from 1 to %u, as in 1,3-5; network devices are 1\n",
		       IDS - 1);
	else
		bitmap_copy(ids, list, IDS);
	return err;
}

static int device_ids_get(char *text, const struct kernel_param *kp)
{
	return scnprintf(text, PAGE_SIZE, "%*pbl\n", IDS, ids);
}

static const struct kernel_param_ops device_ids_ops = {
	.set = device_ids_set,
	.get = device_ids_get,
};
module_param_cb(device_ids, &device_ids_ops, NULL, 0444);
MODULE_PARM_DESC(device_ids, "virtio device ids to watch, as in 1,3-5 (1 to 63, default 1: network devices)");

bool rs_bus_wants(const struct virtio_device *vdev)
{
	return vdev->id.device < IDS && test_bit(vdev->id.device, ids);
}

/* Network devices are met by their netdev, which names them. */
static bool is_met_here(const struct virtio_device *vdev)
{
	return vdev->id.device != VIRTIO_ID_NET && rs_bus_wants(vdev);
}

static int look(struct device *dev, void *unused)
{
	int err = 0;

	device_lock(dev);
	if (dev->driver && is_met_here(dev_to_virtio(dev)))
		err = rs_device_meet(dev_to_virtio(dev));
	device_unlock(dev);
	return err;
}

/* The device's lock is held. A device must not fail by us: without memory it is not watched. */
static int bus_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct virtio_device *vdev = dev_to_virtio((struct device *)data);

	if (!is_met_here(vdev))
		return NOTIFY_DONE;
	if (event == BUS_NOTIFY_BOUND_DRIVER)
		rs_device_meet(vdev);
	else if (event == BUS_NOTIFY_UNBIND_DRIVER)
		rs_device_part(vdev);
	return NOTIFY_DONE;
}

static struct notifier_block bus_nb = { .notifier_call = bus_event };

/*
 * Drives nothing. The virtio bus is not exported, but it is in each of its
 * drivers. Without an owner there is no link to this module to be made, which
 * older driver cores leave behind when they had no memory for its directory.
 */
static const struct virtio_device_id no_ids[] = { { 0 } };
static struct virtio_driver nobody = {
	.driver.name = "ringside",
	.id_table = no_ids,
};
static bool listening;

static int listen(void)
{
	int err = register_virtio_driver(&nobody);

	if (!err) {
		unregister_virtio_driver(&nobody);
		err = bus_register_notifier(nobody.driver.bus, &bus_nb);
	}
	if (err) {
		pr_err("cannot follow virtio devices that come and go: error %d; load without device_ids\n",
		       err);
		return err;
	}
	listening = true;
	return bus_for_each_dev(nobody.driver.bus, NULL, NULL, look);
}

/**
 * rs_bus_init - follow the devices that are not network ones, where any are asked for
 *
 * Return: 0; -ENOMEM where a queue could not be followed; the errno with which
 * the kernel refused to tell of them.
 */
int rs_bus_init(void)
{
	DECLARE_BITMAP(net, IDS) = { BIT(VIRTIO_ID_NET) };
	int err = bitmap_subset(ids, net, IDS) ? 0 : listen();

	if (err)
		rs_bus_exit();
	return err;
}

void rs_bus_exit(void)
{
	if (listening)
		bus_unregister_notifier(nobody.driver.bus, &bus_nb);
	listening = false;
}
