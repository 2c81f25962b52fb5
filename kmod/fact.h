/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What tells which party must act next: the ring's own memory, the NAPI, the
 * transmit queue and the interrupt line, at one moment. The hot path takes no part.
 */
#ifndef RS_FACT_H
#define RS_FACT_H

#include "account.h"

enum rs_fact {
#define RS_FACT(name, meaning) RS_F_##name,
#include "facts.h"
	RS_FACTS
};

extern const char * const rs_fact_names[RS_FACTS];

/* @known: a bit for each fact of @v that is known */
struct rs_facts {
	u64 v[RS_FACTS];
	unsigned long known;
};

/**
 * struct rs_irq_facts - what the kernel's interrupt core says of a line
 * @masked: it masked the line at the interrupt controller
 * @depth: how often it is disabled; 0: enabled
 * @cpu: where it is delivered; -1: to several CPUs, or unknown
 * @online: whether that CPU is online
 */
struct rs_irq_facts {
	bool masked;
	unsigned int depth;
	int cpu;
	bool online;
};

/* What rs_fact_ring() needs of the ring, for a standstill as well. */
struct rs_fact_ring {
	u64 used;		/* entries returned, as q->consumed */
	u64 consumed;
	u32 outstanding;	/* entries that the device has */
	bool asked;		/* the driver asked for an interrupt for one of @consumed to @used */
};

void rs_fact_read(struct rs_queue *q, struct rs_facts *f);
bool rs_fact_ring_read(const struct rs_queue *q, struct rs_fact_ring *r);
bool rs_fact_tx_stopped(const struct rs_queue *q);
void rs_fact_track(struct rs_queue *q, u64 now_ns);
bool rs_fact_irq_read(struct rs_queue *q, struct rs_irq_facts *f);

#endif
