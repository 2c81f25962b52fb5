// SPDX-License-Identifier: GPL-2.0-only
/* From a pointer met in the hot path to the object that counts for it. */
#include <linux/rculist.h>
#include <linux/spinlock.h>
#include "map.h"
#include "ringside.h"

struct hlist_head rs_map[RS_MAP_SIZE];
static DEFINE_RAW_SPINLOCK(map_lock);

void rs_map_add(struct rs_key *key, const void *ptr, void *owner)
{
	unsigned long flags;

	key->ptr = ptr;
	key->owner = owner;
	raw_spin_lock_irqsave(&map_lock, flags);
	hlist_add_head_rcu(&key->node, rs_map_bucket(ptr));
	raw_spin_unlock_irqrestore(&map_lock, flags);
}

/* Does nothing for a key that is not in the map. Free it after a grace period. */
void rs_map_del(struct rs_key *key)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&map_lock, flags);
	if (key->owner) {
		hlist_del_rcu(&key->node);
		key->owner = NULL;
	}
	raw_spin_unlock_irqrestore(&map_lock, flags);
}
