/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The steps of a packet through a virtqueue, in order. At each step either it is done, with the
 * figure that proves it, or one of its causes keeps it from being done.
 */
#ifndef RS_STEP_H
#define RS_STEP_H

#include "party.h"
#include "scene.h"

/* A figure or a fact by name, with its number or, of a fact that is a word, its text. */
struct rs_reason {
	const char *name; /* NULL = none */
	uint64_t value;
	const char *text; /* NULL = a number */
};

/* Why a step is not done. */
struct rs_cause {
	const char *id;
	enum rs_party party;
	enum rs_answer (*is)(const struct rs_scene *s);
	const char *sentence;
	const char *advice;
	bool minor; /* not named in an answer that leaves several steps open */
};

enum { RS_CAUSES_MAX = 16 };

struct rs_step {
	const char *id;
	const char *done_sentence;
	enum rs_answer (*done)(const struct rs_scene *s, struct rs_reason *why);
	const char *facts; /* keys of the facts that decide it, separated by spaces */
	size_t causes_n;
	struct rs_cause causes[RS_CAUSES_MAX];
};

/*
 * The device's half: until a used entry stands in the ring (front.c). The guest's half: until the
 * interrupt arrives (back.c), and until the entry is consumed (napi.c).
 */
enum {
	RS_FRONT_STEPS = 5,
	RS_BACK_STEPS = 2,
	RS_NAPI_STEPS = 2,
	RS_STEPS = RS_FRONT_STEPS + RS_BACK_STEPS + RS_NAPI_STEPS
};

/* Steps that the walk treats in their own way, as indexes of all tables together. */
enum {
	RS_STEP_BUFFERS = 1,
	RS_STEP_RUNS = 3,
	RS_STEP_TOLD = RS_FRONT_STEPS,
	RS_STEP_ARRIVES,
	RS_STEP_CONSUMED = RS_STEPS - 1
};

extern const struct rs_step rs_front_steps[RS_FRONT_STEPS];
extern const struct rs_step rs_back_steps[RS_BACK_STEPS];
extern const struct rs_step rs_napi_steps[RS_NAPI_STEPS];

/* An unknown value is no reason. */
static inline void rs_reason_set(struct rs_reason *why, const char *name, struct rs_num value)
{
	*why = (struct rs_reason){value.known ? name : NULL, value.value, NULL};
}

static inline void rs_reason_set_text(struct rs_reason *why, const char *name, const char *text)
{
	*why = (struct rs_reason){name, 0, text};
}

#define RS_CAUSES(...)                                                                  \
	.causes_n = sizeof((struct rs_cause[]){__VA_ARGS__}) / sizeof(struct rs_cause), \
	.causes = {__VA_ARGS__}

#endif
