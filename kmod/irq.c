// SPDX-License-Identifier: GPL-2.0-only
/* What an interrupt of a virtqueue was worth, and why it was not. */
#include <linux/ktime.h>
#include <linux/slab.h>
#include "map.h"
#include "queue.h"
#include "ringside.h"
#include "trace.h"

LIST_HEAD(rs_irqs);

/* Handlers that serve every virtqueue of the device that is their dev_id. */
static const char * const shared_handlers[] = {
	"vp_vring_interrupt", "vp_interrupt", "vm_interrupt",
};

#define PENDING RS_COUNTERS

/*
 * Who consumed last, when the ring's index is @last. A transmit ring's index
 * moves under whoever entered last; a receive ring's under a poll that is
 * still going on, which will tell who it is.
 */
static unsigned int theft(struct rs_queue *q, u16 last)
{
	u8 who = smp_load_acquire(&q->consumer);
	bool moved = rs_queue_ahead(q, READ_ONCE(q->consumed), last);

	if (q->dir == RS_RX && moved)
		return PENDING;
	if (q->dir == RS_TX && !moved)
		who = READ_ONCE(q->previous);
	return RS_C_none_softirq + who;
}

/*
 * An interrupt that found nothing was empty when everything used at the last
 * interrupt is all that was ever consumed. Else someone consumed entries that
 * came later.
 */
static unsigned int none_cause(struct rs_queue *q, u16 last)
{
	if (unlikely(virtqueue_is_broken(q->vq)))
		return RS_C_none_broken;
	if (last == q->irq_used)
		return RS_C_none_empty;
	return theft(q, last);
}

/* Each interrupt adds to exactly one row, now or when the poll is over. */
static void count(struct rs_queue *q, unsigned int row)
{
	if (likely(row != PENDING))
		this_cpu_inc(q->counts->v[row]);
	else
		atomic_inc(&q->pending);
	trace_ring_irq(q, min_t(unsigned int, row, RS_C_none_unknown));
}

/* A poll is over that interrupts have found going on: it was their thief. */
void rs_irq_settle(struct rs_queue *q, enum rs_consumer who)
{
	raw_write_seqcount_begin(&q->settling);
	this_cpu_add(q->counts->v[RS_C_none_softirq + who], atomic_xchg(&q->pending, 0));
	raw_write_seqcount_end(&q->settling);
}

static void note_own(struct rs_queue *q, bool handled)
{
	u16 last;

	if (likely(handled)) {
		q->irq_used = rs_queue_used(q);
		count(q, RS_C_handled);
		return;
	}
	last = rs_queue_last_used(q);
	count(q, none_cause(q, last));
	q->irq_used = last;
}

/*
 * On a shared line what the handlers returned tells of all of them; which
 * queue had work shows in the callbacks that ran meanwhile on this CPU.
 */
static void note_shared(struct rs_irq *irq, bool handled)
{
	struct rs_counts *counts;
	struct rs_queue *q;
	unsigned int row;

	list_for_each_entry_rcu(q, &irq->queues, irq_list) {
		counts = this_cpu_ptr(q->counts);
		if (counts->called)
			row = RS_C_handled;
		else if (handled)
			row = RS_C_none_shared;
		else
			row = none_cause(q, rs_queue_last_used(q));
		counts->called = false;
		count(q, row);
		q->irq_used = rs_queue_used(q);
	}
}

/*
 * note_interrupt(desc, ret) runs once after the handlers of every interrupt,
 * on the same CPU, with what they returned.
 */
void rs_irq_note(unsigned long ip, unsigned long parent_ip,
		 struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct rs_irq *irq = rs_map_find((void *)rs_ftrace_arg(fregs, 0));
	bool handled = rs_ftrace_arg(fregs, 1) != IRQ_NONE;

	if (!irq)
		return;
	if (irq->own)
		note_own(irq->own, handled);
	else
		note_shared(irq, handled);
}

/* The callback of a virtqueue begins: its interrupt found work. */
void rs_irq_callback(unsigned long ip, unsigned long parent_ip,
		     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct rs_queue *q = rs_map_find((void *)rs_ftrace_arg(fregs, 0));

	if (q && hardirq_count())
		this_cpu_write(q->counts->called, true);
}

static bool is_shared_handler(irq_handler_t handler)
{
	char name[40];
	unsigned int i;

	snprintf(name, sizeof(name), "%ps", (void *)handler);
	for (i = 0; i < ARRAY_SIZE(shared_handlers); i++)
		if (!strncmp(name, shared_handlers[i], strlen(shared_handlers[i])))
			return true;
	return false;
}

enum serves { SERVES_NOT, SERVES_THREADED, SERVES_SHARED, SERVES_OWN };

static enum serves action_serves(const struct irqaction *action,
				 const struct rs_queue *q)
{
	if (action->handler == vring_interrupt && action->dev_id == q->vq)
		return action->next ? SERVES_SHARED : SERVES_OWN;
	if (action->dev_id == q->vq->vdev && is_shared_handler(action->handler))
		return SERVES_SHARED;
	if (action->thread_fn == vring_interrupt && action->dev_id == q->vq)
		return SERVES_THREADED;
	return SERVES_NOT;
}

static enum serves desc_serves(struct irq_desc *desc, const struct rs_queue *q)
{
	enum serves serves = SERVES_NOT;
	struct irqaction *action;
	unsigned long flags;

	raw_spin_lock_irqsave(&desc->lock, flags);
	for (action = desc->action; action && !serves; action = action->next)
		serves = action_serves(action, q);
	raw_spin_unlock_irqrestore(&desc->lock, flags);
	return serves;
}

static struct irq_desc *desc_of(unsigned int irq)
{
	struct irq_data *data = irq_get_irq_data(irq);

	return data ? irq_data_to_desc(data) : NULL;
}

/* The line that serves @q; RCU keeps a descriptor that is being freed. */
static struct irq_desc *find_desc(const struct rs_queue *q, enum serves *serves)
{
	struct irq_desc *desc;
	unsigned int i;

	for (i = 0; i < rs_irq_limit(); i++) {
		rcu_read_lock();
		desc = desc_of(i);
		*serves = desc ? desc_serves(desc, q) : SERVES_NOT;
		rcu_read_unlock();
		if (*serves)
			return desc;
	}
	return NULL;
}

static struct rs_irq *irq_get(struct irq_desc *desc)
{
	struct rs_irq *irq;

	list_for_each_entry(irq, &rs_irqs, list)
		if (irq->desc == desc && irq->key.owner)
			return irq;
	irq = kzalloc(sizeof(*irq), GFP_KERNEL);
	if (!irq)
		return NULL;
	irq->desc = desc;
	irq->irq = desc->irq_data.irq;
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

/* Whether this queue's callback can be watched, which only a shared line needs. */
static bool is_called(const struct rs_queue *q)
{
	return (q->dir == RS_RX || q->dir == RS_TX) &&
	       !rs_hook_want(rs_irq_callback);
}

/**
 * rs_irq_attach - find the interrupt line of a queue and count it
 * @q: the queue
 *
 * A queue without a line of its own, or whose line cannot be found, has no
 * irq and shows none. The caller holds rs_lock.
 */
void rs_irq_attach(struct rs_queue *q)
{
	enum serves serves;
	struct irq_desc *desc = find_desc(q, &serves);
	struct rs_irq *irq = desc ? irq_get(desc) : NULL;

	if (!irq)
		return;
	q->irq = irq;
	q->irq_used = rs_queue_used(q);
	list_add_tail_rcu(&q->irq_list, &irq->queues);
	q->counted = serves == SERVES_OWN ||
		     (serves == SERVES_SHARED && is_called(q));
	if (serves == SERVES_OWN)
		irq->own = q;
	if (irq->key.owner)
		return;
	irq->kernel_last = kstat_sum(desc);
	rs_map_add(&irq->key, desc, irq);
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
	rs_map_del(&irq->key);
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
