// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the witness sees on a kernel without tracepoints: the results of
 * vring_interrupt(), the begin of softirqs and of GRO, and polls, by its own
 * function in place of the driver's.
 *
 * No handler here runs with interrupts enabled: an interrupt would miss the probes
 * of others meanwhile. That is so in interrupts, and where a probe has a
 * post_handler, with which the kernel makes no jump of it.
 */
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/kprobes.h>
#include "witness_guest.h"

static int irq_begins(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	*(int *)instance->data = regs_get_kernel_argument(regs, 0);
	return 0;
}

static int irq_ends(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	int irq = *(int *)instance->data;
	struct irq_data *data = irq_get_irq_data(irq);
	const struct irqaction *action = data ? irq_data_to_desc(data)->action : NULL;

	if (action)
		witness_saw_irq(irq, action, regs_return_value(regs));
	return 0;
}

static struct kretprobe interrupts = {
	.kp.symbol_name = "vring_interrupt",
	.entry_handler = irq_begins,
	.handler = irq_ends,
	.data_size = sizeof(int),
};

static int transmit_begins(struct kprobe *probe, struct pt_regs *regs)
{
	witness_saw_softirq(NET_TX_SOFTIRQ);
	return 0;
}

static int receive_begins(struct kprobe *probe, struct pt_regs *regs)
{
	witness_saw_softirq(NET_RX_SOFTIRQ);
	return 0;
}

/* napi_gro_receive(napi, skb) */
static int frame_comes(struct kprobe *probe, struct pt_regs *regs)
{
	witness_saw_frame((const struct sk_buff *)regs_get_kernel_argument(regs, 1));
	return 0;
}

static void passed(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe probes[] = {
	{.symbol_name = "net_tx_action", .pre_handler = transmit_begins, .post_handler = passed},
	{.symbol_name = "net_rx_action", .pre_handler = receive_begins, .post_handler = passed},
	{.symbol_name = "napi_gro_receive", .pre_handler = frame_comes, .post_handler = passed},
};
static int probes_n;

static int (*polls[WITNESS_QUEUES])(struct napi_struct *napi, int budget);

static int poll(struct napi_struct *napi, int budget)
{
	int i = 0, work;

	while (witness_napis[i] != napi)
		i++;
	work = polls[i](napi, budget);
	witness_saw_poll(napi, budget);
	return work;
}

static void polls_take(void)
{
	int i;

	for (i = 0; i < WITNESS_QUEUES && witness_napis[i]; i++) {
		polls[i] = witness_napis[i]->poll;
		smp_store_release(&witness_napis[i]->poll, poll);
	}
}

static void polls_give_back(void)
{
	int i;

	for (i = 0; i < WITNESS_QUEUES && polls[i]; i++)
		WRITE_ONCE(witness_napis[i]->poll, polls[i]);
	synchronize_net();
}

void witness_look_stop(void)
{
	polls_give_back();
	while (probes_n)
		unregister_kprobe(&probes[--probes_n]);
	unregister_kretprobe(&interrupts);
}

int witness_look_start(void)
{
	const char *name = interrupts.kp.symbol_name;
	int err = register_kretprobe(&interrupts);

	for (; !err && probes_n < ARRAY_SIZE(probes); probes_n += !err) {
		name = probes[probes_n].symbol_name;
		err = register_kprobe(&probes[probes_n]);
	}
	if (!err) {
		polls_take();
		return 0;
	}
	pr_err("witness: cannot probe %s: error %d\n", name, err);
	if (interrupts.kp.addr)
		witness_look_stop();
	return err;
}

/* There is no tracepoint to take a probe off. */
int witness_blind(void)
{
	return -EOPNOTSUPP;
}

int witness_see(void)
{
	return -EOPNOTSUPP;
}
