// SPDX-License-Identifier: GPL-2.0-only
/* From a pointer met in the hot path to the object that counts for it. */
#include <linux/hash.h>
#include <linux/rculist.h>
#include <linux/spinlock.h>
#include "ringside.h"

#define MAP_BITS 10

static struct hlist_head buckets[1 << MAP_BITS];
static DEFINE_SPINLOCK(map_lock);

/**
 * rs_map_find - the object of a pointer, or NULL
 * @ptr: any value
 *
 * Takes no lock and never follows @ptr. The caller runs with interrupts or
 * softirqs off or preemption disabled, which keeps the object from being freed.
 */
void *rs_map_find(const void *ptr)
{
	struct hlist_head *head = &buckets[hash_ptr(ptr, MAP_BITS)];
	struct rs_key *key;

	hlist_for_each_entry_rcu_notrace(key, head, node)
		if (key->ptr == ptr)
			return key->owner;
	return NULL;
}

void rs_map_add(struct rs_key *key, const void *ptr, void *owner)
{
	unsigned long flags;

	key->ptr = ptr;
	key->owner = owner;
	spin_lock_irqsave(&map_lock, flags);
	hlist_add_head_rcu(&key->node, &buckets[hash_ptr(ptr, MAP_BITS)]);
	spin_unlock_irqrestore(&map_lock, flags);
}

/* Does nothing for a key that is not in the map. Free it after a grace period. */
void rs_map_del(struct rs_key *key)
{
	unsigned long flags;

	spin_lock_irqsave(&map_lock, flags);
	if (key->owner) {
		hlist_del_rcu(&key->node);
		key->owner = NULL;
	}
	spin_unlock_irqrestore(&map_lock, flags);
}
