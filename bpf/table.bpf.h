/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables of objects by address: global arrays with open addressing. The entry of an address lies in
 * its home slot or in one of the slots after it. If it is in the home slot, finding it costs a
 * multiplication and a comparison; a hash map costs a hundred instructions and a call.
 */
#ifndef RS_TABLE_BPF_H
#define RS_TABLE_BPF_H

#include "hook.bpf.h"
#include "maps.h"

/* The key of a slot while its entry is being made, and after its entry was dropped. An empty slot
 * has key 0 and ends each search; a slot that was used never becomes empty again. */
#define RS_BUSY 1
#define RS_GONE 2

/* Objects whose slots were all in use, or being made at that moment: they are not counted. */
struct rs_missed rs_missed;

struct rs_used rs_used;

/* Adds one. RS_APART keeps the compiler from merging two counts in two branches: so the address of
 * each stays a constant. */
#define RS_COUNT(counter)                            \
	do {                                         \
		__sync_fetch_and_add(&(counter), 1); \
		RS_APART;                            \
	} while (0)

/*
 * RS_TABLE(type, name, bits) makes struct type name[] with
 *   name_home(key)	the home slot
 *   name_find(key)	its entry, or NULL
 *   name_make(key)	its entry; its key is RS_BUSY if it is new: the caller fills it, then calls
 *			name_publish(); NULL = counted as missed
 *   name_drop(key)	drops its entry with all counts
 * A new entry is all zero.
 *
 * The functions with a loop are global and weak: the verifier looks at each of them once, and not
 * once for each caller. Such a function returns a number only: of an entry that it finds the slot,
 * else a negative one.
 */
#define RS_GLOBAL __noinline __weak int

#define RS_TABLE(type, name, bits)                                                     \
	struct type name[1 << (bits)];                                                 \
	__u64 name##_far; /* a bit for each try at which some entry was made */        \
	RS_GLOBAL name##_search(u64 key)                                               \
	{                                                                              \
		for (u32 i = 0; i < RS_PROBES && name##_far >> i; i++) {               \
			u32 slot = rs_slot(key, bits, i);                              \
			u64 at = name[slot].key;                                       \
			if (at == key)                                                 \
				return slot;                                           \
			if (!at)                                                       \
				break;                                                 \
		}                                                                      \
		return -1;                                                             \
	}                                                                              \
	RS_GLOBAL name##_claim(u64 key)                                                \
	{                                                                              \
		for (u32 i = 0; i < RS_PROBES; i++) {                                  \
			u32 slot = rs_slot(key, bits, i);                              \
			struct type *e = &name[slot];                                  \
			__sync_fetch_and_or(&name##_far, 1ULL << i);                   \
			u64 free = e->key == RS_GONE ? RS_GONE : 0;                    \
			u64 was = __sync_val_compare_and_swap(&e->key, free, RS_BUSY); \
			if (was == free)                                               \
				RS_COUNT(rs_used.name);                                \
			if (was == free || was == key)                                 \
				return slot;                                           \
			if (was == RS_BUSY)                                            \
				break;                                                 \
		}                                                                      \
		RS_COUNT(rs_missed.name);                                              \
		return -1;                                                             \
	}                                                                              \
	static __always_inline struct type *name##_at(int slot)                        \
	{                                                                              \
		return slot < 0 ? NULL : &name[(u32)slot & RS_MASK(bits)];             \
	}                                                                              \
	static __always_inline struct type *name##_home(u64 key)                       \
	{                                                                              \
		return &name[rs_home(key, bits)];                                      \
	}                                                                              \
	static __always_inline struct type *name##_find(u64 key)                       \
	{                                                                              \
		struct type *e = name##_home(key);                                     \
		if (e->key == key)                                                     \
			return e;                                                      \
		return e->key ? name##_at(name##_search(key)) : NULL;                  \
	}                                                                              \
	static __always_inline struct type *name##_make(u64 key)                       \
	{                                                                              \
		struct type *e = name##_find(key);                                     \
		return e ? e : name##_at(name##_claim(key));                           \
	}                                                                              \
	static __always_inline void name##_publish(struct type *e, u64 key)            \
	{                                                                              \
		if (e->key == RS_BUSY)                                                 \
			__sync_lock_test_and_set(&e->key, key);                        \
	}                                                                              \
	RS_GLOBAL name##_drop(u64 key)                                                 \
	{                                                                              \
		struct type *e = name##_at(name##_search(key));                        \
		if (!e)                                                                \
			return 0;                                                      \
		for (u32 i = 1; i < sizeof(*e) / sizeof(u64); i++)                     \
			((volatile u64 *)e)[i] = 0; /* no memset() */                  \
		__sync_lock_test_and_set(&e->key, RS_GONE);                            \
		__sync_fetch_and_add(&rs_used.name, -1);                               \
		return 1;                                                              \
	}

#endif
