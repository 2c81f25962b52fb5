/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which party must act next on a virtqueue, since when, and what is ruled out by which figure.
 * Pure, like the ledger.
 */
#ifndef RS_TURN_H
#define RS_TURN_H

#include "step.h"

enum rs_motion {
	RS_MOTION_UNKNOWN, /* nothing moved; whether anything waits is unknown */
	RS_MOTION_IDLE,	   /* nothing waits */
	RS_MOTION_MOVES,
	RS_MOTION_STILL, /* something waits, and nothing moves */
};

enum rs_link_state {
	RS_LINK_UNASKED,  /* the step has no part in it */
	RS_LINK_DONE,	  /* ruled out */
	RS_LINK_POSSIBLE, /* a fact is missing: the step may be the one that is not done */
	RS_LINK_HOLDER,	  /* not done: its party must act */
	RS_LINK_LATER,	  /* follows from the holder */
};

extern const char *const rs_motion_names[];
extern const char *const rs_link_names[];

/* A step of the chain, for this queue. */
struct rs_link {
	enum rs_link_state state;
	struct rs_reason why; /* of RS_LINK_DONE and RS_LINK_HOLDER */
	unsigned int causes;  /* those that remain, 1 << index in the step's causes */
};

struct rs_turn {
	enum rs_motion motion;
	struct rs_num since_ms; /* how long it has stood still, at least */
	struct rs_link links[RS_STEPS];
	unsigned int parties; /* every party that remains, 1 << enum rs_party; 0 = none must act */
	unsigned int named;   /* of each step that remains, the party of its first cause */
	bool idle;	      /* perhaps nothing waits, and none must act */
};

void rs_turn_take(struct rs_turn *t, const struct rs_scene *s);

/* The step at an index of rs_turn.links. */
const struct rs_step *rs_step_at(size_t i);

/* Return: the first cause that remains, NULL = none; *@step gets the index of its step. */
const struct rs_cause *rs_turn_cause(const struct rs_turn *t, size_t *step);

/* Whether an answer that leaves several steps open names this one. */
bool rs_turn_names(const struct rs_turn *t, size_t step);

/* The number of steps that remain. */
size_t rs_turn_open(const struct rs_turn *t);

#endif
