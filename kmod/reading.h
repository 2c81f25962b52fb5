/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sum up the rows of a queue, and prove that the sum and the kernel's own count
 * of its line are of one instant. Readers take turns: all that is declared here
 * but rs_queue_event() is called with the registry's lock.
 */
#ifndef RS_READING_H
#define RS_READING_H

#include "account.h"
#include "event.h"
#include "fact.h"

/**
 * struct rs_reading - what one virtqueue shows at one instant
 * @irqs_known: rows of interrupts, @kernel_count, @interrupts, @none and the
 *	line's spurious counts were read, of one instant
 * @progress_known: @used_progress and @last_used_progress are exact
 */
struct rs_reading {
	u64 v[RS_COUNTERS];
	bool irqs_known;
	bool progress_known;
	u64 kernel_count;
	u64 interrupts;
	u64 none;
	u64 used_progress;
	u64 last_used_progress;
	u16 used_idx;
	u16 last_used_idx;
	unsigned int napi_id;	/* 0: none */
	bool has_msi;
	struct msi_msg msi;
	struct rs_facts facts;
	bool proof_known;
	u64 proof[RS_PROOFS];	/* since the parameter prove is on */
	u64 proved[RS_PROOFS];	/* and the counters that it proves */
};

/* Written by prove.c: start a proof of each queue that has none yet when it is read. */
extern bool rs_proving;

void rs_queue_event(struct rs_queue *q, enum rs_event_kind kind, u64 now_ns,
		    struct rs_event *event);
int rs_queue_base_find(struct rs_queue *q, struct rs_base *base);
void rs_queue_base_set(struct rs_queue *q, const struct rs_base *base);
int rs_queue_read(struct rs_queue *q, struct rs_reading *r);
void rs_queue_hist(struct rs_queue *q, struct rs_hist *hist);
void rs_queue_delays(struct rs_queue *q, struct rs_delays *delays);

#endif
