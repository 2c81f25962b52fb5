/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_LIST_H
#define RS_LIST_H

#include <stdio.h>

#include "snapshot.h"

/*
 * Prints which queue is which: in a guest its device, IRQ, NAPI id, ring and MSI; on a host its
 * virtual machine, tap, backend, GSI and MSI. What is unknown is a dash.
 */
void rs_list_print(FILE *out, enum rs_side side, const struct rs_sample *s);

#endif
