// SPDX-License-Identifier: GPL-2.0-only
#include <linux/virtio.h>
#include <linux/virtio_ids.h>
#include "bus.h"
#include "params.h"
#include "registry.h"

/* Network devices are found by their interface, which names them. */
static bool is_found_here(const struct virtio_device *vdev)
{
	return vdev->id.device != VIRTIO_ID_NET && rs_params_want(vdev);
}

static int look(struct device *dev, void *unused)
{
	int err = 0;

	/* a transport deletes virtqueues under its own device's lock, too */
	device_lock(dev->parent);
	device_lock(dev);
	if (dev->driver && is_found_here(dev_to_virtio(dev)))
		err = rs_registry_add(dev_to_virtio(dev), NULL);
	device_unlock(dev);
	device_unlock(dev->parent);
	return err;
}

/* The device's lock is held. Never fail the device: without memory it is not watched. */
static int bus_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct virtio_device *vdev = dev_to_virtio((struct device *)data);

	if (!is_found_here(vdev))
		return NOTIFY_DONE;
	if (event == BUS_NOTIFY_BOUND_DRIVER)
		rs_registry_add(vdev, NULL);
	else if (event == BUS_NOTIFY_UNBIND_DRIVER)
		rs_registry_part(vdev);
	return NOTIFY_DONE;
}

static struct notifier_block bus_nb = { .notifier_call = bus_event };

/*
 * Drives no device. The virtio bus is not exported, but each registered driver
 * points to it. Without an owner no link to this module is made, which older
 * driver cores leave behind when they had no memory for its directory.
 */
static const struct virtio_device_id no_ids[] = { { 0 } };
static struct virtio_driver probe_driver = {
	.driver.name = "ringside",
	.id_table = no_ids,
};
static bool listening;

static int listen(void)
{
	int err = register_virtio_driver(&probe_driver);

	if (!err) {
		unregister_virtio_driver(&probe_driver);
		err = bus_register_notifier(probe_driver.driver.bus, &bus_nb);
	}
	if (err) {
		pr_err("cannot follow virtio devices that come and go: error %d; load without device_ids\n",
		       err);
		return err;
	}
	listening = true;
	return bus_for_each_dev(probe_driver.driver.bus, NULL, NULL, look);
}

/**
 * rs_bus_init - follow the devices that are not network ones, where any are asked for
 *
 * Return: 0; -ENOMEM where a queue could not be followed; the errno with which
 * the kernel refused the notifier.
 */
int rs_bus_init(void)
{
	int err = rs_params_want_others() ? listen() : 0;

	if (err)
		rs_bus_exit();
	return err;
}

void rs_bus_exit(void)
{
	if (listening)
		bus_unregister_notifier(probe_driver.driver.bus, &bus_nb);
	listening = false;
}
