// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ktime.h>
#include <linux/pci.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/workqueue.h>
#include "account.h"
#include "hook.h"
#include "line.h"
#include "poll.h"
#include "poller.h"
#include "reading.h"
#include "registry.h"
#include "softirq.h"

DEFINE_MUTEX(rs_registry_lock);
LIST_HEAD(rs_registry_devices);

static bool closed;	/* virtqueues may be deleted unseen: none is read any more */
static u64 started_ns;
static unsigned int resets;
static atomic_t generations;

static void rescan(struct work_struct *work);
static DECLARE_DELAYED_WORK(rescan_work, rescan);

/* What does not come is looked for less and less often. */
#define PAUSE_LEAST (HZ / 20)
#define PAUSE_MOST (5 * HZ)
static unsigned long rescan_pause = PAUSE_LEAST;

/* Some queue is deleted, or a device new: look again soon, and often. Callable from anywhere. */
static void rescan_soon(void)
{
	WRITE_ONCE(rescan_pause, PAUSE_LEAST);
	mod_delayed_work(system_freezable_wq, &rescan_work, 1);
}

static struct rs_queue *find_queue(struct rs_device *d, const void *vq, enum rs_dir dir)
{
	struct rs_queue *q;

	list_for_each_entry(q, &d->queues, list)
		if (q->vq == vq && q->dir == dir && !READ_ONCE(q->gone))
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
		rs_map_add(&rs_napi_map, &q->napi_key, napi);
	}
	if (q)
		return;
	for (back = 2 * sizeof(void *); back < SEND_QUEUE_MAX && !q; back += sizeof(void *))
		q = find_queue(d, word_before(napi, back), RS_TX);
	if (!q || q->napi)
		return;
	q->napi = napi;
	rs_map_add(&rs_sq_map, &q->sq_key, (char *)napi - back + sizeof(void *));
}

/* What a virtqueue is for, by the name its driver gave it. */
static enum rs_dir dir_of(const struct virtqueue *vq)
{
	static const char * const prefixes[] = {
		[RS_RX] = "input", [RS_TX] = "output", [RS_CTRL] = "control",
	};
	const char *name = vq->name ?: "";
	unsigned int i;

	if (vq->vdev->id.device != VIRTIO_ID_NET)
		return RS_OTHER;
	for (i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return i;
	return RS_OTHER;
}

static void list_by_index(struct rs_device *d, struct rs_queue *q)
{
	struct rs_queue *next;

	list_for_each_entry(next, &d->queues, list)
		if (next->index > q->index)
			break;
	list_add_tail_rcu(&q->list, &next->list);
}

static int queue_watch(struct rs_device *d, struct virtqueue *vq)
{
	enum rs_dir dir = dir_of(vq);
	struct rs_queue *q = rs_queue_alloc(vq, dir == RS_RX);
	struct rs_base base;
	int err;

	if (!q)
		return -ENOMEM;
	q->dir = dir;
	q->device = d;
	q->generation = d->generation;
	q->unfollowed = d->xdp && dir == RS_TX;
	list_by_index(d, q);
	rs_map_add(&rs_vq_map, &q->vq_key, vq);
	rs_widen();
	err = rs_line_attach(q);
	if (!err && !rs_queue_base_find(q, &base))
		rs_queue_base_set(q, &base);
	return err;
}

/* Watch @vq. Without memory it is not watched, and the log says so. */
static int queue_add(struct rs_device *d, struct virtqueue *vq)
{
	int err = queue_watch(d, vq);

	if (err)
		pr_err("no memory to watch %s of %s; free some and load ringside again\n",
		       vq->name, d->name);
	return err;
}

static void queue_free(struct rcu_head *rcu)
{
	rs_queue_destroy(container_of(rcu, struct rs_queue, rcu));
}

/* After rs_queue_unmap(). */
static void queue_drop(struct rs_queue *q)
{
	rs_line_detach(q);
	list_del_rcu(&q->list);
	rs_widen();
	call_rcu(&q->rcu, queue_free);
}

/*
 * A device that uses a packed ring in order may return many buffers by one
 * descriptor, and the ring does not tell how many. A driver that got its ring
 * from another (vDPA, remoteproc) has no used ring of its own to look at.
 */
static bool is_supported(const struct virtio_device *vdev)
{
	const struct device_driver *driver = vdev->dev.parent->driver;

	if (!driver || (strcmp(driver->name, "virtio-pci") && strcmp(driver->name, "virtio-mmio"))) {
		pr_warn_ratelimited("%s is on transport %s, which ringside does not know: not watched; it knows virtio-pci and virtio-mmio\n",
				    dev_name(&vdev->dev), driver ? driver->name : "(none)");
		return false;
	}
	if (!virtio_has_feature(vdev, VIRTIO_F_RING_PACKED) ||
	    !virtio_has_feature(vdev, VIRTIO_F_IN_ORDER))
		return true;
	pr_warn_ratelimited("%s uses packed rings in order, which do not tell what was returned: not watched; start it without in_order\n",
			    dev_name(&vdev->dev));
	return false;
}

/* Forget the deleted queues. */
static void device_prune(struct rs_device *d)
{
	struct rs_queue *q, *next;

	list_for_each_entry_safe(q, next, &d->queues, list) {
		if (!READ_ONCE(q->gone))
			continue;
		d->lost = true;
		queue_drop(q);
	}
}

/* A device that lost a queue is of a new generation, and so are those that it gets back. */
static void device_renew(struct rs_device *d)
{
	device_prune(d);
	if (!d->lost)
		return;
	d->lost = false;
	d->generation = atomic_inc_return(&generations);
}

/* Transmit entries may be consumed unseen from here on. The caller is a reader of RCU, or has the lock. */
static void device_unfollow(struct rs_device *d)
{
	struct rs_queue *q;

	d->xdp = true;
	list_for_each_entry_rcu(q, &d->queues, list, true)
		if (q->dir == RS_TX)
			WRITE_ONCE(q->unfollowed, true);
}

/* The virtqueues are there to stay: the caller holds rtnl or the device's lock. */
static int device_scan(struct rs_device *d)
{
	struct napi_struct *napi;
	struct virtqueue *vq;
	int err = 0;

	device_renew(d);
	if (!is_supported(d->vdev))
		return 0;
	if (d->netdev && rs_netdev_has_xdp(d->netdev))
		device_unfollow(d);
	virtio_device_for_each_vq(d->vdev, vq)
		if (!find_queue(d, vq, dir_of(vq)))
			err = queue_add(d, vq) ?: err;
	if (d->netdev)
		list_for_each_entry(napi, &d->netdev->napi_list, dev_list)
			match_napi(d, napi);
	return err;
}

static struct rs_device *device_find(const struct virtio_device *vdev)
{
	struct rs_device *d;

	list_for_each_entry(d, &rs_registry_devices, list)
		if (d->vdev == vdev)
			return d;
	return NULL;
}

/*
 * Takes no reference on the virtio device: its driver lets it go by one of the
 * notifiers, and its release may be code of a module that is unloaded then.
 */
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
	d->id = vdev->id.device;
	d->generation = atomic_inc_return(&generations);
	d->features = vdev->features;
	strscpy(d->name, dev_name(&vdev->dev), sizeof(d->name));
	strscpy(d->bus, dev_name(vdev->dev.parent), sizeof(d->bus));
	if (dev_is_pci(vdev->dev.parent))
		d->pci_id = pci_dev_id(to_pci_dev(vdev->dev.parent)) + 1;
	list_add_tail_rcu(&d->list, &rs_registry_devices);
	return d;
}

/* Only where neither queues nor a driver are left. */
static void device_free(struct rs_device *d)
{
	if (d->vdev || !list_empty(&d->queues))
		return;
	list_del_rcu(&d->list);
	kfree_rcu(d, rcu);
}

static void device_unmap(struct rs_device *d)
{
	struct rs_queue *q;

	list_for_each_entry(q, &d->queues, list)
		rs_queue_unmap(q);
}

/* Read the queues no more: the driver lets the device go, and deletes them next. */
static void device_part(struct rs_device *d)
{
	device_unmap(d);
	device_prune(d);
	WRITE_ONCE(d->netdev, NULL);
	d->vdev = NULL;
	device_free(d);
}

static void device_name(struct rs_device *d, struct net_device *netdev)
{
	WRITE_ONCE(d->netdev, netdev);
	strscpy(d->netdev_name, netdev->name, sizeof(d->netdev_name));
	memcpy(d->mac, netdev->dev_addr, ETH_ALEN);
}

/**
 * rs_registry_add - watch the virtqueues of a device
 * @vdev: the device
 * @netdev: its network interface, or NULL
 *
 * The device's driver keeps it meanwhile: the caller holds rtnl where there is
 * an interface, else the device's lock.
 *
 * Return: 0, or -ENOMEM, which the log says.
 */
int rs_registry_add(struct virtio_device *vdev, struct net_device *netdev)
{
	struct rs_device *d;
	int err = -ENOMEM;

	rs_hook_retry();	/* of a driver that was just loaded, before it does anything */
	mutex_lock(&rs_registry_lock);
	d = device_get(vdev);
	if (d) {
		if (netdev)
			device_name(d, netdev);
		err = device_scan(d);
	} else {
		pr_err("no memory to watch %s; free some and load ringside again\n",
		       dev_name(&vdev->dev));
	}
	mutex_unlock(&rs_registry_lock);
	rescan_soon();	/* for counts that could not begin yet */
	return err;
}

/* The interface has another name or address. */
void rs_registry_rename(struct virtio_device *vdev, struct net_device *netdev)
{
	struct rs_device *d;

	mutex_lock(&rs_registry_lock);
	d = device_find(vdev);
	if (d)
		device_name(d, netdev);
	mutex_unlock(&rs_registry_lock);
}

/* Its driver is about to let it go. */
void rs_registry_part(struct virtio_device *vdev)
{
	struct rs_device *d;

	mutex_lock(&rs_registry_lock);
	d = device_find(vdev);
	if (d)
		device_part(d);
	mutex_unlock(&rs_registry_lock);
}

/*
 * A device whose virtqueues were deleted and whose driver stays gets them back:
 * look again with the driver held off by the device's lock. False: not yet.
 */
static bool device_return(struct rs_device *d)
{
	struct device *dev = d->vdev->dev.parent;

	if (!device_trylock(dev))
		return false;
	device_scan(d);
	device_unlock(dev);
	return !list_empty(&d->queues);
}

static void queue_base_retry(struct rs_queue *q)
{
	struct rs_base base;

	if (!q->base.known && !READ_ONCE(q->gone) && !rs_queue_base_find(q, &base))
		rs_queue_base_set(q, &base);
}

/* Where a count could not begin yet, it is tried again. True: some still could not. */
static bool bases_retry(void)
{
	struct rs_device *d;
	struct rs_queue *q;
	bool unknown = false;

	mutex_lock(&rs_registry_lock);
	list_for_each_entry(d, &rs_registry_devices, list) {
		if (closed)
			break;
		list_for_each_entry(q, &d->queues, list) {
			queue_base_retry(q);
			unknown |= !q->base.known && !READ_ONCE(q->gone);
		}
	}
	mutex_unlock(&rs_registry_lock);
	return unknown;
}

/* Whether this device has lost queues that it gets back, and has not yet. */
static bool device_look(struct rs_device *d)
{
	struct rs_queue *q;

	list_for_each_entry(q, &d->queues, list)
		d->incomplete |= READ_ONCE(q->gone);
	if (!d->incomplete)
		return false;
	device_prune(d);
	if (d->vdev)
		d->incomplete = !device_return(d);
	return d->vdev && d->incomplete;
}

/*
 * rtnl keeps the drivers of interfaces from changing queues. It is held for this
 * alone: all networking of the guest waits for it.
 */
static bool devices_look(void)
{
	struct rs_device *d, *next;
	bool again = false;

	rtnl_lock();
	mutex_lock(&rs_registry_lock);
	if (!closed)
		list_for_each_entry_safe(d, next, &rs_registry_devices, list)
			again |= device_look(d);
	mutex_unlock(&rs_registry_lock);
	rtnl_unlock();
	return again;
}

static void rescan(struct work_struct *work)
{
	unsigned long pause = READ_ONCE(rescan_pause);
	bool again = devices_look();

	again |= bases_retry();
	rs_widen();
	rs_hook_retry();
	if (!again || !queue_delayed_work(system_freezable_wq, &rescan_work, pause))
		return;	/* nothing to look for, or rescan_soon() was called meanwhile */
	WRITE_ONCE(rescan_pause, min_t(unsigned long, 2 * pause, PAUSE_MOST));
}

/*
 * These hooks sit where the kernel may preempt, and ftrace leaves that as it is:
 * each of them is a reader of RCU by its own.
 *
 * vring_del_virtqueue(vq) begins.
 */
static void gone_hit(unsigned long ip, unsigned long parent_ip,
		     struct ftrace_ops *ops, struct rs_regs *regs)
{
	struct rs_queue *q;

	rcu_read_lock();
	q = rs_queue_by_vq((void *)rs_regs_arg(regs, 0));
	if (q) {
		rs_queue_unmap(q);
		rescan_soon();
	}
	rcu_read_unlock();
}

/* Without the feature the transport refuses a reset, and the ring stays as it is. */
static bool can_reset(const struct rs_queue *q)
{
	return virtio_has_feature(q->vq->vdev, VIRTIO_F_RING_RESET);
}

/* The transport is about to stop the device's use of a virtqueue, and its ring is made anew. */
static void ring_off_hit(unsigned long ip, unsigned long parent_ip,
			 struct ftrace_ops *ops, struct rs_regs *regs)
{
	struct rs_queue *q;

	rcu_read_lock();
	q = rs_queue_by_vq((void *)rs_regs_arg(regs, 0));
	if (q && can_reset(q))
		rs_queue_ring_off(q);
	rcu_read_unlock();
}

/* The ring is complete, and the device is about to use it. */
static void ring_on_hit(unsigned long ip, unsigned long parent_ip,
			struct ftrace_ops *ops, struct rs_regs *regs)
{
	struct rs_queue *q;

	rcu_read_lock();
	q = rs_queue_by_vq((void *)rs_regs_arg(regs, 0));
	if (q)
		rs_queue_ring_on(q, atomic_inc_return(&generations));
	rcu_read_unlock();
}

/*
 * virtqueue_resize(vq, ...) or virtqueue_reset(vq, ...) begins. Where the
 * transport's own steps are not hooked, the queue is lost here already, and is
 * found again as a new one.
 */
static void reset_hit(unsigned long ip, unsigned long parent_ip,
		      struct ftrace_ops *ops, struct rs_regs *regs)
{
	struct rs_queue *q;

	if (rs_hook_attached(ring_off_hit) && rs_hook_attached(ring_on_hit))
		return;
	rcu_read_lock();
	q = rs_queue_by_vq((void *)rs_regs_arg(regs, 0));
	if (q && can_reset(q)) {
		rs_queue_unmap(q);
		rescan_soon();
	}
	rcu_read_unlock();
}

/* virtnet_xdp(netdev, bpf), the driver's ndo_bpf, begins: a program or a socket comes or goes. */
static void xdp_hit(unsigned long ip, unsigned long parent_ip,
		    struct ftrace_ops *ops, struct rs_regs *regs)
{
	const struct net_device *netdev = (void *)rs_regs_arg(regs, 0);
	struct rs_device *d;

	rcu_read_lock();
	list_for_each_entry_rcu(d, &rs_registry_devices, list)
		if (READ_ONCE(d->netdev) == netdev)
			device_unfollow(d);
	rcu_read_unlock();
}

/* Whether entries are counted as they are consumed, so that their progress is known. */
bool rs_registry_followed(const struct rs_queue *q)
{
	return rs_poll_followed(q) && (q->dir != RS_TX || rs_hook_attached(xdp_hit));
}

static struct rs_hook hooks[] = {
	{ .symbols = { "vring_del_virtqueue" }, .kind = RS_FUNCTION,
	  .handler = gone_hit, .needed = true, .loses = "everything" },
	{ .symbols = { "vp_modern_disable_vq_and_reset" }, .kind = RS_FUNCTION,
	  .module = "virtio_pci", .if_present = true,
	  .handler = ring_off_hit, .loses = "rings-reset-while-watched" },
	{ .symbols = { "vp_modern_enable_vq_after_reset" }, .kind = RS_FUNCTION,
	  .module = "virtio_pci", .if_present = true,
	  .handler = ring_on_hit, .loses = "rings-reset-while-watched" },
	{ .symbols = { "virtqueue_resize" }, .kind = RS_FUNCTION, .if_present = true,
	  .handler = reset_hit, .loses = "rings-resized-while-watched" },
	{ .symbols = { "virtqueue_reset" }, .kind = RS_FUNCTION, .if_present = true,
	  .handler = reset_hit, .loses = "rings-reset-while-watched" },
	{ .symbols = { "virtnet_xdp" }, .kind = RS_FUNCTION, .module = "virtio_net",
	  .handler = xdp_hit, .loses = "progress-of-transmit-queues-with-xdp" },
};

static struct rs_hook_set set = { .hooks = hooks, .n = ARRAY_SIZE(hooks) };

/* The counts of a reset begin where XDP, if it is gone by now, hides nothing. */
static void device_restart(struct rs_device *d)
{
	struct rs_queue *q;

	d->xdp = d->netdev && rs_netdev_has_xdp(d->netdev);
	list_for_each_entry(q, &d->queues, list) {
		if (READ_ONCE(q->gone))
			continue;
		rs_queue_base_set(q, &q->next_base);
		WRITE_ONCE(q->unfollowed, d->xdp && q->dir == RS_TX);
	}
}

static int device_bases_find(struct rs_device *d)
{
	struct rs_queue *q;
	int err;

	list_for_each_entry(q, &d->queues, list) {
		err = rs_queue_base_find(q, &q->next_base);
		if (err && err != -ENODEV)
			return err;
	}
	return 0;
}

/**
 * rs_registry_reset - count from zero
 *
 * The counters themselves go on; only where they start moves.
 *
 * Return: 0; -EBUSY where an interrupt handler never paused: nothing is reset.
 */
int rs_registry_reset(void)
{
	struct rs_device *d;
	int err = 0;

	rtnl_lock();
	mutex_lock(&rs_registry_lock);
	list_for_each_entry(d, &rs_registry_devices, list)
		err = err ?: device_bases_find(d);
	if (!err) {
		list_for_each_entry(d, &rs_registry_devices, list)
			device_restart(d);
		rs_event_reset();
		rs_poller_reset();
		rs_softirq_reset();
		started_ns = ktime_get_ns();
		resets++;
	}
	mutex_unlock(&rs_registry_lock);
	rtnl_unlock();
	return err;
}

u64 rs_registry_started_ns(void)
{
	return started_ns;
}

unsigned int rs_registry_resets(void)
{
	return resets;
}

int rs_registry_init(void)
{
	started_ns = ktime_get_ns();
	rs_softirq_reset();
	return rs_hook_add(&set);
}

/*
 * Before the notifiers and the hooks go: from here on the rescan reads no device and no virtqueue.
 * More than once does no harm.
 */
void rs_registry_close(void)
{
	mutex_lock(&rs_registry_lock);
	closed = true;
	mutex_unlock(&rs_registry_lock);
	rs_widen();
}

/* After rs_hook_exit(): nothing queues the rescan any more. */
void rs_registry_exit(void)
{
	struct rs_device *d, *next;

	cancel_delayed_work_sync(&rescan_work);
	mutex_lock(&rs_registry_lock);
	list_for_each_entry_safe(d, next, &rs_registry_devices, list)
		device_part(d);
	mutex_unlock(&rs_registry_lock);
	rcu_barrier();	/* what frees queues is code of this module */
}
