/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_LIST_H
#define RS_LIST_H

#include "snapshot.h"
#include "table.h"

/*
 * Prints tables: of a guest, each queue's device, IRQ, NAPI id, ring and MSI; of a host, the
 * virtual machines, the taps, and each queue's backend, GSI and MSI. An unknown value is a dash.
 */
void rs_list_print(const struct rs_page *page, enum rs_side side, const struct rs_sample *s);

/* Prints the hooks of a sample: state, missed hits, and what is unknown without them. */
void rs_list_hooks(const struct rs_page *page, enum rs_side side, const struct rs_sample *s);

#endif
