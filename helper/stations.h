/* SPDX-License-Identifier: GPL-2.0-only */
/* Copies counts from the tables of the BPF programs into a queue of a snapshot. */
#ifndef RS_STATIONS_H
#define RS_STATIONS_H

#include "snapshot.h"
#include "../bpf/maps.h"

struct rs_hooks;

#define RS_STATIONS_EVENTFDS (1U << RS_EVENTFDS_BITS)

/*
 * Fill the counters of one station, as far as its hooks are attached; an event that never came
 * counts 0. Fill a queue towards the guest from its end, the eventfd, so that tun_offered is never
 * less than vhost_taken.
 */
void rs_stations_eventfd(struct rs_queue *q, const struct rs_hooks *h, const struct rs_eventfd *e);
void rs_stations_vhost(struct rs_queue *q, struct rs_hooks *h, const struct rs_found *vq);
void rs_stations_tun(struct rs_queue *q, struct rs_hooks *h, const struct rs_found *tun);

/* Fills what the guest sends through this queue of the tap. */
void rs_stations_sent(struct rs_queue *q, struct rs_hooks *h, const struct rs_found *tun);

/* Copy the entry of an eventfd's context, and the entry in slot @i. Return: false = no entry. */
bool rs_stations_find_eventfd(struct rs_hooks *h, uint64_t ctx, struct rs_eventfd *e);
bool rs_stations_eventfd_at(struct rs_hooks *h, size_t i, struct rs_eventfd *e);

#endif
