// SPDX-License-Identifier: GPL-2.0-only
/* Which virtqueues there are, from the first sight of a device to its end. */
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

/* A virtqueue is not deleted while this is held and its queue is not gone. */
static DEFINE_RAW_SPINLOCK(gone_lock);
static u64 started_ns;
static unsigned int resets;
static unsigned int generations;

static void rescan(struct work_struct *work);
static DECLARE_DELAYED_WORK(rescan_work, rescan);

/* Keep the virtqueue of @q from being deleted; false if it already was. */
bool rs_queue_hold(struct rs_queue *q)
{
	raw_spin_lock(&gone_lock);
	if (!q->gone)
		return true;
	raw_spin_unlock(&gone_lock);
	return false;
}

void rs_queue_release(void)
{
	raw_spin_unlock(&gone_lock);
}

static void unmap(struct rs_queue *q)
{
	q->gone = true;
	rs_map_del(&q->vq_key);
	rs_map_del(&q->napi_key);
	rs_map_del(&q->sq_key);
	if (q->irq)
		rs_irq_unmap(q->irq);
}

/*
 * vring_del_virtqueue(vq), virtqueue_resize(vq, ...) or virtqueue_reset(vq, ...)
 * begins: from here on nothing may follow what it will free. If the virtqueue
 * comes back, the rescan counts it anew.
 */
int rs_queue_gone(struct kprobe *kp, struct pt_regs *regs)
{
	struct rs_queue *q;
	unsigned long flags;

	raw_spin_lock_irqsave(&gone_lock, flags);
	q = rs_map_find((void *)regs_get_kernel_argument(regs, 0));
	if (q)
		unmap(q);
	raw_spin_unlock_irqrestore(&gone_lock, flags);
	if (q)
		queue_delayed_work(system_freezable_wq, &rescan_work, 1);
	return 0;
}
NOKPROBE_SYMBOL(rs_queue_gone);

/*
 * The next packed entry the device will return: past every descriptor whose
 * two wrap bits say used. Entries are of one descriptor each, or indirect.
 */
u16 rs_queue_used_packed(const struct rs_queue *q)
{
	u16 at = rs_queue_last_used(q), modulus = rs_queue_modulus(q);
	const struct vring_packed_desc *desc = READ_ONCE(*q->desc);
	unsigned int seen;
	u16 flags, wrap;

	for (seen = 0; seen < q->size; seen++) {
		flags = le16_to_cpu(READ_ONCE(desc[at % q->size].flags));
		wrap = at < q->size;
		if (!!(flags & BIT(VRING_PACKED_DESC_F_USED)) != wrap ||
		    !!(flags & BIT(VRING_PACKED_DESC_F_AVAIL)) != wrap)
			break;
		at = (at + 1) % modulus;
	}
	return at;
}

static void sum_rows(struct rs_queue *q, u64 *v, unsigned int from, unsigned int to)
{
	unsigned int i;
	int cpu;

	for (i = from; i < to; i++)
		v[i] = 0;
	for_each_possible_cpu(cpu)
		for (i = from; i < to; i++)
			v[i] += READ_ONCE(per_cpu_ptr(q->counts, cpu)->v[i]);
}

/* The rows of interrupts, those still pending among the unknown. */
void rs_queue_sum_irqs(struct rs_queue *q, u64 *v)
{
	unsigned int seq, pending;

	do {
		seq = read_seqcount_begin(&q->settling);
		pending = atomic_read(&q->pending);
		sum_rows(q, v, RS_C_handled, RS_C_none_unknown + 1);
	} while (read_seqcount_retry(&q->settling, seq));
	v[RS_C_none_unknown] += pending;
}

static void hist_sum(struct rs_queue *q, struct rs_hist *hist)
{
	u64 *sum = (u64 *)hist;
	unsigned int i;
	int cpu;

	memset(hist, 0, sizeof(*hist));
	for_each_possible_cpu(cpu)
		for (i = 0; i < sizeof(*hist) / sizeof(u64); i++)
			sum[i] += READ_ONCE(((u64 *)per_cpu_ptr(q->hist, cpu))[i]);
}

/* The rows of polls; how many and how many empty, the histogram knows. */
static void sum_polls(struct rs_queue *q, u64 *v)
{
	static struct rs_hist hist;	/* under rs_lock */
	unsigned int i, origin;

	sum_rows(q, v, RS_C_polls_softirq, RS_COUNTERS);
	if (!q->hist)
		return;
	hist_sum(q, &hist);
	for (origin = 0; origin < RS_POLL_ORIGINS; origin++) {
		v[RS_C_empty_softirq + origin] = hist.packets[origin][0];
		for (i = 0; i < RS_PACKET_BUCKETS; i++)
			v[RS_C_polls_softirq + origin] += hist.packets[origin][i];
	}
}

/* Since the load or the last reset. For queues with histograms only. */
void rs_queue_hist(struct rs_queue *q, struct rs_hist *hist)
{
	u64 *sum = (u64 *)hist, *base = (u64 *)&q->hist_base;
	unsigned int i;

	hist_sum(q, hist);
	for (i = 0; i < sizeof(*hist) / sizeof(u64); i++)
		sum[i] -= base[i];
}

/* 64-bit used and consumed counts at this instant. The caller holds @q. */
void rs_queue_progress(struct rs_queue *q, u64 *used, u64 *consumed)
{
	*consumed = smp_load_acquire(&q->consumed);
	*consumed += rs_queue_ahead(q, *consumed, rs_queue_last_used(q));
	smp_rmb();	/* the device is never behind what the guest consumed */
	*used = *consumed + rs_queue_ahead(q, *consumed, rs_queue_used(q));
}

static void set_base(struct rs_queue *q)
{
	sum_polls(q, q->base);
	if (q->irq)
		rs_irq_read(q, q->base);
	else
		rs_queue_sum_irqs(q, q->base);
	q->kernel_base = q->irq ? q->irq->kernel_sum : 0;
	if (q->hist)
		hist_sum(q, &q->hist_base);
	if (!rs_queue_hold(q))
		return;
	rs_queue_progress(q, &q->used_base, &q->consumed_base);
	rs_queue_release();
}

/**
 * rs_queue_read - what a queue did since the load or the last reset
 * @q: the queue
 * @r: receives its counters and indexes
 *
 * Return: 0, or -ENODEV when its virtqueue is gone. The caller holds rs_lock.
 */
int rs_queue_read(struct rs_queue *q, struct rs_reading *r)
{
	u64 used, consumed;
	unsigned int i;
	int err = 0;

	if (!rs_queue_hold(q))
		return -ENODEV;
	rs_queue_progress(q, &used, &consumed);
	rs_queue_release();
	r->used_idx = used % rs_queue_modulus(q);
	r->last_used_idx = consumed % rs_queue_modulus(q);
	r->used_progress = used - q->used_base;
	r->last_used_progress = consumed - q->consumed_base;
	sum_polls(q, r->v);
	if (q->irq)
		err = rs_irq_read(q, r->v);
	else
		rs_queue_sum_irqs(q, r->v);
	if (err == -ENODEV)
		return err;
	r->exact = !err;
	r->kernel_count = q->irq ? q->irq->kernel_sum - q->kernel_base : 0;
	for (i = 0; i < RS_COUNTERS; i++)
		r->v[i] -= q->base[i];
	r->none = 0;
	for (i = RS_C_none_empty; i <= RS_C_none_unknown; i++)
		r->none += r->v[i];
	r->interrupts = r->v[RS_C_handled] + r->none;
	return 0;
}

static enum rs_dir dir_of(const char *name)
{
	static const char * const prefixes[] = {
		[RS_RX] = "input", [RS_TX] = "output", [RS_CTRL] = "control",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return i;
	return RS_OTHER;
}

static void find_ring(struct rs_queue *q)
{
	const char *vq = (const char *)q->vq;

	q->size = virtqueue_get_vring_size(q->vq);
	q->used_addr = virtqueue_get_used_addr(q->vq);
	if (virtio_has_feature(q->vq->vdev, VIRTIO_F_RING_PACKED)) {
		q->last_used = (const void *)(vq + rs_layout.packed_last_used);
		q->desc = (const void *)(vq + rs_layout.packed_desc);
		if (rs_layout.packed_wrap)
			q->wrap = (const void *)(vq + rs_layout.packed_wrap);
	} else {
		q->last_used = (const void *)(vq + rs_layout.split_last_used);
		q->vring = virtqueue_get_vring(q->vq);
	}
}

static void queue_destroy(struct rs_queue *q)
{
	free_percpu(q->counts);
	free_percpu(q->hist);
	kfree(q);
}

static struct rs_queue *queue_alloc(const char *name)
{
	struct rs_queue *q = kzalloc(sizeof(*q), GFP_KERNEL);

	if (!q)
		return NULL;
	strscpy(q->name, name, sizeof(q->name));
	q->dir = dir_of(name);
	q->counts = alloc_percpu(struct rs_counts);
	if (q->dir == RS_RX)
		q->hist = alloc_percpu(struct rs_hist);
	if (q->counts && (q->hist || q->dir != RS_RX))
		return q;
	queue_destroy(q);
	return NULL;
}

static void queue_add(struct rs_device *d, struct virtqueue *vq)
{
	struct rs_queue *q = queue_alloc(vq->name ?: "");

	if (!q)
		return;
	q->vq = vq;
	q->device = d;
	q->index = vq->index;
	find_ring(q);
	q->consumed = rs_queue_last_used(q);
	seqcount_init(&q->settling);
	q->consumer = RS_UNKNOWN;
	q->previous = RS_UNKNOWN;
	list_add_tail(&q->list, &d->queues);
	rs_map_add(&q->vq_key, vq, q);
	rs_irq_attach(q);
	set_base(q);
}

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

/* The caller holds rtnl and rs_lock, and the device's virtqueues are there to stay. */
static void device_scan(struct rs_device *d)
{
	struct napi_struct *napi;
	struct virtqueue *vq;

	virtio_device_for_each_vq(d->vdev, vq)
		if (!find_queue(d, vq, dir_of(vq->name ?: "")))
			queue_add(d, vq);
	if (d->netdev)
		list_for_each_entry(napi, &d->netdev->napi_list, dev_list)
			match_napi(d, napi);
}

static struct virtio_device *virtio_net_of(struct net_device *netdev)
{
	struct device *parent = netdev->dev.parent;
	struct virtio_device *vdev;

	if (!parent || !parent->bus || strcmp(parent->bus->name, "virtio"))
		return NULL;
	vdev = dev_to_virtio(parent);
	if (vdev->id.device != VIRTIO_ID_NET || vdev->priv != netdev_priv(netdev))
		return NULL;
	return vdev;
}

static struct rs_device *device_get(struct virtio_device *vdev)
{
	struct rs_device *d;

	list_for_each_entry(d, &rs_devices, list)
		if (d->vdev == vdev)
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

static void queue_free(struct rcu_head *rcu)
{
	queue_destroy(container_of(rcu, struct rs_queue, rcu));
}

static void queue_drop(struct rs_queue *q)
{
	rs_irq_detach(q);
	list_del(&q->list);
	call_rcu(&q->rcu, queue_free);
}

/* Forget the queues that are gone. The caller holds rs_lock. */
static void device_prune(struct rs_device *d)
{
	struct rs_queue *q, *next;

	list_for_each_entry_safe(q, next, &d->queues, list)
		if (q->gone)
			queue_drop(q);
}

/* Only where neither queues nor a netdev are left. */
static void device_free(struct rs_device *d)
{
	if (d->netdev || !list_empty(&d->queues))
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
		unmap(q);
		rs_queue_release();
	}
	device_prune(d);
	d->netdev = NULL;
	device_free(d);
}

static int netdev_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *netdev = netdev_notifier_info_to_dev(ptr);
	struct virtio_device *vdev = virtio_net_of(netdev);
	struct rs_device *d;

	if (!vdev)
		return NOTIFY_DONE;
	mutex_lock(&rs_lock);
	d = device_get(vdev);
	if (d && event == NETDEV_UNREGISTER) {
		d->netdev = NULL;
	} else if (d) {
		d->netdev = netdev;
		strscpy(d->netdev_name, netdev->name, sizeof(d->netdev_name));
		memcpy(d->mac, netdev->dev_addr, ETH_ALEN);
		if (event == NETDEV_REGISTER) {
			device_scan(d);
			queue_delayed_work(system_freezable_wq, &rescan_work, 0);
		}
	}
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
static bool device_rescan(struct rs_device *d)
{
	struct rs_queue *q;

	list_for_each_entry(q, &d->queues, list)
		d->incomplete |= q->gone;
	if (!d->incomplete)
		return false;
	device_prune(d);
	if (d->netdev)
		d->incomplete = !device_return(d);
	return d->netdev && d->incomplete;
}

static void rescan(struct work_struct *work)
{
	struct rs_device *d, *next;
	bool again = false;

	rtnl_lock();
	mutex_lock(&rs_lock);
	list_for_each_entry_safe(d, next, &rs_devices, list) {
		again |= device_rescan(d);
		device_free(d);
	}
	mutex_unlock(&rs_lock);
	rtnl_unlock();
	rs_hook_retry();
	if (again)
		queue_delayed_work(system_freezable_wq, &rescan_work, HZ / 20);
}

/* Count from zero. The counters themselves go on; only where they start moves. */
void rs_queue_reset(void)
{
	struct rs_device *d;
	struct rs_queue *q;

	mutex_lock(&rs_lock);
	list_for_each_entry(d, &rs_devices, list)
		list_for_each_entry(q, &d->queues, list)
			set_base(q);
	rs_event_reset();
	rs_poller_reset();
	rs_softirq_reset();
	started_ns = ktime_get_ns();
	resets++;
	mutex_unlock(&rs_lock);
}

u64 rs_queue_started(void)
{
	return started_ns;
}

unsigned int rs_queue_resets(void)
{
	return resets;
}

int rs_queue_init(void)
{
	rs_clock_init();
	rs_softirq_reset();
	started_ns = ktime_get_ns();
	return register_netdevice_notifier(&netdev_nb);
}

void rs_queue_exit(void)
{
	struct rs_device *d, *next;

	unregister_netdevice_notifier(&netdev_nb);
	cancel_delayed_work_sync(&rescan_work);
	mutex_lock(&rs_lock);
	list_for_each_entry_safe(d, next, &rs_devices, list)
		device_forget(d);
	mutex_unlock(&rs_lock);
	rcu_barrier();	/* queue_free() is ours */
}
