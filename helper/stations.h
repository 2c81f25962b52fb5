/* SPDX-License-Identifier: GPL-2.0-only */
/* Out of the tables that the kernel's side counts in, into a queue of a snapshot. */
#ifndef RS_STATIONS_H
#define RS_STATIONS_H

#include "snapshot.h"
#include "../bpf/maps.h"

struct rs_hooks;

#define RS_STATIONS_EVENTFDS (1U << RS_EVENTFDS_BITS)

/*
 * What each station counted, as far as its hooks are attached; what was never seen counts 0. A
 * queue towards the guest is filled from its end: what is offered is never less than what was
 * taken.
 */
void rs_stations_eventfd(struct rs_queue *q, const struct rs_hooks *h, const struct rs_eventfd *e);
void rs_stations_vhost(struct rs_queue *q, struct rs_hooks *h, const struct rs_found *vq);
void rs_stations_tun(struct rs_queue *q, struct rs_hooks *h, const struct rs_found *tun);

/* What the guest sends through this queue of the tap. */
void rs_stations_sent(struct rs_queue *q, struct rs_hooks *h, const struct rs_found *tun);

/* The entry of an eventfd's context, and the one in slot @i. Return: false = there is none. */
bool rs_stations_find_eventfd(struct rs_hooks *h, uint64_t ctx, struct rs_eventfd *e);
bool rs_stations_eventfd_at(struct rs_hooks *h, size_t i, struct rs_eventfd *e);

#endif
