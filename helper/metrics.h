/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_METRICS_H
#define RS_METRICS_H

#include "snapshot.h"

/**
 * rs_metrics_text() - the end of a snapshot as OpenMetrics text
 *
 * Counters count since counting started, not over a window. Each queue has one set of labels:
 * netdev, queue and dir in a guest; vm, tap, queue and dir on a host. So there are as many sets as
 * queues, however many processes start and end. An unknown figure has no line.
 * Return: the text, to be freed; NULL = out of memory.
 */
char *rs_metrics_text(const struct rs_snapshot *s);

#endif
