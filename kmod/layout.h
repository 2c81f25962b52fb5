/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a virtqueue keeps its private fields, found when the module is loaded. */
#ifndef RS_LAYOUT_H
#define RS_LAYOUT_H

struct virtqueue;
struct vring_packed_desc_event;
struct rs_ring;

/**
 * struct rs_layout - offsets in the kernel's private virtqueue
 * @split_last_used: the index of the next entry to consume, split ring
 * @packed_last_used: the same, packed ring
 * @packed_desc: pointer to the descriptor ring
 * @packed_wrap: the used wrap counter; 0: it is in the index
 * @packed_state: pointer to the array, by buffer id, of
 * @state_size: elements of so many bytes, and in each
 * @state_length: how many descriptors the buffer takes
 * @packed_driver: pointer to the driver's event suppression area; 0: not known
 * @packed_device: and to the device's
 * @broken: whether the virtqueue is marked broken
 */
struct rs_layout {
	unsigned int split_last_used;
	unsigned int packed_last_used;
	unsigned int packed_desc;
	unsigned int packed_wrap;
	unsigned int packed_state;
	unsigned int state_size;
	unsigned int state_length;
	unsigned int packed_driver;
	unsigned int packed_device;
	unsigned int broken;
};

extern struct rs_layout rs_layout;
int rs_layout_find(void);
const struct vring_packed_desc_event *rs_layout_driver_event(const struct virtqueue *vq);
const struct vring_packed_desc_event *rs_layout_device_event(const struct virtqueue *vq);
void rs_layout_ring(struct rs_ring *ring, struct virtqueue *vq);

#endif
