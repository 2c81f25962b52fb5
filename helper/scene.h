/* SPDX-License-Identifier: GPL-2.0-only */
/* What both sides show of one virtqueue, in one place: the figures of its row, and its facts. */
#ifndef RS_SCENE_H
#define RS_SCENE_H

#include "ledger.h"

/* If a queue stood still for less, its task may not have been scheduled. */
enum { RS_STILL_MS = 100 };

/* virtio_net stops a transmit queue with fewer free entries: 2 + MAX_SKB_FRAGS. */
enum { RS_TX_RESERVE = 19 };

enum rs_answer { RS_UNKNOWN, RS_NO, RS_YES };

enum rs_dir { RS_DIR_RX, RS_DIR_TX, RS_DIR_CTRL, RS_DIR_OTHER };

struct rs_scene {
	const struct rs_ledger *ledger;
	const struct rs_row *row;
	const struct rs_queue *guest; /* never NULL: a side that is missing is all unknown */
	const struct rs_queue *host;
	const struct rs_irq *irq;
	enum rs_dir dir;
	bool vhost;		   /* the backend is vhost */
	bool user;		   /* the backend is a program */
	struct rs_num paused;	   /* the virtual machine is */
	struct rs_num running;	   /* the guest's interface is up */
	bool no_link;		   /* its link is off: the driver stops its transmit queues */
	bool perhaps_down;	   /* that is unknown, and looks like it is not */
	bool missed;		   /* hooks missed hits: no count proves that nothing came */
	struct rs_num pair_rounds; /* of the vhost worker, for the other direction of the pair */

	enum rs_answer front_still; /* work waits for the device, and the device returned none */
	enum rs_answer back_still;  /* used entries wait, and the guest consumed none */
	struct rs_num
		worker_still;	   /* age of the state of a worker that has work and does not run */
	struct rs_num vcpu_still;  /* age of the state of a vCPU that has an interrupt to take */
	enum rs_answer signal_due; /* the guest asked for an interrupt for the entries that wait */
	enum rs_answer kick_due;   /* the device asked for a kick for the buffers that wait */
};

/* Fills a scene from a row of the ledger. */
void rs_scene_make(struct rs_scene *s, const struct rs_ledger *l, const struct rs_row *row);

/* Entries have waited for the whole window of the guest: what came in it came while they waited. */
bool rs_scene_waited(const struct rs_scene *s);

/* Whether no packet was taken from the tap queue within the window. */
bool rs_scene_none_taken(const struct rs_scene *s);

/* Polls came in such a window, and consumed none of them. */
bool rs_scene_polled(const struct rs_scene *s);

/* Whether two queues of the host are the two directions of a pair: one vhost device, one worker. */
bool rs_queues_paired(const struct rs_queue *a, const struct rs_queue *b);

/* The figures of a scene's row. */
#define RS_SCENE_GUEST(s, name)	  ((s)->row->figures[RS_FIG_GUEST(name)])
#define RS_SCENE_HOST(s, name)	  ((s)->row->figures[RS_FIG_HOST(name)])
#define RS_SCENE_DERIVED(s, name) ((s)->row->figures[RS_FIG_DERIVED(name)])

static inline bool rs_num_is(struct rs_num n, uint64_t value)
{
	return n.known && n.value == value;
}

static inline bool rs_num_above(struct rs_num n, uint64_t value)
{
	return n.known && n.value > value;
}

/* Both are known, and are not the same. */
static inline bool rs_nums_differ(struct rs_num a, struct rs_num b)
{
	return a.known && b.known && a.value != b.value;
}

/* Whether a count proves that nothing came. */
static inline bool rs_scene_none(const struct rs_scene *s, struct rs_num count)
{
	return rs_num_is(count, 0) && !s->missed;
}

static inline enum rs_answer rs_num_answer(struct rs_num n)
{
	return !n.known ? RS_UNKNOWN : n.value ? RS_YES : RS_NO;
}

#endif
