// SPDX-License-Identifier: GPL-2.0-only
/*
 * A virtio-net device made of memory. The kernel's own driver drives it, each
 * virtqueue has an interrupt line of its own with vring_interrupt behind it:
 * to ringside it is a device like any other, and no emulated one adds its own
 * instructions.
 */
#include <linux/device.h>
#include <linux/etherdevice.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/slab.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>
#include "bench.h"

struct device_state {
	struct virtio_device vdev;
	struct virtio_net_config config;
	struct ring *rings;
	unsigned int queues;
	unsigned int irq_base;
	unsigned int irqs;
	bool packed;
	u8 status;
};

static const u8 mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 1 };
static struct device_state *dev;
static struct device *parent;

static void config_get(struct virtio_device *vdev, unsigned int offset, void *buf, unsigned int len)
{
	memcpy(buf, (char *)&dev->config + offset, len);
}

static void config_set(struct virtio_device *vdev, unsigned int offset, const void *buf, unsigned int len)
{
	memcpy((char *)&dev->config + offset, buf, len);
}

static u8 status_get(struct virtio_device *vdev)
{
	return dev->status;
}

static void status_set(struct virtio_device *vdev, u8 status)
{
	dev->status = status;
}

static void reset(struct virtio_device *vdev)
{
	dev->status = 0;
}

static u64 features_get(struct virtio_device *vdev)
{
	u64 features = BIT_ULL(VIRTIO_F_VERSION_1) | BIT_ULL(VIRTIO_NET_F_MAC) |
		       BIT_ULL(VIRTIO_NET_F_CTRL_VQ) | BIT_ULL(VIRTIO_NET_F_MQ) |
		       BIT_ULL(VIRTIO_RING_F_EVENT_IDX);

	return dev->packed ? features | BIT_ULL(VIRTIO_F_RING_PACKED) : features;
}

static int features_finalize(struct virtio_device *vdev)
{
	vring_transport_features(vdev);
	return 0;
}

static const char *bus_name(struct virtio_device *vdev)
{
	return "rsbench";
}

/* The driver rings: only what it hands over is served, at once. */
static bool notify(struct virtqueue *vq)
{
	struct ring *r = &dev->rings[vq->index];

	if (vq->index == dev->queues - 1)
		ring_answer(r);
	else if (vq->index % 2)
		ring_finish(r);
	return true;
}

static void queues_del(struct virtio_device *vdev)
{
	struct virtqueue *vq, *next;

	list_for_each_entry_safe(vq, next, &vdev->vqs, list) {
		free_irq(dev->rings[vq->index].irq, vq);
		dev->rings[vq->index].vq = NULL;
		vring_del_virtqueue(vq);
	}
}

static int queue_make(struct virtio_device *vdev, unsigned int i, vq_callback_t *callback,
		      const char *name, bool ctx, struct virtqueue **out)
{
	struct virtqueue *vq;
	int err;

	vq = vring_create_virtqueue(i, BENCH_RING_SIZE, SMP_CACHE_BYTES, vdev, true, false,
				    ctx, notify, callback, name);
	if (!vq)
		return -ENOMEM;
	dev->rings[i].irq = dev->irq_base + i;
	ring_init(&dev->rings[i], vq);
	err = request_irq(dev->rings[i].irq, vring_interrupt, 0, name, vq);
	if (err) {
		vring_del_virtqueue(vq);
		return err;
	}
	*out = vq;
	return 0;
}

static int queues_find(struct virtio_device *vdev, unsigned int n, struct virtqueue *vqs[],
		       BENCH_FIND_ARGS)
{
	unsigned int i;
	int err = 0;

	if (n != dev->queues)
		return -EINVAL;
	for (i = 0; i < n && !err; i++)
		err = queue_make(vdev, i, bench_queue_callback(i), bench_queue_name(i),
				 bench_queue_ctx(i), &vqs[i]);
	if (err)
		queues_del(vdev);
	return err;
}

static const struct virtio_config_ops ops = {
	.get = config_get,
	.set = config_set,
	.get_status = status_get,
	.set_status = status_set,
	.reset = reset,
	.find_vqs = queues_find,
	.del_vqs = queues_del,
	.get_features = features_get,
	.finalize_features = features_finalize,
	.bus_name = bus_name,
};

/* ringside watches devices of the transports that it knows, and asks the parent's driver for it. */
static struct device_driver transport = { .name = "virtio-mmio" };

static void release(struct device *d)
{
}

static int irqs_get(unsigned int n)
{
	int base = __irq_alloc_descs(-1, 1, n, NUMA_NO_NODE, NULL, NULL);
	unsigned int i;

	if (base < 0)
		return base;
	for (i = 0; i < n; i++) {
		irq_set_chip_and_handler_name(base + i, &dummy_irq_chip, handle_edge_irq, "edge");
		irq_modify_status(base + i, IRQ_NOREQUEST, IRQ_NOPROBE);
	}
	dev->irq_base = base;
	dev->irqs = n;
	return 0;
}

static void state_free(void)
{
	if (dev->irqs)
		irq_free_descs(dev->irq_base, dev->irqs);
	kfree(dev->rings);
	kfree(dev);
	dev = NULL;
}

static int state_make(unsigned int pairs, bool packed)
{
	int err;

	dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	if (!dev)
		return -ENOMEM;
	dev->queues = 2 * pairs + 1;
	dev->packed = packed;
	dev->rings = kcalloc(dev->queues, sizeof(*dev->rings), GFP_KERNEL);
	err = dev->rings ? irqs_get(dev->queues) : -ENOMEM;
	if (err) {
		state_free();
		return err;
	}
	memcpy(dev->config.mac, mac, ETH_ALEN);
	dev->config.max_virtqueue_pairs = (__force __virtio16)cpu_to_le16(pairs);
	dev->vdev.id.device = VIRTIO_ID_NET;
	dev->vdev.id.vendor = 0x7273;
	dev->vdev.config = &ops;
	dev->vdev.dev.parent = parent;
	dev->vdev.dev.release = release;
	return 0;
}

static void parent_unregister(void)
{
	parent->driver = NULL;
	root_device_unregister(parent);
}

int device_init(unsigned int pairs, bool packed)
{
	int err;

	parent = root_device_register("rsbench");
	if (IS_ERR(parent))
		return PTR_ERR(parent);
	parent->driver = &transport;
	err = state_make(pairs, packed);
	if (err)
		goto unregister;
	err = register_virtio_device(&dev->vdev);
	if (err) {
		state_free();
		goto unregister;
	}
	if (device_netdev())
		return 0;
	pr_err("the kernel's virtio_net driver did not take the device; load virtio_net first\n");
	device_exit();
	return -ENODEV;

unregister:
	parent_unregister();
	return err;
}

void device_exit(void)
{
	unregister_virtio_device(&dev->vdev);
	state_free();
	parent_unregister();
}

struct net_device *device_netdev(void)
{
	struct net_device *netdev, *found = NULL;

	rcu_read_lock();
	for_each_netdev_rcu(&init_net, netdev)
		if (netdev->dev.parent == &dev->vdev.dev)
			found = netdev;
	rcu_read_unlock();
	return found;
}

unsigned int device_pairs(void)
{
	return dev->queues / 2;
}

struct ring *device_ring(unsigned int index)
{
	return &dev->rings[index];
}

/* In the driver's receive queue the virtqueue's address comes first, then the napi. */
struct napi_struct *device_napi(unsigned int pair)
{
	struct virtqueue *vq = dev->rings[2 * pair].vq;
	struct napi_struct *napi;

	list_for_each_entry(napi, &device_netdev()->napi_list, dev_list)
		if (*(struct virtqueue **)((char *)napi - sizeof(vq)) == vq)
			return napi;
	return NULL;
}
