/* SPDX-License-Identifier: GPL-2.0-only */
/* A hash map from a pointer that the hot path meets to the key of the object behind it. */
#ifndef RS_MAP_H
#define RS_MAP_H

#include <linux/cache.h>
#include <linux/rculist.h>

#define RS_MAP_SIZE 256

/* Part of the object that is found. @ptr is NULL while the key is in no map. */
struct rs_key {
	struct hlist_node node;
	const void *ptr;
};

struct rs_map {
	struct hlist_head bucket[RS_MAP_SIZE];
};

/* Objects lie in arrays and slabs, each on cache lines of its own: that spreads them. */
static inline unsigned int rs_map_index(const void *ptr)
{
	return (unsigned long)ptr / L1_CACHE_BYTES % RS_MAP_SIZE;
}

/* Each key of a pointer: devices that share an interrupt have a line each on one descriptor. */
#define rs_map_for_each(map, key, p)						\
	hlist_for_each_entry_rcu_notrace(key, &(map)->bucket[rs_map_index(p)], node)	\
		if (READ_ONCE((key)->ptr) == (p))

/**
 * rs_map_find - the key of a pointer, or NULL
 * @map: the map
 * @ptr: any value; it is never dereferenced
 *
 * Takes no lock. The caller runs with interrupts, softirqs or preemption
 * disabled, which keeps the object from being freed.
 */
static inline struct rs_key *rs_map_find(const struct rs_map *map, const void *ptr)
{
	struct rs_key *key;

	hlist_for_each_entry_rcu_notrace(key, &map->bucket[rs_map_index(ptr)], node)
		if (READ_ONCE(key->ptr) == ptr)
			return key;
	return NULL;
}

void rs_map_add(struct rs_map *map, struct rs_key *key, const void *ptr);
void rs_map_del(struct rs_key *key);

#endif
