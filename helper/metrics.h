/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_METRICS_H
#define RS_METRICS_H

#include "verdict.h"

/**
 * rs_metrics_text() - one side in Prometheus' text format 0.0.4
 * @l: of one side
 *
 * Counters count since counting started, not over the window; the findings are those of the window.
 * Each queue has labels that no other queue has: netdev, queue and dir in a guest; vm, tap, queue
 * and dir on a host, and gsi of a queue without tap; where these do not suffice, device, pid or
 * nth. So there are as many sets as queues, however many processes start and end. Times are in
 * seconds. A histogram has no sum: its buckets are printed, of no type. An unknown figure has no
 * line. Return: the text, to be freed; NULL = out of memory.
 */
char *rs_metrics_text(const struct rs_ledger *l, const struct rs_verdict *v);

#endif
