/* SPDX-License-Identifier: GPL-2.0-only */
/* Copies counts from the entries of the tables into a queue of a snapshot. */
#ifndef RS_STATIONS_H
#define RS_STATIONS_H

#include "snapshot.h"
#include "tables.h"

/*
 * Fill the counters of one station, as far as its hooks are attached; an event that never came
 * counts 0. @unknown: see rs_hooks_unknown().
 *
 * KVM has paths of injection that no hook sees. What follows an injection is therefore known only
 * of an eventfd of which one injection passed a hook, or whose irqfd was never woken; of one
 * without irqfd only if nobody wrote it: the VMM that reads it injects by an ioctl.
 */
void rs_stations_call(struct rs_queue *q, unsigned long long unknown, const struct rs_entries *e);
void rs_stations_vhost(struct rs_queue *q, unsigned long long unknown, const struct rs_entries *e,
		       const struct rs_found *vq);
void rs_stations_tun(struct rs_queue *q, unsigned long long unknown, const struct rs_entries *e,
		     const struct rs_found *tun);

/* Fills what the guest sends through this queue of the tap. */
void rs_stations_sent(struct rs_queue *q, unsigned long long unknown, const struct rs_entries *e);

#endif
