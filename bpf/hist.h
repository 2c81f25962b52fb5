/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_HIST_H
#define RS_HIST_H

#include "hook.h"
#include "maps.h"

/* The number of bits of 0 to 255. */
static const u8 byte_bits[256] = {
	[1] = 1,	 [2 ... 3] = 2,	  [4 ... 7] = 3,    [8 ... 15] = 4,
	[16 ... 31] = 5, [32 ... 63] = 6, [64 ... 127] = 7, [128 ... 255] = 8,
};

/* Which bucket @value is counted in: the number of its bits, as far as there are buckets. */
static __always_inline u32 hist_bucket(u64 value)
{
	if (value < 1 << 8)
		return byte_bits[value];
	if (value < 1 << 16)
		return 8 + byte_bits[value >> 8];
	if (value < 1 << 24)
		return 16 + byte_bits[value >> 16];
	if (value < 1UL << (RS_BUCKETS - 1))
		return 24 + byte_bits[value >> 24];
	return RS_BUCKETS - 1;
}

/* For writers that may meet; the buckets are a power of two, so the mask costs no count. */
static __always_inline void hist_add(struct rs_hist *h, u64 value)
{
	__sync_fetch_and_add(&h->bucket[hist_bucket(value) & (RS_BUCKETS - 1)], 1);
}

#endif
