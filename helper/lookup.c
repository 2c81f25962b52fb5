// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "lookup.h"

static const char *group_of(enum rs_side side, const struct rs_queue *q)
{
	return side == RS_SIDE_GUEST ? q->device : q->tap;
}

static uint64_t name_key(const char *name)
{
	return *name ? rs_hash_text(RS_HASH, name) : 0;
}

static uint64_t number_key(struct rs_num num)
{
	return rs_hash_num(RS_HASH, num);
}

static uint64_t group_key(enum rs_side side, const struct rs_queue *q)
{
	return name_key(group_of(side, q));
}

static uint64_t place_key(const struct rs_queue *q)
{
	return rs_hash_num(rs_hash_num(rs_hash_text(RS_HASH, q->tap), q->pid), q->queue);
}

uint64_t rs_lookup_group(const struct rs_lookup *l, const struct rs_queue *like)
{
	return group_key(l->side, like);
}

uint64_t rs_lookup_place(const struct rs_queue *like)
{
	return place_key(like);
}

uint64_t rs_lookup_line(struct rs_num irq)
{
	return number_key(irq);
}

static uint64_t queue_key(enum rs_side side, const struct rs_queue *q)
{
	if (side == RS_SIDE_GUEST)
		return rs_hash_num(rs_hash_text(RS_HASH, q->device), q->index);
	if (q->tap_ifindex.known)
		return place_key(q);
	return rs_hash_num(rs_hash_num(place_key(q), q->used_addr), q->gsi);
}

#define ROW_HASH(name, rows, key)                                    \
	static uint64_t name##_hash_of(const void *ctx, size_t i)    \
	{                                                            \
		const struct rs_lookup *l = ctx;                     \
		const __typeof__(*l->s->rows) *row = &l->s->rows[i]; \
                                                                     \
		return key;                                          \
	}
ROW_HASH(queues, queues, queue_key(l->side, row))
ROW_HASH(places, queues, place_key(row))
ROW_HASH(groups, queues, group_key(l->side, row))
ROW_HASH(vms, vms, number_key(row->pid))
ROW_HASH(taps, taps, name_key(row->name))
ROW_HASH(devices, devices, name_key(row->name))
ROW_HASH(irqs, irqs, number_key(row->irq))
ROW_HASH(irq_cpus, irq_cpus, number_key(row->irq))

int rs_lookup_make(struct rs_lookup *l, enum rs_side side, const struct rs_sample *s)
{
	*l = (struct rs_lookup){.s = s, .side = side};
	return rs_index_make(&l->queues, s->queues_n, queues_hash_of, l) ||
			       rs_index_make(&l->places, s->queues_n, places_hash_of, l) ||
			       rs_index_make(&l->groups, s->queues_n, groups_hash_of, l) ||
			       rs_index_make(&l->vms, s->vms_n, vms_hash_of, l) ||
			       rs_index_make(&l->taps, s->taps_n, taps_hash_of, l) ||
			       rs_index_make(&l->devices, s->devices_n, devices_hash_of, l) ||
			       rs_index_make(&l->irqs, s->irqs_n, irqs_hash_of, l) ||
			       rs_index_make(&l->irq_cpus, s->irq_cpus_n, irq_cpus_hash_of, l)
		       ? -1
		       : 0;
}

void rs_lookup_clear(struct rs_lookup *l)
{
	struct rs_index *all[] = {&l->queues, &l->places,  &l->groups, &l->vms,
				  &l->taps,   &l->devices, &l->irqs,   &l->irq_cpus};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		rs_index_clear(all[i]);
}

static bool guest_same(const struct rs_queue *a, const struct rs_queue *b)
{
	return !strcmp(a->device, b->device) && rs_nums_equal(a->index, b->index);
}

static bool host_same(const struct rs_queue *a, const struct rs_queue *b)
{
	return rs_nums_equal(a->pid, b->pid) && rs_nums_equal(a->tap_ifindex, b->tap_ifindex) &&
	       rs_nums_equal(a->queue, b->queue) && rs_nums_equal(a->vhost_vq, b->vhost_vq) &&
	       rs_queues_same_tap(a, b) && !strcmp(a->dir, b->dir) &&
	       (a->tap_ifindex.known ||
		(rs_nums_equal(a->used_addr, b->used_addr) && rs_nums_equal(a->gsi, b->gsi)));
}

const struct rs_queue *rs_lookup_queue(const struct rs_lookup *l, const struct rs_queue *like)
{
	bool (*same)(const struct rs_queue *, const struct rs_queue *) =
		l->side == RS_SIDE_GUEST ? guest_same : host_same;

	RS_INDEX_EACH (i, &l->queues, queue_key(l->side, like))
		if (same(&l->s->queues[i], like))
			return &l->s->queues[i];
	return NULL;
}

const struct rs_vm *rs_lookup_vm(const struct rs_lookup *l, struct rs_num pid)
{
	RS_INDEX_EACH (i, &l->vms, number_key(pid))
		if (rs_nums_equal(l->s->vms[i].pid, pid))
			return &l->s->vms[i];
	return NULL;
}

const struct rs_tap *rs_lookup_tap(const struct rs_lookup *l, const struct rs_queue *of)
{
	RS_INDEX_EACH (i, &l->taps, name_key(of->tap)) {
		const struct rs_tap *tap = &l->s->taps[i];

		if (!strcmp(tap->name, of->tap) && rs_nums_equal(tap->netns, of->tap_netns))
			return tap;
	}
	return NULL;
}

const struct rs_device *rs_lookup_device(const struct rs_lookup *l, const char *name)
{
	RS_INDEX_EACH (i, &l->devices, name_key(name))
		if (!strcmp(l->s->devices[i].name, name))
			return &l->s->devices[i];
	return NULL;
}

const struct rs_irq *rs_lookup_irq(const struct rs_lookup *l, struct rs_num irq)
{
	RS_INDEX_EACH (i, &l->irqs, number_key(irq))
		if (rs_nums_equal(l->s->irqs[i].irq, irq))
			return &l->s->irqs[i];
	return NULL;
}
