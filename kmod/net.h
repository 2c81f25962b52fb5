/* SPDX-License-Identifier: GPL-2.0-only */
/* Find virtio-net devices by their network interfaces. */
#ifndef RS_NET_H
#define RS_NET_H

int rs_net_init(void);
void rs_net_exit(void);

#endif
