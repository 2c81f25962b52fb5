/* SPDX-License-Identifier: GPL-2.0-only */
/* The guest's kicks, as virtio_net counts them in its statistics. */
#ifndef RS_KICKS_H
#define RS_KICKS_H

#include "ethtool.h"
#include "snapshot.h"

/* Fills in the kicks of the queues of @device: rx_queue_1_kicks are those of input.1. */
void rs_kicks_set(struct rs_sample *s, const struct rs_device *device, const struct rs_ethtool *e);

/* The same for all devices of @s, from their drivers. What cannot be read stays unknown. */
void rs_kicks_read(struct rs_sample *s);

#endif
