// SPDX-License-Identifier: GPL-2.0-only
/* What the witness counts of what it sees: see witness_trace.c and witness_probe.c. */
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include "witness_guest.h"

int witness_irq_of_queue[WITNESS_QUEUES];
int witness_shared_irq;
atomic_t witness_in_flight;

static const struct irqaction *owners[WITNESS_IRQS];
static int queue_of_irq[WITNESS_IRQS];

/* What goes on on a CPU, as far as this module has to know it to name a consumer. */
struct scene {
	int doing;   /* this module's own hand: WITNESS_XMIT, else -1 */
	int softirq; /* the one that was entered last */
	int freed;   /* queue with entries freed by a poll that has not returned, or -1 */
};
static DEFINE_PER_CPU(struct scene, scene) = {-1, -1, -1};

static enum witness_consumer poller_of(void)
{
	if (in_serving_softirq())
		return current->flags & PF_KTHREAD && !strncmp(current->comm, "ksoftirqd/", 10)
			       ? WITNESS_KSOFTIRQD
			       : WITNESS_SOFTIRQ;
	if (current->flags & PF_KTHREAD && !strncmp(current->comm, "napi/", 5))
		return WITNESS_THREADED;
	return WITNESS_BUSY;
}

/* What came off a receive ring, and the interrupts that found it gone. */
static DEFINE_RAW_SPINLOCK(receiving);

static bool is_receive(const struct witness_queue *q)
{
	return (q - witness_pages->queue) % 2 == 0;
}

static void count_consumed(struct witness_queue *q)
{
	smp_store_release(&q->consumed, q->consumed + 1);
}

static bool is_ours(const char *name)
{
	size_t n = strlen(witness_pages->device);

	return name && !strncmp(name, witness_pages->device, n) && (name[n] == '-' || !name[n]);
}

static void meet(int irq, const struct irqaction *action)
{
	const char *queue = strchr(action->name, '-');
	int n;

	queue_of_irq[irq] = -1;
	if (queue && sscanf(queue, "-input.%d", &n) == 1)
		queue_of_irq[irq] = 2 * n;
	else if (queue && sscanf(queue, "-output.%d", &n) == 1)
		queue_of_irq[irq] = 2 * n + 1;
	if (queue_of_irq[irq] >= WITNESS_QUEUES)
		queue_of_irq[irq] = -1;
	if (queue_of_irq[irq] >= 0)
		witness_irq_of_queue[queue_of_irq[irq]] = irq;
	else if (!queue || !strcmp(queue, "-virtqueues"))
		witness_shared_irq = irq;
	owners[irq] = action;
	strscpy(witness_pages->irq[irq].name, action->name, sizeof(witness_pages->irq[irq].name));
}

/* A frame is off the receive ring a moment before it reaches GRO. */
static bool is_under_way(const struct witness_queue *q, unsigned long long posted)
{
	return is_receive(q) && posted - q->posted_before != q->consumed;
}

static void judge(struct witness_queue *q, bool none)
{
	unsigned long long posted = READ_ONCE(q->posted);

	raw_spin_lock(&receiving);
	if (none && posted == q->posted_at_irq)
		q->none_empty++;
	else if (none && is_under_way(q, posted))
		q->pending++;
	else if (none)
		q->none_by[READ_ONCE(q->consumer)]++;
	raw_spin_unlock(&receiving);
	q->posted_at_irq = posted;
}

static void receive(struct witness_queue *q, enum witness_consumer who)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&receiving, flags);
	WRITE_ONCE(q->consumer, who);
	count_consumed(q);
	q->received_by[who]++;
	q->none_by[who] += q->pending;
	q->pending = 0;
	raw_spin_unlock_irqrestore(&receiving, flags);
}

/* By the clock: under emulation mdelay() may be far shorter. */
static void hold(unsigned int ms)
{
	ktime_t until = ktime_add_ms(ktime_get(), ms);

	while (ms && ktime_before(ktime_get(), until))
		cpu_relax();
}

/* The same, or until @ms is 0. */
static void hold_on(const unsigned int *ms)
{
	ktime_t until = ktime_add_ms(ktime_get(), READ_ONCE(*ms));

	while (READ_ONCE(*ms) && ktime_before(ktime_get(), until))
		mdelay(1);
}

void witness_saw_irq(int irq, const struct irqaction *action, irqreturn_t result)
{
	struct witness_irq *slot;

	if (irq < 0 || irq >= WITNESS_IRQS)
		return;
	slot = &witness_pages->irq[irq];
	if (READ_ONCE(owners[irq]) != action) {
		if (!is_ours(action->name))
			return;
		meet(irq, action);
	}
	if (result == IRQ_WAKE_THREAD) {
		smp_store_release(&slot->woken, slot->woken + 1);
		return;
	}
	if (queue_of_irq[irq] >= 0)
		judge(&witness_pages->queue[queue_of_irq[irq]], result == IRQ_NONE);
	if (result == IRQ_NONE)
		smp_store_release(&slot->none, slot->none + 1);
	else
		smp_store_release(&slot->handled, slot->handled + 1);
	hold_on(&witness_irq_hold_ms);
}

void witness_saw_softirq(unsigned int vec)
{
	this_cpu_write(scene.softirq, vec);
}

void witness_saw_frame(const struct sk_buff *skb)
{
	unsigned int pair;

	if (skb->dev != witness_dev || !skb_rx_queue_recorded(skb))
		return;
	pair = skb_get_rx_queue(skb);
	if (pair >= WITNESS_QUEUES / 2)
		return;
	receive(&witness_pages->queue[2 * pair], poller_of());
	hold(READ_ONCE(witness_hold_ms));
}

void witness_saw_poll(const struct napi_struct *napi, int budget)
{
	int freed = this_cpu_read(scene.freed);
	struct witness_queue *q;
	int i;

	if (napi->dev != witness_dev)
		return;
	this_cpu_write(scene.freed, -1);
	for (i = 0; i < WITNESS_QUEUES && witness_napis[i]; i++) {
		if (witness_napis[i] != napi)
			continue;
		q = &witness_pages->queue[i];
		if (freed >= 0 && budget) /* netpoll has none, and is known already */
			WRITE_ONCE(witness_pages->queue[freed].consumer,
				   i & 1 ? WITNESS_TX_POLL : WITNESS_RX_POLL);
		smp_store_release(&q->at_poll_end, q->consumed);
		smp_store_release(&q->polls, q->polls + 1);
	}
}

/*
 * netpoll frees with interrupts off, so that the frame itself goes later, by
 * NET_TX: what took it off the ring was noted then.
 */
void witness_count_freed(struct sk_buff *skb)
{
	int index = 2 * skb_get_queue_mapping(skb) + 1;
	struct witness_queue *q = &witness_pages->queue[index];

	if (this_cpu_read(scene.doing) == WITNESS_XMIT)
		WRITE_ONCE(q->consumer, WITNESS_XMIT);
	else if (!in_serving_softirq() || this_cpu_read(scene.softirq) != NET_TX_SOFTIRQ)
		this_cpu_write(scene.freed, index);
	count_consumed(q);
	atomic_dec(&witness_in_flight);
}

void witness_count_xmit_begin(void)
{
	this_cpu_write(scene.doing, WITNESS_XMIT);
}

void witness_count_xmit_end(void)
{
	this_cpu_write(scene.doing, -1);
}
