/* SPDX-License-Identifier: GPL-2.0-only */
/* Which devices and queues are watched, from their discovery to their end. */
#ifndef RS_REGISTRY_H
#define RS_REGISTRY_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct net_device;
struct rs_queue;
struct virtio_device;

/*
 * Taken after rtnl and a device's lock, before the locks of the hook engine, of
 * softirq.c and of a virtqueue.
 */
extern struct mutex rs_registry_lock;
extern struct list_head rs_registry_devices;

int rs_registry_init(void);
void rs_registry_close(void);
void rs_registry_exit(void);
int rs_registry_add(struct virtio_device *vdev, struct net_device *netdev);
void rs_registry_rename(struct virtio_device *vdev, struct net_device *netdev);
void rs_registry_part(struct virtio_device *vdev);
bool rs_registry_followed(const struct rs_queue *q);
int rs_registry_reset(void);
u64 rs_registry_started_ns(void);
unsigned int rs_registry_resets(void);

#endif
