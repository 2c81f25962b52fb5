/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the witness share inside the guest's kernel. */
#ifndef FAULT_WITNESS_GUEST_H
#define FAULT_WITNESS_GUEST_H

#include <linux/interrupt.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>

#include "witness.h"

extern struct witness_pages *witness_pages;
extern struct net_device *witness_dev;
extern struct napi_struct *witness_napis[WITNESS_QUEUES]; /* NULL behind the last one */
extern int witness_irq_of_queue[WITNESS_QUEUES];	  /* 0: none that is its own */
extern int witness_shared_irq;				  /* 0: none */
extern atomic_t witness_in_flight;			  /* frames sent that are not yet freed */
extern uint witness_hold_ms;				  /* how long a poll stays at each frame */
extern uint witness_irq_hold_ms; /* how long an interrupt stays at its end */

/* Look from here on; 0 or a negative errno, with a line in the log. */
int witness_look_start(void);
void witness_look_stop(void);

/* What was seen: an interrupt's result, a softirq's begin, a frame received, a poll's end. */
void witness_saw_irq(int irq, const struct irqaction *action, irqreturn_t result);
void witness_saw_softirq(unsigned int vec);
void witness_saw_frame(const struct sk_buff *skb);
void witness_saw_poll(const struct napi_struct *napi, int budget);

/* Between these two the caller itself cleans transmit queues, on this CPU. */
void witness_count_xmit_begin(void);
void witness_count_xmit_end(void);

/* The destructor of the frames this module sends. */
void witness_count_freed(struct sk_buff *skb);

/* Have ringside miss interrupts from here on, and see them again; 0 or a negative errno. */
int witness_blind(void);
int witness_see(void);

/* States that last; 0 or a negative errno. */
int witness_napi_off(int index);
int witness_napi_on(int index);
int witness_irq_off(int index);
int witness_irq_on(int index);
int witness_command(int index);
int witness_command_end(int index);

/* Answer the device's questions from here on; 0 or a negative errno. */
int witness_ask_start(void);
void witness_ask_stop(void);

#endif
