/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_METRICS_H
#define RS_METRICS_H

#include "snapshot.h"

/**
 * rs_metrics_text() - the end of a snapshot as OpenMetrics text
 *
 * Counters are those since counting began, not of a window. Each queue is one set of labels:
 * netdev, queue and dir in a guest; vm, tap, queue and dir on a host: as many as there are
 * queues, whatever processes come and go. What is unknown has no line.
 * Return: the text, to be freed; NULL = out of memory.
 */
char *rs_metrics_text(const struct rs_snapshot *s);

#endif
