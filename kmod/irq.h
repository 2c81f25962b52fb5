/* SPDX-License-Identifier: GPL-2.0-only */
/* Classify each interrupt of a virtqueue: handled, or IRQ_NONE and why. */
#ifndef RS_IRQ_H
#define RS_IRQ_H

#include "account.h"

int rs_irq_init(void);
int rs_irq_want_shared(bool asks);
bool rs_irq_results_seen(void);
bool rs_irq_counted(const struct rs_queue *q);

#endif
