/* SPDX-License-Identifier: GPL-2.0-only */
/* Which virtio devices are wanted. */
#ifndef RS_PARAMS_H
#define RS_PARAMS_H

#include <linux/types.h>

struct virtio_device;

bool rs_params_want(const struct virtio_device *vdev);
bool rs_params_want_others(void);

#endif
