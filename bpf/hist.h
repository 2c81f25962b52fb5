/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_HIST_H
#define RS_HIST_H

#include "hook.h"
#include "maps.h"

/* The number of bits of 0 to 15, a nibble each. */
#define NIBBLE_BITS 0x4444444433332210ULL

/* Which bucket @value is counted in: the number of its bits, as far as there are buckets. */
static __always_inline u32 hist_bucket(u64 value)
{
	u32 bits = 0, v = value;

	if (value >> (RS_BUCKETS - 1))
		return RS_BUCKETS - 1;
	if (v >> 16) {
		bits = 16;
		v >>= 16;
	}
	if (v >> 8) {
		bits += 8;
		v >>= 8;
	}
	if (v >> 4) {
		bits += 4;
		v >>= 4;
	}
	return bits + ((NIBBLE_BITS >> (v * 4)) & 15);
}

/* For writers that may meet; the buckets are a power of two, so the mask costs no count. */
static __always_inline void hist_add(struct rs_hist *h, u64 value)
{
	__sync_fetch_and_add(&h->bucket[hist_bucket(value) & (RS_BUCKETS - 1)], 1);
}

#endif
