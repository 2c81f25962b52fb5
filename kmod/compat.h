/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only file that knows kernel versions. Force-included. Each difference
 * names the commit it answers to.
 */
#ifndef RS_COMPAT_H
#define RS_COMPAT_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 10, 0)
#error "ringside needs Linux 5.10 or newer: build it on such a kernel, or with KDIR= of one"
#endif

#ifndef pr_fmt
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt
#endif

#include <linux/ftrace.h>
#include <linux/ptrace.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/msi.h>
#include <linux/netdevice.h>
#include <linux/virtio.h>
#include <linux/timex.h>
#include <linux/virtio_config.h>
#ifdef CONFIG_ARM64
#include <asm/arch_timer.h>
#endif
#ifdef CONFIG_X86
#include <asm/tsc.h>
#endif

/*
 * What looks: tracepoints and the function tracer. A kernel without them (each of
 * its tracers selects tracepoints) has kprobes, which do for both. RS_KPROBES
 * builds the module as for such a kernel.
 */
#if defined(CONFIG_TRACEPOINTS) && !defined(RS_KPROBES)
#define RS_HAS_TRACEPOINTS 1
#else
#define RS_HAS_TRACEPOINTS 0
#endif

#if defined(CONFIG_DYNAMIC_FTRACE) && !defined(RS_KPROBES)
#define RS_HAS_FTRACE 1
#else
#define RS_HAS_FTRACE 0
#endif

/*
 * The registers at a function's begin, as its hook receives them.
 * d19ad0775dcd "ftrace: Have the callbacks receive a struct ftrace_regs" (5.11)
 */
#if RS_HAS_FTRACE && LINUX_VERSION_CODE >= KERNEL_VERSION(5, 11, 0)
#define rs_regs ftrace_regs
#else
#define rs_regs pt_regs
#endif

/* 94d095ffa0e1 "ftrace: abstract DYNAMIC_FTRACE_WITH_ARGS accesses" (6.2) */
#if !RS_HAS_FTRACE || LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
#define rs_regs_arg(regs, n) regs_get_kernel_argument(regs, n)
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define rs_regs_arg(regs, n) ftrace_regs_get_argument(regs, n)
#else
#define rs_regs_arg(fregs, n) regs_get_kernel_argument(&(fregs)->regs, n)
#endif

struct ftrace_ops;

/* Where the function was called from. */
static inline unsigned long rs_regs_parent(struct pt_regs *regs)
{
#ifdef CONFIG_ARM64
	return procedure_link_pointer(regs);
#else
	return regs_get_kernel_stack_nth(regs, 0);
#endif
}

/* Whether the function was called with interrupts disabled; a kprobe itself disables them. */
static inline bool rs_regs_irqs_disabled(const struct rs_regs *regs)
{
#if RS_HAS_FTRACE
	return irqs_disabled();
#elif defined(CONFIG_X86)
	return !(regs->flags & X86_EFLAGS_IF);
#else
	return !interrupts_enabled(regs);
#endif
}

/* In an interrupt handler. A kprobe may count as an NMI, and each NMI counts as an interrupt, too. */
static inline bool rs_in_interrupt_handler(void)
{
	return hardirq_count() / HARDIRQ_OFFSET != (preempt_count() & NMI_MASK) / NMI_OFFSET;
}

/*
 * 02a474ca266a "ftrace/x86: Allow for arguments to be passed in to ftrace_regs
 * by default" (5.11), 26299b3f6ba2 "ftrace: arm64: move from REGS to ARGS" (6.2)
 */
#ifdef CONFIG_DYNAMIC_FTRACE_WITH_ARGS
#define RS_FTRACE_ARGS 0
#else
#define RS_FTRACE_ARGS FTRACE_OPS_FL_SAVE_REGS
#endif

/*
 * a25d036d939a "ftrace: Reverse what the RECURSION flag means in the
 * ftrace_ops" (5.11): ask that no core code drops a hit for us.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
#define RS_FTRACE_UNWATCHED FTRACE_OPS_FL_RECURSION_SAFE
#else
#define RS_FTRACE_UNWATCHED 0
#endif

/* Switching the function tracer off would lose hits unseen: permanent forbids it. */
#define RS_FTRACE_FLAGS (RS_FTRACE_ARGS | RS_FTRACE_UNWATCHED | FTRACE_OPS_FL_PERMANENT)

/* 29863d41bb6e "net: implement threaded-able napi poll loop support" (5.12) */
static inline bool rs_napi_is_thread(const struct napi_struct *napi)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 12, 0)
	return napi->thread == current;
#else
	return false;
#endif
}

/*
 * The same commit, where a distribution has it: asked of the header. Without
 * it, no NAPI has a thread.
 */
static inline bool rs_napi_is_threaded(const struct napi_struct *napi)
{
#ifdef RS_HAVE_NAPI_THREADED
	return test_bit(NAPI_STATE_THREADED, &napi->state);
#else
	return false;
#endif
}

/* Whether a poll runs for which netpoll's lock was taken; only netpoll looks at that. */
static inline bool rs_napi_is_owned(const struct napi_struct *napi)
{
#ifdef CONFIG_NETPOLL
	return READ_ONCE(napi->poll_owner) != -1;
#else
	return false;
#endif
}

/* nr_irqs is a function from 5280a14a6079 "genirq: Introduce irq_get_nr_irqs()" (6.13) */
static inline unsigned int rs_irq_limit(void)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	return irq_get_nr_irqs();
#else
	return nr_irqs;
#endif
}

/* Cycles of get_cycles() in a millisecond; 0 where that is not known. */
static inline u32 rs_cycles_khz(void)
{
#if defined(CONFIG_X86)
	return tsc_khz;
#elif defined(CONFIG_ARM64)
	return arch_timer_get_cntfrq() / MSEC_PER_SEC;
#else
	return 0;
#endif
}

/*
 * 3253cb49cbad "softirq: Allow to drop the softirq-BKL lock on PREEMPT_RT"
 * (6.18): then a task with softirqs disabled can still be preempted by another
 * one, and a46023d5616e "tracing: Guard __DECLARE_TRACE() use of
 * __DO_TRACE_CALL() with SRCU-fast" (7.0) runs probes with preemption enabled.
 * What the probes write per CPU is then not safe without this.
 */
static inline bool rs_softirqs_interleave(void)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	return IS_ENABLED(CONFIG_PREEMPT_RT) && !IS_ENABLED(CONFIG_PREEMPT_RT_NEEDS_BH_LOCK);
#else
	return false;
#endif
}

static inline void rs_softirq_begin(void)
{
#ifdef CONFIG_PREEMPT_RT
	preempt_disable_notrace();
#endif
}

static inline void rs_softirq_end(void)
{
#ifdef CONFIG_PREEMPT_RT
	preempt_enable_notrace();
#endif
}

/* Kernels without message-signalled interrupts (PCI-less microVMs) lack the function. */
static inline bool rs_irq_msi_msg(struct irq_desc *desc, struct msi_msg *msg)
{
#ifdef CONFIG_GENERIC_MSI_IRQ
	if (!desc->irq_common_data.msi_desc)
		return false;
	get_cached_msi_msg(desc->irq_data.irq, msg);
	return true;
#else
	return false;
#endif
}

/* Whether the interface can transmit by XDP or AF_XDP, past its transmit queues' own cleaning. */
static inline bool rs_netdev_has_xdp(const struct net_device *netdev)
{
#ifdef CONFIG_XDP_SOCKETS
	unsigned int i;

	for (i = 0; i < netdev->num_tx_queues; i++)
		if (netdev->_tx[i].pool)
			return true;
#endif
	return netdev->xdp_state[XDP_MODE_DRV].prog;
}

/* A feature bit of virtio 1.1 that 5.10's headers lack, as does its driver. */
#ifndef VIRTIO_F_IN_ORDER
#define VIRTIO_F_IN_ORDER 35
#endif

/* And one that came with 04ca0b0b16f1 "virtio: Add VIRTIO_F_RING_RESET" (6.0). */
#ifndef VIRTIO_F_RING_RESET
#define VIRTIO_F_RING_RESET 40
#endif

/* 0e566c8f0f2e "virtio: Protect vqs list access" (5.15, backported): asked of the header */
static inline void rs_vdev_init_lock(struct virtio_device *vdev)
{
#ifdef RS_HAVE_VQS_LIST_LOCK
	spin_lock_init(&vdev->vqs_list_lock);
#endif
}

#endif
