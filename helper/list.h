/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_LIST_H
#define RS_LIST_H

#include <stdio.h>

#include "snapshot.h"

/*
 * Prints what is there: in a guest each queue's device, IRQ, NAPI id, ring and MSI; on a host the
 * virtual machines, the taps, and each queue's backend, GSI and MSI. What is unknown is a dash.
 */
void rs_list_print(FILE *out, enum rs_side side, const struct rs_sample *s);

/* Prints the hooks of a sample: attached or not, hits missed, and what is unknown without them. */
void rs_list_hooks(FILE *out, enum rs_side side, const struct rs_sample *s);

#endif
