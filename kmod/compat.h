/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only file that knows kernel versions. Force-included. Each difference
 * names the commit it answers to.
 */
#ifndef RS_COMPAT_H
#define RS_COMPAT_H

#include <linux/version.h>

#ifndef pr_fmt
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt
#endif

#include <linux/ftrace.h>
#include <linux/ptrace.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/netdevice.h>
#include <linux/virtio.h>
#include <linux/virtio_config.h>

/* d19ad0775dcd "ftrace: Have the callbacks receive a struct ftrace_regs" (5.11) */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
#define ftrace_regs pt_regs
#endif

/* 94d095ffa0e1 "ftrace: abstract DYNAMIC_FTRACE_WITH_ARGS accesses" (6.2) */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define rs_ftrace_arg(fregs, n) ftrace_regs_get_argument(fregs, n)
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(5, 11, 0)
#define rs_ftrace_arg(fregs, n) regs_get_kernel_argument(&(fregs)->regs, n)
#else
#define rs_ftrace_arg(fregs, n) regs_get_kernel_argument(fregs, n)
#endif

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

/* 86d2a2f51fba "genirq: Convert kstat_irqs to a struct" (6.10) */
static inline unsigned int rs_irq_kstat(const struct irq_desc *desc, int cpu)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
	return per_cpu_ptr(desc->kstat_irqs, cpu)->cnt;
#else
	return *per_cpu_ptr(desc->kstat_irqs, cpu);
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

/* A feature bit of virtio 1.1 that 5.10's headers lack, as does its driver. */
#ifndef VIRTIO_F_IN_ORDER
#define VIRTIO_F_IN_ORDER 35
#endif

/* 0e566c8f0f2e "virtio: Protect vqs list access" (5.15, backported): asked of the header */
static inline void rs_vdev_init_lock(struct virtio_device *vdev)
{
#ifdef RS_HAVE_VQS_LIST_LOCK
	spin_lock_init(&vdev->vqs_list_lock);
#endif
}

#endif
