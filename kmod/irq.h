/* SPDX-License-Identifier: GPL-2.0-only */
/* Classify each interrupt of a virtqueue: handled, or IRQ_NONE and why. */
#ifndef RS_IRQ_H
#define RS_IRQ_H

#include <linux/types.h>

int rs_irq_init(void);
int rs_irq_want_shared(bool asks);

#endif
