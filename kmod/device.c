// SPDX-License-Identifier: GPL-2.0-only
/* Which devices there are, from the first sight of one to its end. */
#include <linux/ktime.h>
#include <linux/pci.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/workqueue.h>
#include "map.h"
#include "queue.h"
#include "ringside.h"

DEFINE_MUTEX(rs_lock);
LIST_HEAD(rs_devices);

static u64 started_ns;
static unsigned int resets;
static unsigned int generations;

static void rescan(struct work_struct *work);
static DECLARE_DELAYED_WORK(rescan_work, rescan);

static struct rs_queue *find_queue(struct rs_device *d, const void *vq, enum rs_dir dir)
{
	struct rs_queue *q;

	list_for_each_entry(q, &d->queues, list)
		if (q->vq == vq && q->dir == dir && !q->gone)
			return q;
	return NULL;
}

/* The word @back bytes in front of @napi, read without trusting the address. */
static void *word_before(const struct napi_struct *napi, unsigned int back)
{
	void *word;

	if (copy_from_kernel_nofault(&word, (char *)napi - back, sizeof(word)))
		return NULL;
	return word;
}

/*
 * A receive queue's napi follows its virtqueue pointer directly; a send queue
 * starts with the virtqueue pointer and has the napi further down.
 */
#define SEND_QUEUE_MAX 4096

static void match_napi(struct rs_device *d, struct napi_struct *napi)
{
	struct rs_queue *q = find_queue(d, word_before(napi, sizeof(void *)), RS_RX);
	unsigned int back;

	if (q && !q->napi) {
		q->napi = napi;
		rs_map_add(&q->napi_key, napi, q);
	}
	if (q)
		return;
	for (back = 2 * sizeof(void *); back < SEND_QUEUE_MAX && !q; back += sizeof(void *))
		q = find_queue(d, word_before(napi, back), RS_TX);
	if (!q || q->napi)
		return;
	q->napi = napi;
	rs_map_add(&q->sq_key, (char *)napi - back + sizeof(void *), q);
}

/*
 * A device that uses a packed ring in order may return many buffers by one
 * descriptor, and the ring does not tell how many.
 */
static bool is_untold(const struct virtio_device *vdev)
{
	if (!virtio_has_feature(vdev, VIRTIO_F_RING_PACKED) ||
	    !virtio_has_feature(vdev, VIRTIO_F_IN_ORDER))
		return false;
	pr_warn_ratelimited("%s uses packed rings in order, which do not tell what was returned: not watched; start it without in_order\n",
			    dev_name(&vdev->dev));
	return true;
}

/* Forget the queues that are gone. The caller holds rs_lock. */
static void device_prune(struct rs_device *d)
{
	struct rs_queue *q, *next;

	list_for_each_entry_safe(q, next, &d->queues, list)
		if (q->gone)
			rs_queue_drop(q);
}

/* What comes back before its end was looked at is a new generation all the same. */
static void device_renew(struct rs_device *d)
{
	struct rs_queue *q;
	bool lost = false;

	list_for_each_entry(q, &d->queues, list)
		lost |= q->gone;
	if (!lost)
		return;
	device_prune(d);
	d->generation = ++generations;
}

/* The caller holds rs_lock, rtnl too where there is a netdev, and the virtqueues are there to stay. */
static int device_scan(struct rs_device *d)
{
	struct napi_struct *napi;
	struct virtqueue *vq;
	int err = 0;

	device_renew(d);
	if (is_untold(d->vdev))
		return 0;
	virtio_device_for_each_vq(d->vdev, vq)
		if (!find_queue(d, vq, rs_queue_dir(vq)))
			err = rs_queue_add(d, vq) ?: err;
	if (d->netdev)
		list_for_each_entry(napi, &d->netdev->napi_list, dev_list)
			match_napi(d, napi);
	return err;
}

/* The load ends with it; later it is only said, for a device must not fail by us. */
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
	return rs_bus_wants(vdev) ? vdev : NULL;
}

static struct rs_device *device_find(const struct virtio_device *vdev)
{
	struct rs_device *d;

	list_for_each_entry(d, &rs_devices, list)
		if (d->vdev == vdev)
			return d;
	return NULL;
}

static struct rs_device *device_get(struct virtio_device *vdev)
{
	struct rs_device *d = device_find(vdev);

	if (d)
		return d;
	d = kzalloc(sizeof(*d), GFP_KERNEL);
	if (!d)
		return NULL;
	INIT_LIST_HEAD(&d->queues);
	d->vdev = vdev;
	get_device(&vdev->dev);
	d->generation = ++generations;
	d->features = vdev->features;
	strscpy(d->name, dev_name(&vdev->dev), sizeof(d->name));
	strscpy(d->bus, dev_name(vdev->dev.parent), sizeof(d->bus));
	if (dev_is_pci(vdev->dev.parent))
		d->pci_id = pci_dev_id(to_pci_dev(vdev->dev.parent)) + 1;
	list_add_tail(&d->list, &rs_devices);
	return d;
}

/* Only where neither queues nor a driver are left. */
static void device_free(struct rs_device *d)
{
	if (d->bound || !list_empty(&d->queues))
		return;
	list_del(&d->list);
	put_device(&d->vdev->dev);
	kfree(d);
}

static void device_forget(struct rs_device *d)
{
	struct rs_queue *q;

	list_for_each_entry(q, &d->queues, list) {
		if (!rs_queue_hold(q))
			continue;
		rs_queue_unmap(q);
		rs_queue_release();
	}
	device_prune(d);
	d->netdev = NULL;
	d->bound = false;
	device_free(d);
}

/**
 * rs_device_meet - watch the virtqueues of a device that is not a network one
 * @vdev: the device
 *
 * The caller holds the device's lock, and its driver has it.
 *
 * Return: 0, or -ENOMEM.
 */
int rs_device_meet(struct virtio_device *vdev)
{
	struct rs_device *d;
	int err = -ENOMEM;

	mutex_lock(&rs_lock);
	d = device_get(vdev);
	if (d) {
		d->bound = true;
		err = device_scan(d);
	} else {
		pr_err("no memory to watch %s; free some and load ringside again\n",
		       dev_name(&vdev->dev));
	}
	mutex_unlock(&rs_lock);
	return err;
}

static void device_part(const struct virtio_device *vdev)
{
	struct rs_device *d = device_find(vdev);

	if (!d)
		return;
	d->netdev = NULL;
	d->bound = false;
}

/* Its driver is about to let it go. */
void rs_device_part(struct virtio_device *vdev)
{
	mutex_lock(&rs_lock);
	device_part(vdev);
	mutex_unlock(&rs_lock);
	rs_device_rescan();
}

static void netdev_meet(struct virtio_device *vdev, struct net_device *netdev, bool scan)
{
	struct rs_device *d = device_get(vdev);

	if (!d) {
		pr_err("no memory to watch %s; free some and load ringside again\n", netdev->name);
		load_err = -ENOMEM;
		return;
	}
	d->netdev = netdev;
	d->bound = true;
	strscpy(d->netdev_name, netdev->name, sizeof(d->netdev_name));
	memcpy(d->mac, netdev->dev_addr, ETH_ALEN);
	if (scan) {
		load_err = device_scan(d) ?: load_err;
		rs_device_rescan();
	}
}

/* Some events come before NETDEV_REGISTER, and some after NETDEV_UNREGISTER. */
static int netdev_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *netdev = netdev_notifier_info_to_dev(ptr);
	struct virtio_device *vdev = virtio_net_of(netdev);

	if (!vdev)
		return NOTIFY_DONE;
	mutex_lock(&rs_lock);
	if (netdev->reg_state == NETREG_REGISTERED && event != NETDEV_UNREGISTER)
		netdev_meet(vdev, netdev, event == NETDEV_REGISTER);
	else
		device_part(vdev);
	mutex_unlock(&rs_lock);
	return NOTIFY_DONE;
}

static struct notifier_block netdev_nb = { .notifier_call = netdev_event };

/*
 * A device whose virtqueues went and whose driver stays gets them back: look
 * again with the driver held off by the device's lock. False: not yet.
 */
static bool device_return(struct rs_device *d)
{
	struct device *dev = d->vdev->dev.parent;
	bool back;

	if (!device_trylock(dev))
		return false;
	device_scan(d);
	device_unlock(dev);
	back = !list_empty(&d->queues);
	if (back)
		d->generation = ++generations;
	return back;
}

/* Whether this device must be looked at again. */
static bool device_look(struct rs_device *d)
{
	struct rs_queue *q;

	list_for_each_entry(q, &d->queues, list)
		d->incomplete |= q->gone;
	if (!d->incomplete)
		return false;
	device_prune(d);
	if (d->bound)
		d->incomplete = !device_return(d);
	return d->bound && d->incomplete;
}

/* Some queue is gone, or a device new: look again soon. Callable from anywhere. */
void rs_device_rescan(void)
{
	queue_delayed_work(system_freezable_wq, &rescan_work, 1);
}

static void rescan(struct work_struct *work)
{
	struct rs_device *d, *next;
	bool again = false;

	rtnl_lock();
	mutex_lock(&rs_lock);
	list_for_each_entry_safe(d, next, &rs_devices, list) {
		again |= device_look(d);
		device_free(d);
	}
	mutex_unlock(&rs_lock);
	rtnl_unlock();
	rs_hook_retry();
	if (again)
		queue_delayed_work(system_freezable_wq, &rescan_work, HZ / 20);
}

/* Count from zero. The counters themselves go on; only where they start moves. */
void rs_device_reset(void)
{
	struct rs_device *d;
	struct rs_queue *q;

	mutex_lock(&rs_lock);
	list_for_each_entry(d, &rs_devices, list)
		list_for_each_entry(q, &d->queues, list)
			rs_queue_start(q);
	rs_event_reset();
	rs_poller_reset();
	rs_softirq_reset();
	started_ns = ktime_get_ns();
	resets++;
	mutex_unlock(&rs_lock);
}

u64 rs_device_started(void)
{
	return started_ns;
}

unsigned int rs_device_resets(void)
{
	return resets;
}

/**
 * rs_device_init - follow the devices there are, and those to come
 *
 * Return: 0; -ENOMEM where a queue could not be followed.
 */
int rs_device_init(void)
{
	int err;

	rs_clock_init();
	rs_softirq_reset();
	started_ns = ktime_get_ns();
	err = register_netdevice_notifier(&netdev_nb);
	if (err)
		pr_err("cannot follow network devices that come and go: error %d\n", err);
	if (err || !load_err)
		return err;
	rs_device_exit();
	return load_err;
}

void rs_device_exit(void)
{
	struct rs_device *d, *next;

	unregister_netdevice_notifier(&netdev_nb);
	cancel_delayed_work_sync(&rescan_work);
	mutex_lock(&rs_lock);
	list_for_each_entry_safe(d, next, &rs_devices, list)
		device_forget(d);
	mutex_unlock(&rs_lock);
	rcu_barrier();	/* what frees queues is ours */
}
