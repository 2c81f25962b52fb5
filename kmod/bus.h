/* SPDX-License-Identifier: GPL-2.0-only */
/* Find virtio devices that are not network devices, by the virtio bus. */
#ifndef RS_BUS_H
#define RS_BUS_H

int rs_bus_init(void);
void rs_bus_exit(void);

#endif
