/* SPDX-License-Identifier: GPL-2.0-only */
/* What a thread did when a scan looked at it. */
#ifndef RS_THREAD_H
#define RS_THREAD_H

#include "snapshot.h"
#include "../bpf/maps.h"

/* How long the thread has been in its state, in milliseconds. */
struct rs_num rs_thread_age(const struct rs_thread *thread);

/* Fills the worker of a virtqueue. */
void rs_thread_worker(struct rs_queue *q, const struct rs_found *vq);

#endif
