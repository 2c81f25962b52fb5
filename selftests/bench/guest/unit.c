// SPDX-License-Identifier: GPL-2.0-only
/* What is measured: one row each, through the kernel's own paths. */
#include <linux/etherdevice.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/preempt.h>
#include "bench.h"

#define STREAM 32	/* packets for one interrupt; fewer than one poll may take */
#define BUSY_POLLS 63	/* polls of one busy loop, which ends with one more */

static vq_callback_t *callbacks[BENCH_PAIRS_MAX];
static struct napi_struct *napis[BENCH_PAIRS_MAX];

static struct ring *rx(unsigned int pair)
{
	return device_ring(2 * pair);
}

/* Thousands of IRQ_NONE in a row are wanted here; the kernel would disable the line. */
static void forgive(unsigned int pair)
{
	struct irq_desc *desc = irq_data_to_desc(irq_get_irq_data(rx(pair)->irq));

	desc->irq_count = 0;
	desc->irqs_unhandled = 0;
}

static void find_napi(unsigned int pair)
{
	forgive(pair);
	napis[pair] = device_napi(pair);
}

/* A real one is counted as such: ringside's proof takes no other call of the handler for one. */
static void interrupt(unsigned int pair)
{
	preempt_count_add(HARDIRQ_OFFSET);
	generic_handle_irq(rx(pair)->irq);
	preempt_count_sub(HARDIRQ_OFFSET);
}

static void poll(unsigned int pair)
{
	local_bh_disable();
	napi_schedule(napis[pair]);
	local_bh_enable();
}

static void receive_poll(unsigned int pair)
{
	ring_receive(rx(pair));
	poll(pair);
}

static void receive_poll_interrupt(unsigned int pair)
{
	receive_poll(pair);
	local_irq_disable();
	interrupt(pair);
	local_irq_enable();
}

/* The interrupt schedules the poll; the poll runs when softirqs may. */
static void deliver(unsigned int pair)
{
	local_bh_disable();
	local_irq_disable();
	interrupt(pair);
	local_irq_enable();
	local_bh_enable();
}

static void receive(unsigned int pair)
{
	ring_receive(rx(pair));
	deliver(pair);
}

static void receive_many(unsigned int pair)
{
	unsigned int i;

	for (i = 0; i < STREAM; i++)
		ring_receive(rx(pair));
	deliver(pair);
}

static bool enough(void *left, unsigned long since)
{
	return !--*(unsigned int *)left;
}

static void busy_poll(unsigned int pair)
{
	unsigned int left = BUSY_POLLS;

	bench_busy_loop(napis[pair]->napi_id, enough, &left);
}

static void transmit(unsigned int pair)
{
	struct net_device *netdev = device_netdev();
	struct sk_buff *skb = netdev_alloc_skb(netdev, BENCH_FRAME_SIZE);

	if (!skb)
		return;
	memset(skb_put(skb, BENCH_FRAME_SIZE), 0, BENCH_FRAME_SIZE);
	skb_reset_mac_header(skb);
	skb_set_queue_mapping(skb, pair);
	dev_queue_xmit(skb);
}

static void callback_none(struct virtqueue *vq)
{
}

/* An entry stays in the ring, and the driver does not see it: each interrupt finds it. */
static void leave_entry(unsigned int pair)
{
	find_napi(pair);
	callbacks[pair] = rx(pair)->vq->callback;
	rx(pair)->vq->callback = callback_none;
	ring_receive(rx(pair));
}

static void take_entry(unsigned int pair)
{
	rx(pair)->vq->callback = callbacks[pair];
	poll(pair);
}

static const struct unit units[] = {
	/* an interrupt that finds nothing new; one that finds an entry */
	{ "irq-none", 500, 1, true, forgive, interrupt },
	{ "irq-handled", 500, 1, true, leave_entry, interrupt, take_entry },
	/* the same work without and with the interrupt that comes after it */
	{ "taken", 100, 1, false, find_napi, receive_poll },
	{ "taken-irq", 100, 1, false, find_napi, receive_poll_interrupt },
	{ "poll", 100, 1, false, find_napi, poll },
	{ "busy-poll", 4, BUSY_POLLS + 1, false, find_napi, busy_poll },
	{ "packet", 100, 1, false, find_napi, receive },
	{ "stream", 8, STREAM, false, find_napi, receive_many },
	{ "transmit", 100, 1, false, forgive, transmit },
};

const struct unit *unit_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(units); i++)
		if (!strcmp(units[i].name, name))
			return &units[i];
	return NULL;
}
