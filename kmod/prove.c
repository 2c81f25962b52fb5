// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>
#include <linux/percpu.h>
#include "hook.h"
#include "irq.h"
#include "prove.h"
#include "registry.h"
#include "toggle.h"

const char * const rs_proof_names[RS_PROOFS] = {
	[RS_PROOF_INTERRUPTS] = "interrupts", [RS_PROOF_HANDLED] = "handled",
	[RS_PROOF_NONE] = "none", [RS_PROOF_POLLS] = "polls", [RS_PROOF_PACKETS] = "packets",
};

/* With the kernel's parameter noirqdebug, note_interrupt() is never called. */
static bool noted;

static void add(struct rs_queue *q, enum rs_proof i, unsigned long n)
{
	this_cpu_add(q->counts->proof[i], n);
}

/* vring_interrupt(irq, vq) begins. */
static void interrupt_hit(unsigned long ip, unsigned long parent_ip,
			  struct ftrace_ops *ops, struct rs_regs *regs)
{
	struct rs_queue *q = rs_queue_by_vq((void *)rs_regs_arg(regs, 1));

	if (q && q->own && rs_in_interrupt_handler())
		add(q, RS_PROOF_INTERRUPTS, 1);
}

/* note_interrupt(desc, result) begins, after each run of a line's handlers. */
static void note_hit(unsigned long ip, unsigned long parent_ip,
		     struct ftrace_ops *ops, struct rs_regs *regs)
{
	struct rs_line *line = rs_line_by_desc((void *)rs_regs_arg(regs, 0));
	struct rs_queue *q;

	if (!line)
		return;
	WRITE_ONCE(noted, true);
	q = list_first_or_null_rcu(&line->queues, struct rs_queue, line_list);
	if (q && q->own)
		add(q, rs_regs_arg(regs, 1) ? RS_PROOF_HANDLED : RS_PROOF_NONE, 1);
}

#ifdef CONFIG_KRETPROBES
/* virtnet_poll(napi, budget) begins. */
static int poll_enter(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	*(void **)instance->data = (void *)regs_get_kernel_argument(regs, 0);
	return 0;
}

/* And returns the number of packets. */
static int poll_leave(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct rs_queue *q = rs_queue_by_napi(*(void **)instance->data);

	if (!q)
		return 0;
	add(q, RS_PROOF_POLLS, 1);
	add(q, RS_PROOF_PACKETS, regs_return_value(regs));
	return 0;
}
#else
static const int poll_enter, poll_leave;	/* only addresses */
#endif

static struct rs_hook hooks[] = {
	{ .symbols = { "vring_interrupt" }, .kind = RS_FUNCTION, .on_demand = true,
	  .handler = interrupt_hit, .loses = "proof-of-interrupts" },
	{ .symbols = { "note_interrupt" }, .kind = RS_FUNCTION, .on_demand = true,
	  .handler = note_hit, .loses = "proof-of-results" },
	{ .symbols = { "virtnet_poll" }, .kind = RS_KRETPROBE, .on_demand = true,
	  .module = "virtio_net", .handler = (void *)&poll_enter,
	  .return_handler = (void *)&poll_leave, .loses = "proof-of-polls" },
};

static struct rs_hook_set set = { .hooks = hooks, .n = ARRAY_SIZE(hooks) };

/* Whether a queue's counter is counted by functions, too. */
bool rs_prove_known(const struct rs_queue *q, enum rs_proof i)
{
	if (i == RS_PROOF_POLLS || i == RS_PROOF_PACKETS)
		return q->dir == RS_RX && q->napi && rs_hook_attached(&poll_enter);
	if (!q->own || !rs_irq_counted(q))
		return false;
	if (i == RS_PROOF_INTERRUPTS)
		return rs_hook_attached(interrupt_hit);
	return noted && rs_hook_attached(note_hit);
}

/* What is there is used; a queue's proof begins when the queue is read. */
static void begin(void)
{
	struct rs_reading r;
	struct rs_device *d;
	struct rs_queue *q;

	rs_hook_want(interrupt_hit);
	rs_hook_want(note_hit);
	rs_hook_want(&poll_enter);
	mutex_lock(&rs_registry_lock);
	WRITE_ONCE(rs_proving, true);
	list_for_each_entry(d, &rs_registry_devices, list) {
		list_for_each_entry(q, &d->queues, list) {
			q->proof_known = false;
			rs_queue_read(q, &r);
		}
	}
	mutex_unlock(&rs_registry_lock);
}

static void end(void)
{
	struct rs_device *d;
	struct rs_queue *q;

	mutex_lock(&rs_registry_lock);
	WRITE_ONCE(rs_proving, false);
	list_for_each_entry(d, &rs_registry_devices, list)
		list_for_each_entry(q, &d->queues, list)
			q->proof_known = false;
	mutex_unlock(&rs_registry_lock);
	rs_hook_drop(interrupt_hit);
	rs_hook_drop(note_hit);
	rs_hook_drop(&poll_enter);
	noted = false;
}

static struct rs_toggle toggle = { .begin = begin, .end = end };

module_param_cb(prove, &rs_toggle_ops, &toggle, 0644);
MODULE_PARM_DESC(prove, "count a second time by hooks on vring_interrupt, note_interrupt and virtnet_poll (default n)");

int rs_prove_init(void)
{
	int err = rs_hook_add(&set);

	if (!err)
		rs_toggle_init(&toggle);
	return err;
}

void rs_prove_exit(void)
{
	rs_toggle_exit(&toggle);
}
