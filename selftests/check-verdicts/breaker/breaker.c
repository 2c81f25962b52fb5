// SPDX-License-Identifier: GPL-2.0-only
/*
 * Breaks a party on purpose: functions of the kernel that return at once, with a value of ours, or
 * that begin late, until the module is removed; or an MSI route with a fault in it. hits says how
 * often this was done.
 *
 *   insmod breaker.ko symbol=vhost_get_vq_desc returns=-14
 *   insmod breaker.ko symbol=virtqueue_kick_prepare returns=0 queue=output.0
 *   insmod breaker.ko symbol=net_rx_action delay_us=20000
 *   insmod breaker.ko symbol=eventfd_signal_mask returns=0 comm=vhost-
 *   insmod breaker.ko symbol=kvm_set_routing_entry gsi=24
 *
 * With queue= only calls are meant whose first argument is the virtqueue of this name; with comm=
 * only those of threads whose name begins so. With gsi= the route of this GSI gets another device
 * id, or another vector where routes have no device id.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/kvm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/virtio.h>

enum { SYMBOLS_MAX = 4 };

static char *symbol[SYMBOLS_MAX];
static long returns[SYMBOLS_MAX];
static unsigned int symbol_n, returns_n, delay_us;
static char *queue, *comm;
static int gsi = -1;
static atomic_long_t hits = ATOMIC_LONG_INIT(0);
static struct kprobe probes[SYMBOLS_MAX];
static struct kprobe *list[SYMBOLS_MAX];

module_param_array(symbol, charp, &symbol_n, 0444);
module_param_array(returns, long, &returns_n, 0444);
module_param(delay_us, uint, 0444);
module_param(queue, charp, 0444);
module_param(comm, charp, 0444);
module_param(gsi, int, 0444);

static int hits_get(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%ld\n", atomic_long_read(&hits));
}

static const struct kernel_param_ops hits_ops = {.get = hits_get};
module_param_cb(hits, &hits_ops, NULL, 0444);

/* Where a function goes that must not run: it returns to its caller. */
static noinline notrace void nothing(void)
{
}

static bool is_meant(struct pt_regs *regs)
{
	const struct virtqueue *vq = (void *)regs_get_kernel_argument(regs, 0);

	if (comm && strncmp(current->comm, comm, strlen(comm)))
		return false;
	return !queue || !strcmp(vq->name, queue);
}

enum { WRONG_DEVICE = 0x100, WRONG_VECTOR = 0x04 };

/* @route: the third argument of kvm_set_routing_entry(), the kernel's copy of what the VMM gave. */
static void route_break(struct kvm_irq_routing_entry *route)
{
	if ((int)route->gsi != gsi || route->type != KVM_IRQ_ROUTING_MSI)
		return;
	atomic_long_inc(&hits);
	if (route->flags & KVM_MSI_VALID_DEVID)
		route->u.msi.devid ^= WRONG_DEVICE;
	else
		route->u.msi.data ^= WRONG_VECTOR;
}

static int before(struct kprobe *p, struct pt_regs *regs)
{
	if (!is_meant(regs))
		return 0;
	if (gsi >= 0) {
		route_break((void *)regs_get_kernel_argument(regs, 2));
		return 0;
	}
	atomic_long_inc(&hits);
	if (delay_us) {
		mdelay(delay_us / 1000);
		udelay(delay_us % 1000);
		return 0;
	}
	regs_set_return_value(regs, returns[p - probes]);
	instruction_pointer_set(regs, (unsigned long)nothing);
	return 1;
}

/* A kprobe that has one may change where the function goes (see arm_kprobe_ftrace()). */
static void after(struct kprobe *p, struct pt_regs *regs, unsigned long flags)
{
}

static int __init breaker_init(void)
{
	int ways = !!delay_us + !!returns_n + (gsi >= 0);

	if (!symbol_n || ways != 1 || (returns_n && returns_n != symbol_n)) {
		pr_err("give symbol=A,B, and one of returns=X,Y, delay_us=N and gsi=N\n");
		return -EINVAL;
	}
	for (unsigned int i = 0; i < symbol_n; i++) {
		probes[i].symbol_name = symbol[i];
		probes[i].pre_handler = before;
		probes[i].post_handler = after;
		list[i] = &probes[i];
	}
	return register_kprobes(list, symbol_n);
}

static void __exit breaker_exit(void)
{
	unregister_kprobes(list, symbol_n);
}

module_init(breaker_init);
module_exit(breaker_exit);
MODULE_DESCRIPTION("Makes functions return at once, or begin late, or MSI routes wrong");
MODULE_LICENSE("GPL");
