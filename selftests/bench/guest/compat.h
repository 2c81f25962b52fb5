/* SPDX-License-Identifier: GPL-2.0-only */
/* Differences between kernels: the versions in kmod's compat.h, the rest by the headers' own words. */
#ifndef RS_BENCH_COMPAT_H
#define RS_BENCH_COMPAT_H

#include "kmod-compat.h"
#include <linux/virtio_config.h>
#include <net/busy_poll.h>

#ifdef BENCH_HAVE_QUEUE_INFO
#define BENCH_FIND_ARGS struct virtqueue_info *info, struct irq_affinity *affinity
#define bench_queue_name(i) (info[i].name)
#define bench_queue_callback(i) (info[i].callback)
#define bench_queue_ctx(i) (info[i].ctx)
#else
#define BENCH_FIND_ARGS vq_callback_t *callbacks[], const char *const names[], \
	const bool *ctx, struct irq_affinity *affinity
#define bench_queue_name(i) (names[i])
#define bench_queue_callback(i) (callbacks[i])
#define bench_queue_ctx(i) (ctx ? ctx[i] : false)
#endif

#ifdef BENCH_HAVE_BUSY_BUDGET
#define bench_busy_loop(id, end, arg) napi_busy_loop(id, end, arg, false, BUSY_POLL_BUDGET)
#else
#define bench_busy_loop(id, end, arg) napi_busy_loop(id, end, arg)
#endif

#endif
