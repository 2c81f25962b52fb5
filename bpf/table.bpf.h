/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of an object, by its address: open-addressed tables in global
 * arrays. The entry of an address lies at its home or in one of the slots
 * after it. Where it is at home, finding it costs a multiplication and a
 * comparison; a hash map costs a hundred instructions and a call.
 */
#ifndef RS_TABLE_BPF_H
#define RS_TABLE_BPF_H

#include "hook.bpf.h"
#include "maps.h"

/* A slot whose entry is being made: nobody's yet; and one whose entry was dropped. A slot that was
 * never taken ends each search, and no slot becomes one again. */
#define RS_BUSY 1
#define RS_GONE 2

/* Objects whose slots were all taken, or being made at that moment: their counts are missing. */
struct rs_missed rs_missed;

struct rs_used rs_used;

/* The compiler may not make one of two counts in two branches: the address of each is a constant.
 */
#define RS_COUNT(counter)                            \
	do {                                         \
		__sync_fetch_and_add(&(counter), 1); \
		RS_APART;                            \
	} while (0)

/*
 * RS_TABLE(type, name, bits) makes struct type name[] with
 *   name_home(key)	the slot where its entry usually is
 *   name_find(key)	its entry, or NULL
 *   name_make(key)	its entry; its key is RS_BUSY if it is new: the caller fills it, then calls
 *			name_publish(); NULL = counted as missed
 *   name_drop(key)	forgets it, and its counts
 * An entry is all zero when it is new.
 */
#define RS_TABLE(type, name, bits)                                                        \
	struct type name[1 << (bits)];                                                    \
	static __noinline struct type *name##_search(u64 key)                             \
	{                                                                                 \
		for (u32 i = 0; i < RS_PROBES; i++) {                                     \
			struct type *e = &name[(rs_home(key, bits) + i) & RS_MASK(bits)]; \
			if (e->key == key)                                                \
				return e;                                                 \
			if (!e->key)                                                      \
				break;                                                    \
		}                                                                         \
		return NULL;                                                              \
	}                                                                                 \
	static __noinline struct type *name##_claim(u64 key)                              \
	{                                                                                 \
		for (u32 i = 0; i < RS_PROBES; i++) {                                     \
			struct type *e = &name[(rs_home(key, bits) + i) & RS_MASK(bits)]; \
			u64 free = e->key == RS_GONE ? RS_GONE : 0;                       \
			u64 was = __sync_val_compare_and_swap(&e->key, free, RS_BUSY);    \
			if (was == free)                                                  \
				RS_COUNT(rs_used.name);                                   \
			if (was == free || was == key)                                    \
				return e;                                                 \
			if (was == RS_BUSY)                                               \
				break;                                                    \
		}                                                                         \
		RS_COUNT(rs_missed.name);                                                 \
		return NULL;                                                              \
	}                                                                                 \
	static __always_inline struct type *name##_home(u64 key)                          \
	{                                                                                 \
		return &name[rs_home(key, bits)];                                         \
	}                                                                                 \
	static __always_inline struct type *name##_find(u64 key)                          \
	{                                                                                 \
		struct type *e = name##_home(key);                                        \
		if (e->key == key)                                                        \
			return e;                                                         \
		return e->key ? name##_search(key) : NULL;                                \
	}                                                                                 \
	static __always_inline struct type *name##_make(u64 key)                          \
	{                                                                                 \
		struct type *e = name##_find(key);                                        \
		return e ? e : name##_claim(key);                                         \
	}                                                                                 \
	static __always_inline void name##_publish(struct type *e, u64 key)               \
	{                                                                                 \
		if (e->key == RS_BUSY)                                                    \
			__sync_lock_test_and_set(&e->key, key);                           \
	}                                                                                 \
	static __noinline int name##_drop(u64 key)                                        \
	{                                                                                 \
		struct type *e = name##_search(key);                                      \
		if (!e)                                                                   \
			return 0;                                                         \
		for (u32 i = 1; i < sizeof(*e) / sizeof(u64); i++)                        \
			((u64 *)e)[i] = 0;                                                \
		__sync_lock_test_and_set(&e->key, RS_GONE);                               \
		__sync_fetch_and_add(&rs_used.name, -1);                                  \
		return 1;                                                                 \
	}

#endif
