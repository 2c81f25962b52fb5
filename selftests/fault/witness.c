// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts a virtio-net device's interrupts and consumed entries by the kernel's
 * own tracepoints, in pages the fault device can see, and does on its request
 * what makes a guest consume entries: poll in one way or another, transmit.
 */
#include <linux/etherdevice.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/kallsyms.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netpoll.h>
#include <linux/sched.h>
#include <linux/skbuff.h>
#include <linux/tracepoint.h>
#include <linux/virtio.h>
#include <net/busy_poll.h>
#include "witness.h"

#define FRAME_BYTES 60
#define SPIN_US	    300 /* after an answer the next question is looked for without a pause */
#define IDLE_US	    500 /* then, between looks */

static char *netdev = "eth1";
module_param(netdev, charp, 0444);
MODULE_PARM_DESC(netdev, "virtio-net interface to watch (eth1)");

static ulong address;
module_param(address, ulong, 0444);
MODULE_PARM_DESC(address, "guest-physical address of the shared pages (read only)");

static struct witness_pages *pages;
static struct net_device *dev;
static struct task_struct *worker;
static struct netpoll poller = {.name = "witness"};
static struct napi_struct *napis[WITNESS_QUEUES];
static const struct irqaction *owners[WITNESS_IRQS];
static atomic_t in_flight;
static int queue_of_irq[WITNESS_IRQS];
static int irq_of_queue[WITNESS_QUEUES]; /* 0: none that is its own */
static int shared_irq;			 /* 0: none */

/* What goes on on a CPU, as far as this module has to know it to name a consumer. */
struct scene {
	int doing;   /* this module's own hand: WITNESS_XMIT, else -1 */
	int softirq; /* the one that was entered last */
	int freed;   /* queue whose entries were freed by a poll that has not returned, or -1 */
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

static void count_consumed(struct witness_queue *q)
{
	smp_store_release(&q->consumed, q->consumed + 1);
}

static bool is_ours(const char *name)
{
	size_t n = strlen(pages->device);

	return name && !strncmp(name, pages->device, n) && (name[n] == '-' || !name[n]);
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
		irq_of_queue[queue_of_irq[irq]] = irq;
	else if (!queue || !strcmp(queue, "-virtqueues"))
		shared_irq = irq;
	owners[irq] = action;
	strscpy(pages->irq[irq].name, action->name, sizeof(pages->irq[irq].name));
}

static void judge(struct witness_queue *q, bool none)
{
	unsigned long long posted = READ_ONCE(q->posted);

	if (none && posted == q->posted_at_irq)
		q->none_empty++;
	else if (none)
		q->none_by[READ_ONCE(q->consumer)]++;
	q->posted_at_irq = posted;
}

static void on_irq_exit(void *data, int irq, struct irqaction *action, int ret)
{
	struct witness_irq *slot;

	if (irq < 0 || irq >= WITNESS_IRQS)
		return;
	slot = &pages->irq[irq];
	if (READ_ONCE(owners[irq]) != action) {
		if (!is_ours(action->name))
			return;
		meet(irq, action);
	}
	if (queue_of_irq[irq] >= 0)
		judge(&pages->queue[queue_of_irq[irq]], ret == IRQ_NONE);
	if (ret == IRQ_NONE)
		smp_store_release(&slot->none, slot->none + 1);
	else
		smp_store_release(&slot->handled, slot->handled + 1);
}

static void on_softirq(void *data, unsigned int vec)
{
	this_cpu_write(scene.softirq, vec);
}

static void on_receive(void *data, const struct sk_buff *skb)
{
	struct witness_queue *q;
	unsigned int pair;

	if (skb->dev != dev || !skb_rx_queue_recorded(skb))
		return;
	pair = skb_get_rx_queue(skb);
	if (pair >= WITNESS_QUEUES / 2)
		return;
	q = &pages->queue[2 * pair];
	WRITE_ONCE(q->consumer, poller_of());
	count_consumed(q);
}

static void on_poll_end(void *data, struct napi_struct *napi, int work, int budget)
{
	int freed = this_cpu_read(scene.freed);
	struct witness_queue *q;
	int i;

	if (napi->dev != dev)
		return;
	this_cpu_write(scene.freed, -1);
	for (i = 0; i < WITNESS_QUEUES && napis[i]; i++) {
		if (napis[i] != napi)
			continue;
		q = &pages->queue[i];
		if (freed >= 0)
			WRITE_ONCE(pages->queue[freed].consumer,
				   i & 1 ? WITNESS_TX_POLL : WITNESS_RX_POLL);
		smp_store_release(&q->at_poll_end, q->consumed);
	}
}

/*
 * netpoll frees with interrupts off, so that the frame itself goes later, by
 * NET_TX: who took it off the ring was noted then.
 */
static void on_free(struct sk_buff *skb)
{
	int index = 2 * skb_get_queue_mapping(skb) + 1;
	struct witness_queue *q = &pages->queue[index];

	if (this_cpu_read(scene.doing) == WITNESS_XMIT)
		WRITE_ONCE(q->consumer, WITNESS_XMIT);
	else if (!in_serving_softirq() || this_cpu_read(scene.softirq) != NET_TX_SOFTIRQ)
		this_cpu_write(scene.freed, index);
	count_consumed(q);
	atomic_dec(&in_flight);
}

static struct sk_buff *make_frame(int pair)
{
	struct sk_buff *skb = alloc_skb(FRAME_BYTES + LL_MAX_HEADER, GFP_KERNEL);

	if (!skb)
		return NULL;
	skb_reserve(skb, LL_MAX_HEADER);
	memset(skb_put(skb, FRAME_BYTES), 0, FRAME_BYTES);
	eth_broadcast_addr(skb->data);
	ether_addr_copy(skb->data + ETH_ALEN, pages->mac);
	/* 0x88b5 is the ethertype IEEE leaves for experiments */
	skb->data[2 * ETH_ALEN] = 0x88;
	skb->data[2 * ETH_ALEN + 1] = 0xb5;
	skb_reset_mac_header(skb);
	skb->dev = dev;
	skb->protocol = htons(0x88b5);
	skb_set_queue_mapping(skb, pair);
	return skb;
}

static int do_send(int index)
{
	struct sk_buff *skb = make_frame(index / 2);
	struct netdev_queue *txq;
	int ret = -EBUSY;

	if (!skb)
		return -ENOMEM;
	skb->destructor = on_free;
	atomic_inc(&in_flight);
	txq = netdev_get_tx_queue(dev, index / 2);
	local_bh_disable();
	__netif_tx_lock(txq, smp_processor_id());
	this_cpu_write(scene.doing, WITNESS_XMIT);
	if (!netif_xmit_frozen_or_stopped(txq))
		ret = netdev_start_xmit(skb, dev, txq, false);
	this_cpu_write(scene.doing, -1);
	__netif_tx_unlock(txq);
	local_bh_enable();
	if (ret == NETDEV_TX_OK) {
		pages->queue[index].sent++;
		return 0;
	}
	skb->destructor = NULL;
	atomic_dec(&in_flight);
	kfree_skb(skb);
	return -EBUSY;
}

static int do_poll(int index)
{
	local_bh_disable();
	napi_schedule(napis[index]);
	local_bh_enable();
	return 0;
}

/*
 * Softirqs raised outside interrupts are ksoftirqd's. Raising NET_RX alone wakes
 * nobody, a tasklet does, and once awake ksoftirqd serves both.
 */
static void no_work(struct tasklet_struct *t)
{
}

static DECLARE_TASKLET(waker, no_work);

static int do_poll_ksoftirqd(int index)
{
	unsigned long flags;

	local_irq_save(flags);
	napi_schedule_irqoff(napis[index]);
	tasklet_schedule(&waker);
	local_irq_restore(flags);
	return 0;
}

/* Its arguments changed over time; too many of them hurt nobody in these calling conventions. */
typedef void busy_loop_fn(unsigned int napi_id, void *loop_end, void *arg, bool prefer, u16 budget);

static int do_poll_busy(int index)
{
	busy_loop_fn *busy_loop = (busy_loop_fn *)(void *)napi_busy_loop;

	busy_loop(napis[index]->napi_id, NULL, NULL, false, 8);
	return 0;
}

static int do_netpoll(int index)
{
	unsigned long flags;

	if (!poller.dev)
		return -EOPNOTSUPP;
	local_irq_save(flags);
	WRITE_ONCE(pages->queue[index].consumer, WITNESS_NETPOLL);
	netpoll_poll_dev(dev);
	local_irq_restore(flags);
	return 0;
}

static int do_break(int index)
{
	virtio_break_device(dev_to_virtio(dev->dev.parent));
	return 0;
}

static int do_nothing(int index)
{
	return 0;
}

static int (*const asks[])(int index) = {
	[WITNESS_ASK_NOTHING] = do_nothing,	[WITNESS_ASK_SEND] = do_send,
	[WITNESS_ASK_POLL] = do_poll,		[WITNESS_ASK_KSOFTIRQD_POLL] = do_poll_ksoftirqd,
	[WITNESS_ASK_BUSY_POLL] = do_poll_busy, [WITNESS_ASK_NETPOLL_POLL] = do_netpoll,
	[WITNESS_ASK_BREAK] = do_break,
};

static bool answer(int index)
{
	struct witness_queue *q = &pages->queue[index];
	unsigned int asked = smp_load_acquire(&q->asked);
	int i;

	if (asked == q->answered)
		return false;
	/* The device knows of an interrupt before the kernel has judged it. */
	for (i = index & ~1; i <= (index | 1); i++)
		if (irq_of_queue[i])
			synchronize_hardirq(irq_of_queue[i]);
	if (shared_irq)
		synchronize_hardirq(shared_irq);
	if (q->ask >= ARRAY_SIZE(asks))
		q->answer = -EINVAL;
	else
		q->answer = asks[q->ask](index);
	smp_store_release(&q->answered, asked);
	return true;
}

static int work(void *unused)
{
	ktime_t spin_until = 0;
	int i;

	while (!kthread_should_stop()) {
		for (i = 0; i < WITNESS_QUEUES && napis[i]; i++)
			if (answer(i))
				spin_until = ktime_add_us(ktime_get(), SPIN_US);
		if (ktime_before(ktime_get(), spin_until))
			cond_resched_tasks_rcu_qs();
		else
			usleep_range(IDLE_US, 2 * IDLE_US);
	}
	return 0;
}

/* The driver adds a pair's NAPIs in turn, and the list has the newest first. */
static void find_napis(void)
{
	struct napi_struct *napi;
	int rx = 0, tx = 0;
	char name[40];

	rcu_read_lock();
	list_for_each_entry_reverse(napi, &dev->napi_list, dev_list)
	{
		snprintf(name, sizeof(name), "%ps", (void *)napi->poll);
		if (strncmp(name, "virtnet_poll_tx", 15))
			rx += 2;
		else
			tx += 2;
		if (max(rx, tx) <= WITNESS_QUEUES)
			napis[strncmp(name, "virtnet_poll_tx", 15) ? rx - 2 : tx - 1] = napi;
	}
	rcu_read_unlock();
}

static struct {
	const char *name;
	void *probe;
	struct tracepoint *tp;
} points[] = {
	{"irq_handler_exit", on_irq_exit},
	{"softirq_entry", on_softirq},
	{"napi_gro_receive_entry", on_receive},
	{"napi_poll", on_poll_end},
};

static void match_point(struct tracepoint *tp, void *unused)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(points); i++)
		if (!strcmp(tp->name, points[i].name))
			points[i].tp = tp;
}

static void detach(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(points); i++)
		if (points[i].tp)
			tracepoint_probe_unregister(points[i].tp, points[i].probe, NULL);
	tracepoint_synchronize_unregister();
}

static int attach(void)
{
	int i, err = 0;

	for_each_kernel_tracepoint(match_point, NULL);
	for (i = 0; i < ARRAY_SIZE(points) && !err; i++)
		err = points[i].tp ? tracepoint_probe_register(points[i].tp, points[i].probe, NULL)
				   : -ENOENT;
	if (!err)
		return 0;
	pr_err("witness: cannot attach to the tracepoint %s\n", points[i - 1].name);
	points[i - 1].tp = NULL;
	detach();
	return err;
}

static void start_netpoll(void)
{
	strscpy(poller.dev_name, dev->name, sizeof(poller.dev_name));
	rtnl_lock();
	if (__netpoll_setup(&poller, dev))
		poller.dev = NULL;
	rtnl_unlock();
}

static void stop_netpoll(void)
{
	if (!poller.dev)
		return;
	rtnl_lock();
	__netpoll_cleanup(&poller);
	rtnl_unlock();
}

static int __init witness_init(void)
{
	int err = -ENOMEM;

	dev = dev_get_by_name(&init_net, netdev);
	if (!dev || !dev->dev.parent) {
		pr_err("witness: no virtio-net interface %s\n", netdev);
		err = -ENODEV;
		goto put_dev;
	}
	pages = alloc_pages_exact(sizeof(*pages), GFP_KERNEL | __GFP_ZERO);
	if (!pages)
		goto put_dev;
	strscpy(pages->device, dev_name(dev->dev.parent), sizeof(pages->device));
	ether_addr_copy(pages->mac, dev->dev_addr);
	address = virt_to_phys(pages);
	find_napis();
	err = attach();
	if (err)
		goto free_pages;
	start_netpoll();
	worker = kthread_run(work, NULL, "witness");
	err = PTR_ERR_OR_ZERO(worker);
	if (err)
		goto detach;
	memcpy(pages->magic, WITNESS_MAGIC, WITNESS_MAGIC_SIZE);
	return 0;

detach:
	stop_netpoll();
	detach();
free_pages:
	free_pages_exact(pages, sizeof(*pages));
put_dev:
	if (dev)
		dev_put(dev);
	return err;
}

static void __exit witness_exit(void)
{
	memset(pages->magic, 0, WITNESS_MAGIC_SIZE);
	kthread_stop(worker);
	/* The frames out there call back into this module when they are freed. */
	while (atomic_read(&in_flight))
		usleep_range(IDLE_US, 2 * IDLE_US);
	synchronize_net();
	stop_netpoll();
	tasklet_kill(&waker);
	detach();
	free_pages_exact(pages, sizeof(*pages));
	dev_put(dev);
}

module_init(witness_init);
module_exit(witness_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Independent counts of a virtio-net device's interrupts, for ringside's tests");
