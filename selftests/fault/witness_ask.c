// SPDX-License-Identifier: GPL-2.0-only
/* What the witness does because the device asks for it: poll in one way or another, transmit. */
#include <linux/etherdevice.h>
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/netpoll.h>
#include <linux/rtnetlink.h>
#include <linux/virtio.h>
#include <net/busy_poll.h>
#include "witness_guest.h"

#define FRAME_BYTES 60
#define SPIN_US	    300 /* after an answer the next question is looked for without a pause */
#define IDLE_US	    500 /* then, between looks */

static struct task_struct *worker;
static struct netpoll poller = {.name = "witness"};

static struct sk_buff *make_frame(int pair)
{
	struct sk_buff *skb = alloc_skb(FRAME_BYTES + LL_MAX_HEADER, GFP_KERNEL);

	if (!skb)
		return NULL;
	skb_reserve(skb, LL_MAX_HEADER);
	memset(skb_put(skb, FRAME_BYTES), 0, FRAME_BYTES);
	eth_broadcast_addr(skb->data);
	ether_addr_copy(skb->data + ETH_ALEN, witness_pages->mac);
	/* 0x88b5 is the ethertype IEEE leaves for experiments */
	skb->data[2 * ETH_ALEN] = 0x88;
	skb->data[2 * ETH_ALEN + 1] = 0xb5;
	skb_reset_mac_header(skb);
	skb->dev = witness_dev;
	skb->protocol = htons(0x88b5);
	skb_set_queue_mapping(skb, pair);
	return skb;
}

/* more: as the stack says that the next frame comes at once, and that its kick will do for both */
static int transmit(struct sk_buff *skb, int index, bool more)
{
	struct netdev_queue *txq;
	int ret = -EBUSY;

	skb->destructor = witness_count_freed;
	atomic_inc(&witness_in_flight);
	txq = netdev_get_tx_queue(witness_dev, index / 2);
	local_bh_disable();
	__netif_tx_lock(txq, smp_processor_id());
	witness_count_xmit_begin();
	if (!netif_xmit_frozen_or_drv_stopped(txq))
		ret = netdev_start_xmit(skb, witness_dev, txq, more);
	witness_count_xmit_end();
	__netif_tx_unlock(txq);
	local_bh_enable();
	if (ret == NETDEV_TX_OK) {
		witness_pages->queue[index].sent++;
		return 0;
	}
	skb->destructor = NULL;
	atomic_dec(&witness_in_flight);
	kfree_skb(skb);
	return -EBUSY;
}

static int do_send(int index)
{
	struct sk_buff *skb = make_frame(index / 2);

	return skb ? transmit(skb, index, false) : -ENOMEM;
}

static int do_send_unkicked(int index)
{
	struct sk_buff *skb = make_frame(index / 2);

	return skb ? transmit(skb, index, true) : -ENOMEM;
}

/* The header is a descriptor, and each part behind it. */
#define PARTS 2

static int do_send_parts(int index)
{
	struct sk_buff *skb = make_frame(index / 2);
	struct page *page;
	int i;

	if (!skb)
		return -ENOMEM;
	for (i = 0; i < PARTS; i++) {
		page = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!page) {
			kfree_skb(skb);
			return -ENOMEM;
		}
		skb_add_rx_frag(skb, i, page, 0, FRAME_BYTES, PAGE_SIZE);
	}
	return transmit(skb, index, false);
}

static int do_poll(int index)
{
	local_bh_disable();
	napi_schedule(witness_napis[index]);
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
	napi_schedule_irqoff(witness_napis[index]);
	tasklet_schedule(&waker);
	local_irq_restore(flags);
	return 0;
}

/* Its arguments changed over time; too many do no harm in these calling conventions. */
typedef void busy_loop_fn(unsigned int napi_id, void *loop_end, void *arg, bool prefer, u16 budget);

static int do_poll_busy(int index)
{
	busy_loop_fn *busy_loop = (busy_loop_fn *)(void *)napi_busy_loop;

	busy_loop(witness_napis[index]->napi_id, NULL, NULL, false, 8);
	return 0;
}

static int do_netpoll(int index)
{
	unsigned long flags;

	if (!poller.dev)
		return -EOPNOTSUPP;
	local_irq_save(flags);
	WRITE_ONCE(witness_pages->queue[index].consumer, WITNESS_NETPOLL);
	netpoll_poll_dev(witness_dev);
	local_irq_restore(flags);
	return 0;
}

static int do_break(int index)
{
	virtio_break_device(dev_to_virtio(witness_dev->dev.parent));
	return 0;
}

static int do_blind(int index)
{
	return witness_blind();
}

static int do_see(int index)
{
	return witness_see();
}

static int do_nothing(int index)
{
	return 0;
}

static int (*const asks[])(int index) = {
	[WITNESS_ASK_NOTHING] = do_nothing,
	[WITNESS_ASK_SEND] = do_send,
	[WITNESS_ASK_POLL] = do_poll,
	[WITNESS_ASK_KSOFTIRQD_POLL] = do_poll_ksoftirqd,
	[WITNESS_ASK_BUSY_POLL] = do_poll_busy,
	[WITNESS_ASK_NETPOLL_POLL] = do_netpoll,
	[WITNESS_ASK_BREAK] = do_break,
	[WITNESS_ASK_SEND_PARTS] = do_send_parts,
	[WITNESS_ASK_SEND_UNKICKED] = do_send_unkicked,
	[WITNESS_ASK_BLIND] = do_blind,
	[WITNESS_ASK_SEE] = do_see,
	[WITNESS_ASK_NAPI_OFF] = witness_napi_off,
	[WITNESS_ASK_NAPI_ON] = witness_napi_on,
	[WITNESS_ASK_IRQ_OFF] = witness_irq_off,
	[WITNESS_ASK_IRQ_ON] = witness_irq_on,
	[WITNESS_ASK_COMMAND] = witness_command,
	[WITNESS_ASK_COMMAND_END] = witness_command_end,
};

static bool answer(int index)
{
	struct witness_queue *q = &witness_pages->queue[index];
	unsigned int asked = smp_load_acquire(&q->asked);
	int i;

	if (asked == q->answered)
		return false;
	/* The device knows of an interrupt before the kernel has judged it. */
	for (i = index & ~1; i <= (index | 1); i++)
		if (witness_irq_of_queue[i])
			synchronize_hardirq(witness_irq_of_queue[i]);
	if (witness_shared_irq)
		synchronize_hardirq(witness_shared_irq);
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
		for (i = 0; i < WITNESS_QUEUES && witness_napis[i]; i++)
			if (answer(i))
				spin_until = ktime_add_us(ktime_get(), SPIN_US);
		if (ktime_before(ktime_get(), spin_until))
			cond_resched_tasks_rcu_qs();
		else
			usleep_range(IDLE_US, 2 * IDLE_US);
	}
	return 0;
}

/* By the function that every kernel exports; netpoll_cleanup() puts the device. */
static void start_netpoll(void)
{
	int err;

	rtnl_lock();
	err = __netpoll_setup(&poller, witness_dev);
	rtnl_unlock();
	if (err)
		poller.dev = NULL;
	else
		dev_hold(witness_dev);
}

static void stop_netpoll(void)
{
	if (poller.dev)
		netpoll_cleanup(&poller);
}

int witness_ask_start(void)
{
	start_netpoll();
	worker = kthread_run(work, NULL, "witness");
	if (!IS_ERR(worker))
		return 0;
	stop_netpoll();
	return PTR_ERR(worker);
}

void witness_ask_stop(void)
{
	kthread_stop(worker);
	/* The frames out there call back into this module when they are freed. */
	while (atomic_read(&witness_in_flight))
		usleep_range(IDLE_US, 2 * IDLE_US);
	synchronize_net();
	stop_netpoll();
	tasklet_kill(&waker);
}
