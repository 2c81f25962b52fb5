// SPDX-License-Identifier: GPL-2.0-only
/* An AF_XDP socket, by its system calls. Each frame is in one of four rings, or here. */
#include "socket.h"

#include <linux/if_xdp.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define FRAMES	   1024u /* as many as each ring has room for */
#define FRAME_SIZE 4096u

static int ring_map(int fd, struct ring *r, const struct xdp_ring_offset *at, size_t entry,
		    off_t page)
{
	char *map = mmap(NULL, at->desc + FRAMES * entry, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_POPULATE, fd, page);

	if (map == MAP_FAILED)
		return -1;
	r->producer = (uint32_t *)(map + at->producer);
	r->consumer = (uint32_t *)(map + at->consumer);
	r->desc = map + at->desc;
	return 0;
}

static int rings_map(struct xsk *x)
{
	struct xdp_mmap_offsets at;
	socklen_t size = sizeof(at);

	if (getsockopt(x->fd, SOL_XDP, XDP_MMAP_OFFSETS, &at, &size))
		return -1;
	if (ring_map(x->fd, &x->fill, &at.fr, sizeof(uint64_t), XDP_UMEM_PGOFF_FILL_RING) ||
	    ring_map(x->fd, &x->done, &at.cr, sizeof(uint64_t), XDP_UMEM_PGOFF_COMPLETION_RING))
		return -1;
	if (ring_map(x->fd, &x->rx, &at.rx, sizeof(struct xdp_desc), XDP_PGOFF_RX_RING))
		return -1;
	return ring_map(x->fd, &x->tx, &at.tx, sizeof(struct xdp_desc), XDP_PGOFF_TX_RING);
}

static int rings_size(int fd)
{
	static const int options[] = {XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING, XDP_RX_RING,
				      XDP_TX_RING};
	uint32_t size = FRAMES;

	for (unsigned int i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (setsockopt(fd, SOL_XDP, options[i], &size, sizeof(size)))
			return -1;
	return 0;
}

static int frames_register(int fd)
{
	struct xdp_umem_reg umem = {.len = FRAMES * FRAME_SIZE, .chunk_size = FRAME_SIZE};
	void *memory = mmap(NULL, umem.len, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (memory == MAP_FAILED)
		return -1;
	umem.addr = (uintptr_t)memory;
	return setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &umem, sizeof(umem));
}

static bool has_more(const struct ring *r)
{
	return __atomic_load_n(r->producer, __ATOMIC_ACQUIRE) != *r->consumer;
}

static void frame_give(struct ring *fill, uint64_t frame)
{
	uint32_t at = *fill->producer;

	((uint64_t *)fill->desc)[at % FRAMES] = frame & ~(uint64_t)(FRAME_SIZE - 1);
	__atomic_store_n(fill->producer, at + 1, __ATOMIC_RELEASE);
}

static void frame_return(struct xsk *x)
{
	uint32_t from = *x->rx.consumer, to = *x->tx.producer;

	((struct xdp_desc *)x->tx.desc)[to % FRAMES] =
		((struct xdp_desc *)x->rx.desc)[from % FRAMES];
	__atomic_store_n(x->rx.consumer, from + 1, __ATOMIC_RELEASE);
	__atomic_store_n(x->tx.producer, to + 1, __ATOMIC_RELEASE);
	x->received++;
}

static void frame_reuse(struct xsk *x)
{
	uint32_t from = *x->done.consumer;

	frame_give(&x->fill, ((uint64_t *)x->done.desc)[from % FRAMES]);
	__atomic_store_n(x->done.consumer, from + 1, __ATOMIC_RELEASE);
	x->completed++;
}

int xsk_open(struct xsk *x, int ifindex, int queue, bool zero_copy)
{
	struct sockaddr_xdp at = {.sxdp_family = AF_XDP,
				  .sxdp_flags = zero_copy ? XDP_ZEROCOPY : XDP_COPY,
				  .sxdp_ifindex = ifindex,
				  .sxdp_queue_id = queue};

	memset(x, 0, sizeof(*x));
	x->fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (x->fd < 0 || frames_register(x->fd) || rings_size(x->fd) || rings_map(x))
		return -1;
	for (uint32_t i = 0; i < FRAMES; i++)
		frame_give(&x->fill, i * FRAME_SIZE);
	return bind(x->fd, (struct sockaddr *)&at, sizeof(at));
}

void xsk_serve(struct xsk *x)
{
	struct pollfd p = {.fd = x->fd, .events = POLLIN};

	poll(&p, 1, 1);
	while (has_more(&x->rx))
		frame_return(x);
	if (x->received != x->completed)
		sendto(x->fd, NULL, 0, MSG_DONTWAIT, NULL, 0);
	while (has_more(&x->done))
		frame_reuse(x);
}
