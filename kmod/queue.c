// SPDX-License-Identifier: GPL-2.0-only
/* A virtqueue and its counters, until it is deleted. */
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include "map.h"
#include "queue.h"
#include "ringside.h"

/* A virtqueue is not deleted while this is held and its queue is not gone. */
static DEFINE_RAW_SPINLOCK(gone_lock);
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

/* Take @q out of the hot path for good. The caller holds @q. */
void rs_queue_unmap(struct rs_queue *q)
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
void rs_queue_gone(unsigned long ip, unsigned long parent_ip,
		   struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct rs_queue *q;
	unsigned long flags;

	raw_spin_lock_irqsave(&gone_lock, flags);
	q = rs_map_find((void *)rs_ftrace_arg(fregs, 0));
	if (q)
		rs_queue_unmap(q);
	raw_spin_unlock_irqrestore(&gone_lock, flags);
	if (q)
		rs_device_rescan();
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
	*consumed = READ_ONCE(q->consumed);
	smp_rmb();	/* the index is never behind a count taken before it */
	*consumed += rs_queue_ahead(q, *consumed, rs_queue_last_used(q));
	smp_rmb();	/* the device is never behind what the guest consumed */
	*used = *consumed + rs_queue_ahead(q, *consumed, rs_queue_used(q));
}

/* Count from here on. The caller holds rs_lock. */
void rs_queue_start(struct rs_queue *q)
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

/*
 * Whether someone counts what is consumed as it is consumed. Where nobody does,
 * the ring's index comes round unseen, and tells no progress.
 */
bool rs_queue_followed(const struct rs_queue *q)
{
	const void *follower = q->dir == RS_RX ? (void *)rs_poll_done : (void *)rs_poll_clean;

	return (q->dir == RS_RX || q->dir == RS_TX) && q->napi && rs_hook_attached(follower);
}

/* What a virtqueue is for, by the name its driver gave it. */
enum rs_dir rs_queue_dir(const struct virtqueue *vq)
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

static void find_ring(struct rs_queue *q)
{
	const char *vq = (const char *)q->vq;

	q->size = virtqueue_get_vring_size(q->vq);
	q->used_addr = virtqueue_get_used_addr(q->vq);
	if (virtio_has_feature(q->vq->vdev, VIRTIO_F_RING_PACKED)) {
		q->last_used = (const void *)(vq + rs_layout.packed_last_used);
		q->desc = (const void *)(vq + rs_layout.packed_desc);
		q->state = (const void *)(vq + rs_layout.packed_state);
		if (rs_layout.packed_wrap)
			q->wrap = (const void *)(vq + rs_layout.packed_wrap);
	} else {
		q->last_used = (const void *)(vq + rs_layout.split_last_used);
		q->vring = virtqueue_get_vring(q->vq);
	}
	if (is_power_of_2(rs_queue_modulus(q)))
		q->mask = rs_queue_modulus(q) - 1;
}

static void queue_destroy(struct rs_queue *q)
{
	free_percpu(q->counts);
	free_percpu(q->hist);
	kfree(q);
}

static struct rs_queue *queue_alloc(const struct virtqueue *vq)
{
	struct rs_queue *q = kzalloc(sizeof(*q), GFP_KERNEL);

	if (!q)
		return NULL;
	strscpy(q->name, vq->name ?: "", sizeof(q->name));
	q->dir = rs_queue_dir(vq);
	q->counts = alloc_percpu(struct rs_counts);
	if (q->dir == RS_RX)
		q->hist = alloc_percpu(struct rs_hist);
	if (q->counts && (q->hist || q->dir != RS_RX))
		return q;
	queue_destroy(q);
	return NULL;
}

static int queue_add(struct rs_device *d, struct virtqueue *vq)
{
	struct rs_queue *q = queue_alloc(vq);
	int err;

	if (!q)
		return -ENOMEM;
	q->vq = vq;
	q->device = d;
	q->index = vq->index;
	find_ring(q);
	do {	/* both of one instant, while the ring is in use */
		q->raw = READ_ONCE(*q->last_used);
		q->consumed = rs_queue_last_used(q);
	} while (q->raw != READ_ONCE(*q->last_used));
	seqcount_init(&q->settling);
	q->polled = U64_MAX;
	q->consumer = RS_UNKNOWN;
	list_add_tail(&q->list, &d->queues);
	rs_map_add(&q->vq_key, vq, q);
	err = rs_irq_attach(q);
	rs_queue_start(q);
	return err;
}

/* Watch @vq. Without memory it is not watched, and the log says so. The caller holds rs_lock. */
int rs_queue_add(struct rs_device *d, struct virtqueue *vq)
{
	int err = queue_add(d, vq);

	if (err)
		pr_err("no memory to watch %s of %s; free some and load ringside again\n",
		       vq->name, d->name);
	return err;
}

static void queue_free(struct rcu_head *rcu)
{
	queue_destroy(container_of(rcu, struct rs_queue, rcu));
}

/* @q is gone. The caller holds rs_lock. */
void rs_queue_drop(struct rs_queue *q)
{
	rs_irq_detach(q);
	list_del(&q->list);
	call_rcu(&q->rcu, queue_free);
}
