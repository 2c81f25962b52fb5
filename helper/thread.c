// SPDX-License-Identifier: GPL-2.0-only
#include "thread.h"

#define NS_PER_MS 1000000

static const char *const states[] = {
	[RS_THREAD_RUNNING] = "running", [RS_THREAD_RUNNABLE] = "runnable",
	[RS_THREAD_ASLEEP] = "asleep",	 [RS_THREAD_BLOCKED] = "blocked",
	[RS_THREAD_STOPPED] = "stopped",
};

struct rs_num rs_thread_age(const struct rs_thread *thread)
{
	if (!thread->state || !thread->age_ns)
		return (struct rs_num){0};
	return rs_num_of(thread->age_ns / NS_PER_MS);
}

void rs_thread_worker(struct rs_queue *q, const struct rs_found *vq)
{
	const struct rs_thread *worker = &vq->vq.worker;

	if (!worker->tid)
		return;
	q->worker = rs_num_of(worker->tid);
	q->worker_queued = rs_num_of(vq->vq.queued);
	if (!worker->state)
		return;
	rs_str_set(q->worker_state, states[worker->state]);
	q->worker_state_ms = rs_thread_age(worker);
}
