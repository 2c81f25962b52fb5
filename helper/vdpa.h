/* SPDX-License-Identifier: GPL-2.0-only */
/* A virtqueue of a vhost-vdpa device, as the scan found it (rs_found.vdpa). */
#ifndef RS_VDPA_H
#define RS_VDPA_H

#include <stdbool.h>

#include "snapshot.h"
#include "tables.h"

/* Return: its direction as the guest names it: rx, tx or ctrl. */
const char *rs_vdpa_dir(const struct rs_found *vdpa);

/* Whether the driver in the guest may use it: it has a call eventfd, and does not come after the
 * control virtqueue. */
bool rs_vdpa_is_used(const struct rs_found *vdpa);

/**
 * rs_vdpa_fill() - the device's name, the guest's MAC, and what a masked vector leaves of the
 * counts
 * @q: has its process and the counts of all call eventfds of @e
 *
 * While its vector is masked a queue has another call eventfd, which no hook shows before a scan
 * finds it. What is written there is therefore left out of eventfd_writes, and eventfd_masked is
 * unknown; eventfd_merged is unknown where both are in it.
 */
void rs_vdpa_fill(struct rs_queue *q, const struct rs_found *vdpa, const struct rs_entries *e);

#endif
