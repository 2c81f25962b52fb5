/* SPDX-License-Identifier: GPL-2.0-only */
/* The plots of one queue, for a report. */
#ifndef RS_PANEL_H
#define RS_PANEL_H

#include <stdio.h>

#include "turn.h"

/* The way of packets and of interrupts, interrupts by cause, polls by origin, where the time goes,
 * and what waits. @t: marks an interrupt that does not arrive as lost. */
void rs_panel_print(FILE *out, const struct rs_row *row, const struct rs_turn *t);

#endif
