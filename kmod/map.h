/* SPDX-License-Identifier: GPL-2.0-only */
/* From a pointer met in the hot path to the object that counts for it. */
#ifndef RS_MAP_H
#define RS_MAP_H

#include <linux/cache.h>
#include <linux/rculist.h>
#include "ringside.h"

#define RS_MAP_SIZE 1024

extern struct hlist_head rs_map[RS_MAP_SIZE];

/* The objects lie in arrays and slabs, each on cache lines of its own: that spreads them. */
static inline struct hlist_head *rs_map_bucket(const void *ptr)
{
	return &rs_map[(unsigned long)ptr / L1_CACHE_BYTES % RS_MAP_SIZE];
}

/**
 * rs_map_find - the object of a pointer, or NULL
 * @ptr: any value; it is never followed
 *
 * Takes no lock. The caller runs with interrupts or softirqs off or preemption
 * disabled, which keeps the object from being freed.
 */
static inline void *rs_map_find(const void *ptr)
{
	struct rs_key *key;

	hlist_for_each_entry_rcu_notrace(key, rs_map_bucket(ptr), node)
		if (key->ptr == ptr)
			return key->owner;
	return NULL;
}

#endif
