/* SPDX-License-Identifier: GPL-2.0-only */
/* Arithmetic with numbers that may be unknown: then so is the result. */
#ifndef RS_NUM_H
#define RS_NUM_H

#include "snapshot.h"

/* a - b of two 16-bit indexes: from -32768 to 32767, correct over any number of wraps. */
static inline int64_t rs_index_distance(uint64_t a, uint64_t b)
{
	return (int16_t)(uint16_t)(a - b);
}

/* a - b as an int64_t; unknown if a or b is unknown. */
static inline struct rs_num rs_num_less(struct rs_num a, struct rs_num b)
{
	return a.known && b.known ? rs_num_of(a.value - b.value) : (struct rs_num){0};
}

static inline struct rs_num rs_num_plus(struct rs_num a, struct rs_num b)
{
	return a.known && b.known ? rs_num_of(a.value + b.value) : (struct rs_num){0};
}

static inline uint64_t rs_num_magnitude(struct rs_num signed_num)
{
	int64_t value = (int64_t)signed_num.value;

	return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

static inline struct rs_num rs_num_grown(struct rs_num begin, struct rs_num end)
{
	return begin.known && end.known && end.value >= begin.value
		       ? rs_num_of(end.value - begin.value)
		       : (struct rs_num){0};
}

static inline struct rs_num rs_num_distance(struct rs_num a, struct rs_num b)
{
	return a.known && b.known ? rs_num_of((uint64_t)rs_index_distance(a.value, b.value))
				  : (struct rs_num){0};
}

/* How many entries @follower is behind @ahead: 0 to 65535. */
static inline struct rs_num rs_num_behind(struct rs_num ahead, struct rs_num follower)
{
	return ahead.known && follower.known ? rs_num_of((uint16_t)(ahead.value - follower.value))
					     : (struct rs_num){0};
}

#endif
