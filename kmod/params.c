// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitmap.h>
#include <linux/module.h>
#include <linux/virtio.h>
#include <linux/virtio_ids.h>
#include "params.h"

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

bool rs_params_want(const struct virtio_device *vdev)
{
	return vdev->id.device < IDS && test_bit(vdev->id.device, ids);
}

/* Whether any are wanted but network devices. */
bool rs_params_want_others(void)
{
	DECLARE_BITMAP(net, IDS) = { BIT(VIRTIO_ID_NET) };

	return !bitmap_subset(ids, net, IDS);
}
