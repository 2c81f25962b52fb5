// SPDX-License-Identifier: GPL-2.0-only
#include <linux/netdevice.h>
#include <linux/virtio.h>
#include <linux/virtio_ids.h>
#include "net.h"
#include "params.h"
#include "registry.h"

/* Ends the load; later it is only logged: never fail the device. */
static int load_err;

static struct virtio_device *virtio_net_of(struct net_device *netdev)
{
	struct device *parent = netdev->dev.parent;
	struct virtio_device *vdev;

	if (!parent || !parent->bus || strcmp(parent->bus->name, "virtio"))
		return NULL;
	vdev = dev_to_virtio(parent);
	if (vdev->id.device != VIRTIO_ID_NET || vdev->priv != netdev_priv(netdev))
		return NULL;
	return rs_params_want(vdev) ? vdev : NULL;
}

/*
 * Some events come before NETDEV_REGISTER, and some after NETDEV_UNREGISTER. An
 * interface that moves to another namespace is unregistered there in name only.
 */
static int netdev_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *netdev = netdev_notifier_info_to_dev(ptr);
	struct virtio_device *vdev = virtio_net_of(netdev);

	if (!vdev)
		return NOTIFY_DONE;
	if (netdev->reg_state != NETREG_REGISTERED)
		rs_registry_part(vdev);
	else if (event == NETDEV_REGISTER)
		load_err = rs_registry_add(vdev, netdev) ?: load_err;
	else
		rs_registry_rename(vdev, netdev);
	return NOTIFY_DONE;
}

static struct notifier_block netdev_nb = { .notifier_call = netdev_event };

/**
 * rs_net_init - follow the network devices there are, and those to come
 *
 * Return: 0; -ENOMEM where a queue could not be followed.
 */
int rs_net_init(void)
{
	int err = register_netdevice_notifier(&netdev_nb);

	if (err)
		pr_err("cannot follow network devices that come and go: error %d\n", err);
	else if (load_err)
		rs_net_exit();
	return err ?: load_err;
}

void rs_net_exit(void)
{
	unregister_netdevice_notifier(&netdev_nb);
}
