/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel's log says of interrupts and virtio. */
#ifndef RS_KLOG_H
#define RS_KLOG_H

#include <stdio.h>

/* Whether a line of the log is about interrupts, virtio-net, KVM, or a CPU that does not go on. */
int rs_klog_is_ours(const char *text);

/* Prints such lines of the log, the oldest first, each with its time in seconds; or why it cannot
 * be read. */
void rs_klog_print(FILE *out);

#endif
