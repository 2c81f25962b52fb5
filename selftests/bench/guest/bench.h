/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the benchmark's device share. */
#ifndef RS_BENCH_H
#define RS_BENCH_H

#include <linux/netdevice.h>
#include <linux/virtio.h>
#include <linux/virtio_ring.h>

#define BENCH_RING_SIZE 256
#define BENCH_FRAME_SIZE 60
#define BENCH_PAIRS_MAX 64

/**
 * struct ring - the device's side of one virtqueue
 * @vring: the split ring, or NULL
 * @desc: the packed ring, or NULL
 * @avail: where the next buffer the driver offers lies
 * @used: where the next used entry goes; a packed ring has one place for both
 * @wrap: the packed ring's wrap counter
 * @lacks: packets that found no buffer: the driver was not served in time
 */
struct ring {
	struct virtqueue *vq;
	const struct vring *vring;
	struct vring_packed_desc *desc;
	u16 avail;
	u16 used;
	bool wrap;
	unsigned int irq;
	unsigned int lacks;
};

void ring_init(struct ring *r, struct virtqueue *vq);
void ring_receive(struct ring *r);
void ring_finish(struct ring *r);
void ring_answer(struct ring *r);

/* device.c: a virtio-net device made of memory, driven by the kernel's own driver */
int device_init(unsigned int pairs, bool packed);
void device_exit(void);
struct net_device *device_netdev(void);
unsigned int device_pairs(void);
struct ring *device_ring(unsigned int index);
struct napi_struct *device_napi(unsigned int pair);

/* unit.c: what is measured */
struct unit {
	const char *name;
	unsigned int calls;	/* of @once, in one batch */
	unsigned int parts;	/* what one call of @once stands for */
	bool irqs_off;
	void (*begin)(unsigned int pair);
	void (*once)(unsigned int pair);
	void (*end)(unsigned int pair);
};

const struct unit *unit_find(const char *name);

/* run.c: how it is measured */
struct figure {
	u64 milli;	/* instructions of one part, in thousandths */
	u64 parts;	/* how many there were, in all */
};

int run_alone(const struct unit *u, unsigned int pair, struct figure *f);
int run_every(const struct unit *u, struct figure *f);
int run_together(const struct unit *u, unsigned int cpus, struct figure *f);
u64 run_calibrate(void);

#endif
