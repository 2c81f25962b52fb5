/* SPDX-License-Identifier: GPL-2.0-only */
/* What a look through all open files found: taps' queues, virtqueues, virtual machines. */
#ifndef RS_LOOK_H
#define RS_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "../bpf/maps.h"

struct rs_look {
	struct rs_found *found;
	size_t n;
};

/* Takes a new look with the iterator behind @link. Return: 0, or -1 with err set. */
int rs_look_read(struct rs_look *look, int link, struct rs_error *err);
void rs_look_clear(struct rs_look *look);

/* Return: the one with this key, NULL = not found. Valid until the next look. */
const struct rs_found *rs_look_find(const struct rs_look *look, enum rs_found_kind kind,
				    uint64_t key);

/* Return: the @n-th virtqueue whose backend is, or was when last running, this tap queue's socket.
 */
const struct rs_found *rs_look_vq(const struct rs_look *look, uint64_t socket, unsigned int n);

/* Whether this process has a vhost device that serves nothing now: its guest is stopped. */
bool rs_look_idle_vhost(const struct rs_look *look, uint32_t pid);

#endif
