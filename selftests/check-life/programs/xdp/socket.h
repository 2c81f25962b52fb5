/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XDP_SOCKET_H
#define XDP_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

/* An AF_XDP socket that sends back what it receives. */
struct xsk {
	int fd;
	struct ring {
		uint32_t *producer, *consumer;
		void *desc;
	} fill, done, rx, tx;
	unsigned long received, completed;
};

/* 0, or -1 with errno: EOPNOTSUPP where driver or kernel have no such socket. */
int xsk_open(struct xsk *x, int ifindex, int queue, bool zero_copy);

/* One look at all rings, after at most a millisecond. */
void xsk_serve(struct xsk *x);

#endif
