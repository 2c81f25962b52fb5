// SPDX-License-Identifier: GPL-2.0-only
/*
 * Uneven numbers of buffers go through a throw-away virtqueue. A field is found
 * where exactly one place in the virtqueue's memory follows the count in every
 * round. No such place, or two of them: ringside refuses to load.
 */
#include <linux/bitmap.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/log2.h>
#include <linux/virtio.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <xen/xen.h>
#include "layout.h"
#include "ring.h"

#define RING_SIZE 16
#define MAX_OBJECT 1024
#define STATE_MAX 64
#define WRAP BIT(VRING_PACKED_EVENT_F_WRAP_CTR)

struct rs_layout rs_layout;

/* Added and consumed per round: never equal in sum, past the ring's end twice. */
static const struct {
	unsigned int add;
	unsigned int take;
} rounds[] = { { 5, 3 }, { 4, 1 }, { 6, 7 }, { 9, 5 }, { 3, 8 }, { 11, 4 }, { 2, 9 } };

/* Buffers of these many descriptors each, which have no indirect table. */
static const unsigned int chains[] = { 1, 3, 2, 4 };
#define CHAIN_MAX 4

struct probe {
	struct virtio_device *vdev;
	struct virtqueue *vq;
	struct vring_packed_desc *desc;
	void *page;
	unsigned int added;
	unsigned int taken;
	unsigned long object[MAX_OBJECT / sizeof(long)];	/* see object_read() */
	DECLARE_BITMAP(plain, MAX_OBJECT / sizeof(u16));
	DECLARE_BITMAP(wrapped, MAX_OBJECT / sizeof(u16));
	DECLARE_BITMAP(counter, MAX_OBJECT);
};

/* There is no device behind the throw-away virtqueue. */
static bool notify(struct virtqueue *vq)
{
	return true;
}

/* How much memory the virtqueue may take: no header tells its size. */
static unsigned int object_bytes(const struct probe *p)
{
	return rounddown(min_t(size_t, ksize(p->vq), MAX_OBJECT), sizeof(long));
}

/*
 * A copy of the virtqueue's memory. What lies behind the virtqueue is not the
 * driver's, and KASAN would report a plain copy of it.
 */
static void object_read(struct probe *p)
{
	const unsigned long *object = (const unsigned long *)p->vq;
	unsigned int i;

	for (i = 0; i < object_bytes(p) / sizeof(long); i++)
		p->object[i] = READ_ONCE_NOCHECK(object[i]);
}

static bool wrap_counter(const struct probe *p)
{
	return !(p->taken / RING_SIZE % 2);
}

/* What last_used_idx must be, without and with the wrap counter in bit 15. */
static u16 expect(const struct probe *p, bool wrap)
{
	if (!p->desc)
		return p->taken;
	return p->taken % RING_SIZE + (wrap && wrap_counter(p) ? WRAP : 0);
}

static void compare(struct probe *p)
{
	const u16 *object = (const u16 *)p->object;
	const u8 *bytes = (const u8 *)p->object;
	unsigned int i;

	object_read(p);
	for (i = 0; i < object_bytes(p) / sizeof(u16); i++) {
		if (object[i] != expect(p, false))
			__clear_bit(i, p->plain);
		if (object[i] != expect(p, true))
			__clear_bit(i, p->wrapped);
	}
	for (i = 0; i < object_bytes(p); i++)
		if (bytes[i] != wrap_counter(p))
			__clear_bit(i, p->counter);
}

/* Play the device for the next entry of the ring, in the order of addition. */
static void use_one(struct probe *p)
{
	const struct vring *vring;
	struct vring_used_elem *elem;
	u16 idx;

	if (p->desc) {
		u16 used = BIT(VRING_PACKED_DESC_F_AVAIL) |
			   BIT(VRING_PACKED_DESC_F_USED);

		if (!wrap_counter(p))
			used = 0;
		p->desc[p->taken % RING_SIZE].flags = cpu_to_le16(used);
		return;
	}
	vring = virtqueue_get_vring(p->vq);
	idx = p->taken;
	elem = &vring->used->ring[idx % RING_SIZE];
	elem->id = cpu_to_virtio32(p->vdev,
		virtio16_to_cpu(p->vdev, vring->avail->ring[idx % RING_SIZE]));
	elem->len = 0;
	vring->used->idx = cpu_to_virtio16(p->vdev, idx + 1);
}

static int play_round(struct probe *p, unsigned int add, unsigned int take)
{
	struct scatterlist sg;
	unsigned int len;

	sg_init_one(&sg, p->page, 64);
	for (; add; add--, p->added++)
		if (virtqueue_add_outbuf(p->vq, &sg, 1, p->page, GFP_KERNEL))
			return -ENXIO;
	for (; take; take--, p->taken++) {
		use_one(p);
		if (virtqueue_get_buf(p->vq, &len) != p->page)
			return -ENXIO;
	}
	compare(p);
	return 0;
}

/* The only candidate left, or -ENXIO. */
static int only_bit(const unsigned long *bits, unsigned int n)
{
	if (bitmap_weight(bits, n) != 1)
		return -ENXIO;
	return find_first_bit(bits, n);
}

static int play(struct probe *p)
{
	unsigned int i;
	int err = 0;

	bitmap_fill(p->plain, MAX_OBJECT / sizeof(u16));
	bitmap_fill(p->wrapped, MAX_OBJECT / sizeof(u16));
	bitmap_fill(p->counter, MAX_OBJECT);
	compare(p);
	for (i = 0; i < ARRAY_SIZE(rounds) && !err; i++)
		err = play_round(p, rounds[i].add, rounds[i].take);
	return err;
}

static int find_split(struct probe *p)
{
	int word = only_bit(p->plain, object_bytes(p) / sizeof(u16));

	if (word < 0)
		return word;
	rs_layout.split_last_used = word * sizeof(u16);
	return 0;
}

/* The wrap counter is bit 15 of the index, or a bool apart. */
static int find_packed(struct probe *p)
{
	unsigned int words = object_bytes(p) / sizeof(u16);
	int plain = only_bit(p->plain, words);
	int wrapped = only_bit(p->wrapped, words);
	int counter = only_bit(p->counter, words * sizeof(u16));

	if (wrapped >= 0 && plain < 0) {
		rs_layout.packed_last_used = wrapped * sizeof(u16);
		rs_layout.packed_wrap = 0;
		return 0;
	}
	if (wrapped >= 0 || plain < 0 || counter < 0)
		return -ENXIO;
	rs_layout.packed_last_used = plain * sizeof(u16);
	rs_layout.packed_wrap = counter;
	return 0;
}

/* Where the virtqueue keeps @pointer: the only place, or -ENXIO. */
static int find_pointer(struct probe *p, const void *pointer)
{
	void **object = (void **)p->object;
	unsigned int i, n = object_bytes(p) / sizeof(void *);
	int at = -ENXIO;

	object_read(p);
	for (i = 0; i < n; i++) {
		if (object[i] != pointer)
			continue;
		if (at >= 0)
			return -ENXIO;
		at = i * sizeof(void *);
	}
	return at;
}

static int find_packed_desc(struct probe *p)
{
	int at = find_pointer(p, p->desc);

	if (at < 0)
		return at;
	rs_layout.packed_desc = at;
	return 0;
}

/* Whether the driver writes there what it asks the device for. */
static bool is_driver_event(struct probe *p, const struct vring_packed_desc_event *event)
{
	virtqueue_enable_cb(p->vq);
	if (le16_to_cpu(event->flags) != VRING_PACKED_EVENT_FLAG_ENABLE)
		return false;
	virtqueue_disable_cb(p->vq);
	return le16_to_cpu(event->flags) == VRING_PACKED_EVENT_FLAG_DISABLE;
}

/* Where they are not found they are not shown: nothing else needs them. */
static int find_packed_events(struct probe *p)
{
	void *event = phys_to_virt(virtqueue_get_avail_addr(p->vq));
	int driver = find_pointer(p, event);
	int device = find_pointer(p, phys_to_virt(virtqueue_get_used_addr(p->vq)));

	if (driver < 0 || device < 0 || driver == device || !is_driver_event(p, event))
		return 0;
	rs_layout.packed_driver = driver;
	rs_layout.packed_device = device;
	return 0;
}

/* Breaking the device changes one byte of its virtqueue. */
static int find_broken(struct probe *p)
{
	unsigned int i, found = 0, n = object_bytes(p);
	const u8 *bytes = (const u8 *)p->object;
	u8 *before;

	object_read(p);
	before = kmemdup(bytes, n, GFP_KERNEL);
	if (!before)
		return -ENOMEM;
	virtio_break_device(p->vdev);
	object_read(p);
	for (i = 0; i < n; i++) {
		if (before[i] == bytes[i])
			continue;
		rs_layout.broken = i;
		found += before[i] || bytes[i] != 1 ? 2 : 1;
	}
	kfree(before);
	return found == 1 && virtqueue_is_broken(p->vq) ? 0 : -ENXIO;
}

/* What the driver gets back for buffer @i: a pointer that is in the object once. */
static void *chain_token(const struct probe *p, unsigned int i)
{
	return (char *)p->page + i + 1;
}

static int add_chains(struct probe *p, u16 *ids)
{
	struct scatterlist sg[CHAIN_MAX];
	unsigned int i, j, slot = 0;

	for (i = 0; i < ARRAY_SIZE(chains); slot += chains[i], i++) {
		sg_init_table(sg, chains[i]);
		for (j = 0; j < chains[i]; j++)
			sg_set_buf(&sg[j], p->page, 64);
		if (virtqueue_add_outbuf(p->vq, sg, chains[i], chain_token(p, i), GFP_KERNEL))
			return -ENXIO;
		ids[i] = le16_to_cpu(p->desc[slot].id);
	}
	return 0;
}

/* Whether @array, of elements of @size, has the tokens of all buffers at their ids. */
static bool has_tokens(const struct probe *p, const char *array, unsigned int size,
		       const u16 *ids)
{
	unsigned int i;
	void *data;

	for (i = 0; i < ARRAY_SIZE(chains); i++)
		if (copy_from_kernel_nofault(&data, array + ids[i] * size, sizeof(data)) ||
		    data != chain_token(p, i))
			return false;
	return true;
}

static bool has_lengths(const char *array, unsigned int size, unsigned int at, const u16 *ids)
{
	unsigned int i;
	u16 length;

	for (i = 0; i < ARRAY_SIZE(chains); i++)
		if (copy_from_kernel_nofault(&length, array + ids[i] * size + at, sizeof(length)) ||
		    length != chains[i])
			return false;
	return true;
}

/* How many places in the elements of an array have the buffers' lengths; the last one is kept. */
static unsigned int find_lengths(const char *array, unsigned int size, const u16 *ids)
{
	unsigned int at, found = 0;

	for (at = 0; at < size; at += sizeof(u16)) {
		if (!has_lengths(array, size, at, ids))
			continue;
		rs_layout.state_size = size;
		rs_layout.state_length = at;
		found++;
	}
	return found;
}

/* The driver's own array, by buffer id, that knows how many descriptors a buffer takes. */
static int find_packed_state(struct probe *p)
{
	char **object = (char **)p->object;
	unsigned int i, size, n = object_bytes(p) / sizeof(void *);
	unsigned int found = 0;
	u16 ids[ARRAY_SIZE(chains)];
	int err = add_chains(p, ids);

	object_read(p);
	for (i = 0; i < n && !err; i++) {
		for (size = sizeof(void *); size <= STATE_MAX; size += sizeof(void *)) {
			if (!has_tokens(p, object[i], size, ids))
				continue;
			rs_layout.packed_state = i * sizeof(void *);
			found += find_lengths(object[i], size, ids);
		}
	}
	return err ?: found == 1 ? 0 : -ENXIO;
}

static int probe_start(struct probe *p, bool packed)
{
	p->page = (void *)get_zeroed_page(GFP_KERNEL);
	p->vdev = kzalloc(sizeof(*p->vdev), GFP_KERNEL);
	if (!p->page || !p->vdev)
		return -ENOMEM;
	INIT_LIST_HEAD(&p->vdev->vqs);
	spin_lock_init(&p->vdev->config_lock);
	rs_vdev_init_lock(p->vdev);
	p->vdev->features = BIT_ULL(VIRTIO_F_VERSION_1);
	if (packed)
		p->vdev->features |= BIT_ULL(VIRTIO_F_RING_PACKED);
	p->vq = vring_create_virtqueue(0, RING_SIZE, PAGE_SIZE, p->vdev, true,
				       false, false, notify, NULL,
				       "ringside");
	if (!p->vq)
		return -ENOMEM;
	if (packed)
		p->desc = phys_to_virt(virtqueue_get_desc_addr(p->vq));
	return 0;
}

static void probe_end(struct probe *p)
{
	if (p->vq) {
		while (virtqueue_detach_unused_buf(p->vq))
			;
		vring_del_virtqueue(p->vq);
	}
	kfree(p->vdev);
	free_page((unsigned long)p->page);
	kfree(p);
}

static int probe_split(struct probe *p)
{
	return play(p) ?: find_split(p) ?: find_broken(p);
}

static int probe_packed(struct probe *p)
{
	return find_packed_desc(p) ?: play(p) ?: find_packed(p) ?: find_packed_events(p);
}

/* Ask @find of a throw-away virtqueue. */
static int probe_ring(bool packed, int (*find)(struct probe *p))
{
	struct probe *p = kzalloc(sizeof(*p), GFP_KERNEL);
	int err;

	if (!p)
		return -ENOMEM;
	err = probe_start(p, packed) ?: find(p);
	probe_end(p);
	return err;
}

/**
 * rs_layout_find - find the private fields of split and packed virtqueues
 *
 * Return: 0; -ENOMEM; -ENXIO where a field's place is not certain; -EOPNOTSUPP
 * in a Xen guest, where virtqueues are mapped through their device's parent,
 * and the throw-away virtqueue has none (vring_use_dma_api()).
 */
int rs_layout_find(void)
{
	int err;

	if (xen_domain()) {
		pr_err("this is a Xen guest, which ringside does not support; load it in a KVM guest\n");
		return -EOPNOTSUPP;
	}
	err = probe_ring(false, probe_split) ?: probe_ring(true, probe_packed) ?:
		  probe_ring(true, find_packed_state);

	if (err == -ENOMEM)
		pr_err("no memory to find the virtqueues' layout with; free some and load ringside again\n");
	else if (err)
		pr_err("this kernel's virtqueue layout could not be found with certainty; use a ringside built for and tested on this kernel\n");
	return err;
}

static const void *pointer_at(const struct virtqueue *vq, unsigned int at)
{
	return at ? READ_ONCE(*(const void *const *)((const char *)vq + at)) : NULL;
}

/* What the driver of a packed ring asks the device for; NULL: not known. */
const struct vring_packed_desc_event *rs_layout_driver_event(const struct virtqueue *vq)
{
	return pointer_at(vq, rs_layout.packed_driver);
}

/* What the device asks the driver for; NULL: not known. */
const struct vring_packed_desc_event *rs_layout_device_event(const struct virtqueue *vq)
{
	return pointer_at(vq, rs_layout.packed_device);
}

/**
 * rs_layout_ring - where a virtqueue keeps what tells its progress
 * @ring: receives it
 * @vq: the virtqueue; its driver owns the ring
 */
void rs_layout_ring(struct rs_ring *ring, struct virtqueue *vq)
{
	const char *object = (const char *)vq;

	memset(ring, 0, sizeof(*ring));
	ring->size = virtqueue_get_vring_size(vq);
	if (virtio_has_feature(vq->vdev, VIRTIO_F_RING_PACKED)) {
		ring->last_used = (const void *)(object + rs_layout.packed_last_used);
		ring->desc = (const void *)(object + rs_layout.packed_desc);
		ring->state = (const void *)(object + rs_layout.packed_state);
		ring->state_size = rs_layout.state_size;
		ring->state_length = rs_layout.state_length;
		if (rs_layout.packed_wrap)
			ring->wrap = (const void *)(object + rs_layout.packed_wrap);
	} else {
		ring->last_used = (const void *)(object + rs_layout.split_last_used);
		ring->vring = virtqueue_get_vring(vq);
	}
	if (is_power_of_2(rs_ring_modulus(ring)))
		ring->mask = rs_ring_modulus(ring) - 1;
}
