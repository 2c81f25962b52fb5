/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAULT_REPORT_H
#define FAULT_REPORT_H

#include "run.h"

/*
 * Where the witness counts the interrupt that serves queue @index: its own
 * vector's, else the shared one's, else the device's line. NULL until it fired.
 */
const struct witness_irq *fault_report_irq(struct run *run, int index);

/* Print one line of key=value per queue that is running: what was counted since the last reset. */
void fault_report_print(struct run *run, FILE *out);

/* Print one line per queue that is running: what its ring's memory says. */
void fault_report_facts(struct run *run, FILE *out);

/* Count from here. */
void fault_report_reset(struct run *run);

#endif
