/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_HIST_BPF_H
#define RS_HIST_BPF_H

#include "hook.bpf.h"
#include "maps.h"

#define BUCKET_AT(i)   ((i) * sizeof(u64))
#define BUCKET_LAST_AT BUCKET_AT(RS_BUCKETS - 1)

/*
 * The offset of a number's bucket, from the number's highest byte that is not zero; @below: the
 * number of bits below that byte. Four separate tables: so the address of each is a constant.
 */
#define BYTE(name, below)                                                               \
	static const u8 name[256] = {                                                   \
		[1] = BUCKET_AT((below) + 1),                                           \
		[2 ... 3] = BUCKET_AT((below) + 2),                                     \
		[4 ... 7] = BUCKET_AT((below) + 3),                                     \
		[8 ... 15] = BUCKET_AT((below) + 4),                                    \
		[16 ... 31] = BUCKET_AT((below) + 5),                                   \
		[32 ... 63] = BUCKET_AT((below) + 6),                                   \
		[64 ... 127] = BUCKET_AT((below) + 7),                                  \
		[128 ... 255] = BUCKET_AT((below) < 24 ? (below) + 8 : RS_BUCKETS - 1), \
	}

BYTE(byte0_at, 0);
BYTE(byte1_at, 8);
BYTE(byte2_at, 16);
BYTE(byte3_at, 24);

/* The bucket is the number of bits of the value; larger values go into the last bucket. */
static __always_inline u32 hist_bucket_at(u64 value)
{
	if (value < 1 << 8)
		return byte0_at[value];
	if (value < 1 << 16)
		return byte1_at[value >> 8];
	if (value < 1 << 24)
		return byte2_at[value >> 16];
	if (value < 1ULL << 32)
		return byte3_at[value >> 24];
	return BUCKET_LAST_AT;
}

/* Several CPUs may add at a time. The mask satisfies the verifier; it loses nothing, as the number
 * of buckets is a power of two. */
static __always_inline void hist_add(struct rs_hist *h, u64 value)
{
	u64 *bucket = (u64 *)((char *)h + (hist_bucket_at(value) & BUCKET_LAST_AT));

	__sync_fetch_and_add(bucket, 1);
}

#endif
