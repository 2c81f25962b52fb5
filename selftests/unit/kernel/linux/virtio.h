/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What kmod/ring.h takes from the kernel, for a test: each READ_ONCE() first lets the driver, on
 * a CPU of its own, go on.
 */
#ifndef UNIT_KERNEL_VIRTIO_H
#define UNIT_KERNEL_VIRTIO_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>

typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

void unit_driver_goes_on(void);

#define READ_ONCE(x)                   \
	(*({                           \
		unit_driver_goes_on(); \
		&(x);                  \
	}))
#define BIT(n)	       (1U << (n))
#define likely(x)      (x)
#define unlikely(x)    (x)
#define le16_to_cpu(x) le16toh(x)
#define __force
#define smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define dma_rmb() smp_rmb()

#endif
