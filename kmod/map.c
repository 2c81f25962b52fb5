// SPDX-License-Identifier: GPL-2.0-only
#include <linux/spinlock.h>
#include "map.h"

static DEFINE_RAW_SPINLOCK(map_lock);

void rs_map_add(struct rs_map *map, struct rs_key *key, const void *ptr)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&map_lock, flags);
	WRITE_ONCE(key->ptr, ptr);
	hlist_add_head_rcu(&key->node, &map->bucket[rs_map_index(ptr)]);
	raw_spin_unlock_irqrestore(&map_lock, flags);
}

/* Does nothing for a key that is in no map. Free its object after a grace period. */
void rs_map_del(struct rs_key *key)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&map_lock, flags);
	if (key->ptr) {
		hlist_del_rcu(&key->node);
		WRITE_ONCE(key->ptr, NULL);
	}
	raw_spin_unlock_irqrestore(&map_lock, flags);
}
