/* SPDX-License-Identifier: GPL-2.0-only */
/* A ring's own memory: it is the VMM's, and read through the VMM's address space. */
#ifndef RS_RINGMEM_H
#define RS_RINGMEM_H

#include "snapshot.h"
#include "../bpf/maps.h"

/*
 * Fills the indexes, flags and events that lie in the ring of @vq. They stay unknown if vhost does
 * not serve the ring, if its memory cannot be read, or if it changes in each of many looks: then no
 * set of figures of one moment was seen.
 */
void rs_ringmem_fill(struct rs_queue *q, const struct rs_found *vq);

#endif
