/* SPDX-License-Identifier: GPL-2.0-only */
/* The figures of a row that follow from others: see RS_DERIVED_LIST. */
#ifndef RS_DERIVE_H
#define RS_DERIVE_H

#include "row.h"
#include "span.h"

/* Of the guest's side. @begin: NULL = it was not there */
void rs_derive_guest(struct rs_row *row, const struct rs_queue *begin, const struct rs_queue *end);
void rs_derive_irq(struct rs_row *row, const struct rs_irq *irq);

/* Of the host's side. @has_ports: the machine has I/O ports (x86) */
void rs_derive_host(struct rs_row *row, const struct rs_queue *begin, const struct rs_queue *end,
		    bool has_ports);
void rs_derive_tap(struct rs_row *row, const struct rs_span *span,
		   const struct rs_queue *host_begin);

/* Of both sides: how far their windows are apart, and what that explains. rs_derive_used() first.
 */
void rs_derive_used(struct rs_row *row, const struct rs_queue *guest_begin,
		    const struct rs_queue *host_begin);
void rs_derive_interrupts(struct rs_row *row);

#endif
