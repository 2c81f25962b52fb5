// SPDX-License-Identifier: GPL-2.0-only
/* Which interrupt line serves a queue, and what the kernel counted on it. */
#include <linux/ktime.h>
#include <linux/slab.h>
#include "map.h"
#include "queue.h"
#include "ringside.h"

LIST_HEAD(rs_irqs);

/* Handlers that serve every virtqueue of the device that is their dev_id. */
static const struct shared_handler {
	const char *name;
	bool asks;	/* visits its virtqueues only if the device says it was meant */
} shared_handlers[] = {
	{ "vp_vring_interrupt", false },
	{ "vp_interrupt", true },
	{ "vm_interrupt", true },
};

static const struct shared_handler *shared_handler(irq_handler_t handler)
{
	char name[40];
	unsigned int i;

	snprintf(name, sizeof(name), "%ps", (void *)handler);
	name[strcspn(name, ". ")] = '\0';
	for (i = 0; i < ARRAY_SIZE(shared_handlers); i++)
		if (!strcmp(name, shared_handlers[i].name))
			return &shared_handlers[i];
	return NULL;
}

/* What is known of the line of a queue. */
struct line {
	struct irq_desc *desc;
	const struct irqaction *action;
	const void *dev_id;
	bool own;
	bool asks;
	bool threaded;
};

static bool action_serves(const struct irqaction *action, const struct rs_queue *q,
			  struct line *line)
{
	const struct shared_handler *shared = NULL;

	line->own = action->handler == vring_interrupt && action->dev_id == q->vq;
	line->threaded = action->thread_fn == vring_interrupt && action->dev_id == q->vq;
	if (action->dev_id == q->vq->vdev)
		shared = shared_handler(action->handler);
	line->asks = shared && shared->asks;
	line->action = action;
	line->dev_id = action->dev_id;
	return line->own || line->threaded || shared;
}

static bool desc_serves(struct irq_desc *desc, const struct rs_queue *q, struct line *line)
{
	struct irqaction *action;
	unsigned long flags;
	bool serves = false;

	raw_spin_lock_irqsave(&desc->lock, flags);
	for (action = desc->action; action && !serves; action = action->next)
		serves = action_serves(action, q, line);
	raw_spin_unlock_irqrestore(&desc->lock, flags);
	line->desc = desc;
	return serves;
}

static struct irq_desc *desc_of(unsigned int irq)
{
	struct irq_data *data = irq_get_irq_data(irq);

	return data ? irq_data_to_desc(data) : NULL;
}

/* RCU keeps a descriptor that is being freed. */
static bool find_line(const struct rs_queue *q, struct line *line)
{
	struct irq_desc *desc;
	unsigned int i;
	bool found = false;

	for (i = 0; i < rs_irq_limit() && !found; i++) {
		rcu_read_lock();
		desc = desc_of(i);
		found = desc && desc_serves(desc, q, line);
		rcu_read_unlock();
	}
	return found;
}

static struct rs_irq *irq_get(const struct line *line)
{
	struct rs_irq *irq;

	list_for_each_entry(irq, &rs_irqs, list)
		if (irq->desc == line->desc && irq->dev_id == line->dev_id && irq->key.owner)
			return irq;
	irq = kzalloc(sizeof(*irq), GFP_KERNEL);
	if (!irq)
		return NULL;
	irq->desc = line->desc;
	irq->dev_id = line->dev_id;
	irq->asks = line->asks;
	irq->shared = !line->own && !line->threaded;
	irq->threaded = line->threaded;
	irq->irq = line->desc->irq_data.irq;
	irq->rate_since_ns = ktime_get_ns();
	INIT_LIST_HEAD(&irq->queues);
	list_add_tail(&irq->list, &rs_irqs);
	return irq;
}

static u32 kstat_sum(const struct irq_desc *desc)
{
	u32 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += rs_irq_kstat(desc, cpu);
	return sum;
}

/* Bring the 64-bit count forward; at most 2^32 interrupts since the last time. */
static void kernel_count_update(struct rs_irq *irq)
{
	u32 now = kstat_sum(irq->desc);

	irq->kernel_sum += (u32)(now - irq->kernel_last);
	irq->kernel_last = now;
}

/* Whether the result for this queue can be told from that of the line's others. */
static bool is_told_apart(const struct rs_queue *q, const struct line *line)
{
	if (line->threaded || (q->dir != RS_RX && q->dir != RS_TX))
		return false;
	return !rs_hook_want(rs_irq_callback) &&
	       (!line->asks || (!rs_hook_want(rs_irq_visit) && !rs_hook_want(rs_irq_config)));
}

/**
 * rs_irq_attach - find the interrupt line of a queue and count it
 * @q: the queue
 *
 * A queue without a line of its own, or whose line cannot be found, has no
 * irq and shows none. The caller holds rs_lock.
 *
 * Return: 0, or -ENOMEM.
 */
int rs_irq_attach(struct rs_queue *q)
{
	struct line line;
	struct rs_irq *irq;

	if (!find_line(q, &line))
		return 0;
	irq = irq_get(&line);
	if (!irq)
		return -ENOMEM;
	q->irq = irq;
	q->irq_seen = rs_queue_returned(q);
	q->irq_used = q->irq_seen;
	list_add_tail_rcu(&q->irq_list, &irq->queues);
	q->counted = line.own || is_told_apart(q, &line);
	if (line.own && q->dir != RS_OTHER)
		irq->own = q;
	if (irq->key.owner)
		return 0;
	irq->kernel_last = kstat_sum(irq->desc);
	rs_map_add(&irq->desc_key, irq->desc, irq);
	if (irq->asks)
		rs_map_add(&irq->config_key, irq->dev_id, irq);
	rs_map_add(&irq->key, line.action, irq);
	return 0;
}

/* Nothing that the line's descriptor or action was is followed from here on. */
void rs_irq_unmap(struct rs_irq *irq)
{
	rs_map_del(&irq->key);
	rs_map_del(&irq->desc_key);
	rs_map_del(&irq->config_key);
}

/* Whether some line's handler runs in a thread. The caller holds rs_lock. */
bool rs_irq_threaded(void)
{
	struct rs_irq *irq;

	list_for_each_entry(irq, &rs_irqs, list)
		if (irq->threaded)
			return true;
	return false;
}

/* The caller holds rs_lock, and frees @q after a grace period. */
void rs_irq_detach(struct rs_queue *q)
{
	struct rs_irq *irq = q->irq;

	if (!irq)
		return;
	list_del_rcu(&q->irq_list);
	if (!list_empty(&irq->queues))
		return;
	rs_irq_unmap(irq);
	list_del(&irq->list);
	kfree_rcu(irq, rcu);
}

/*
 * Between two runs of the handler, with the line's own lock held, the kernel's
 * count and ours are of the same instant. False while a handler runs.
 */
static bool read_idle(struct rs_queue *q, u64 *v)
{
	struct irq_desc *desc = q->irq->desc;
	unsigned long flags;
	bool idle;

	raw_spin_lock_irqsave(&desc->lock, flags);
	idle = !irqd_irq_inprogress(&desc->irq_data);
	if (idle) {
		rs_queue_sum_irqs(q, v);
		kernel_count_update(q->irq);
		rs_spurious_read(desc, &q->irq->spurious);
	}
	raw_spin_unlock_irqrestore(&desc->lock, flags);
	return idle;
}

/* Handlers take microseconds: many tries mean that one has hung. */
#define READ_TRIES 10000

/**
 * rs_irq_read - what a queue and the kernel counted, at one instant
 * @q: the queue
 * @v: receives the sums over all CPUs
 *
 * Return: 0; -ENODEV when the virtqueue is gone; -EBUSY when the handler never
 * paused, and @v is not of the same instant as the kernel's count.
 */
int rs_irq_read(struct rs_queue *q, u64 *v)
{
	unsigned int try;
	bool idle = false;

	for (try = 0; try < READ_TRIES && !idle; try++) {
		if (!rs_queue_hold(q))
			return -ENODEV;
		idle = read_idle(q, v);
		rs_queue_release();
		if (!idle)
			cpu_relax();
	}
	return idle ? 0 : -EBUSY;
}

#define RATE_NS NSEC_PER_SEC

/* Interrupts per second over the last full second. The caller holds a queue of @irq. */
void rs_irq_sample_rate(struct rs_irq *irq, u64 now)
{
	u64 spent = now - irq->rate_since_ns;

	if (spent < RATE_NS)
		return;
	kernel_count_update(irq);
	irq->rate = div64_u64((irq->kernel_sum - irq->rate_from) * NSEC_PER_SEC, spent);
	irq->rate_from = irq->kernel_sum;
	irq->rate_since_ns = now;
}
