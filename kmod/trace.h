/* SPDX-License-Identifier: GPL-2.0-only */
/* Details on demand, for trace-cmd, perf and bpftrace. Off, they cost a no-op. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ringside

#if !defined(RS_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define RS_TRACE_H

#include <linux/tracepoint.h>
#include "account.h"

/* An interrupt of a virtqueue is over, and was counted in this counter. */
TRACE_EVENT(ring_irq,
	TP_PROTO(const struct rs_queue *q, unsigned int row),
	TP_ARGS(q, row),
	TP_STRUCT__entry(
		__array(char, device, 16)
		__array(char, queue, 16)
		__array(char, class, 24)
		__field(unsigned int, irq)
		__field(u16, used_idx)
		__field(u16, last_used_idx)
	),
	TP_fast_assign(
		strscpy(__entry->device, q->device->name, sizeof(__entry->device));
		strscpy(__entry->queue, q->name, sizeof(__entry->queue));
		strscpy(__entry->class, rs_counter_names[row], sizeof(__entry->class));
		__entry->irq = q->line->irq;
		rs_queue_indexes(q, &__entry->used_idx, &__entry->last_used_idx);
	),
	TP_printk("device=%s queue=%s irq=%u class=%s used_idx=%u last_used_idx=%u",
		  __entry->device, __entry->queue, __entry->irq, __entry->class,
		  __entry->used_idx, __entry->last_used_idx)
);

/* A poll of a receive queue is over. */
TRACE_EVENT(ring_poll,
	TP_PROTO(const struct rs_queue *q, unsigned int origin, int packets, int budget),
	TP_ARGS(q, origin, packets, budget),
	TP_STRUCT__entry(
		__array(char, device, 16)
		__array(char, queue, 16)
		__array(char, origin, 16)
		__field(int, packets)
		__field(int, budget)
	),
	TP_fast_assign(
		strscpy(__entry->device, q->device->name, sizeof(__entry->device));
		strscpy(__entry->queue, q->name, sizeof(__entry->queue));
		strscpy(__entry->origin, rs_origin_names[origin], sizeof(__entry->origin));
		__entry->packets = packets;
		__entry->budget = budget;
	),
	TP_printk("device=%s queue=%s origin=%s packets=%d budget=%d",
		  __entry->device, __entry->queue, __entry->origin,
		  __entry->packets, __entry->budget)
);

/* A ring stands still, or is served again. */
TRACE_EVENT(ring_stall,
	TP_PROTO(const struct rs_queue *q, const char *kind, unsigned int pending,
		 unsigned int since_ms),
	TP_ARGS(q, kind, pending, since_ms),
	TP_STRUCT__entry(
		__array(char, device, 16)
		__array(char, queue, 16)
		__array(char, kind, 16)
		__field(unsigned int, pending)
		__field(unsigned int, since_ms)
	),
	TP_fast_assign(
		strscpy(__entry->device, q->device->name, sizeof(__entry->device));
		strscpy(__entry->queue, q->name, sizeof(__entry->queue));
		strscpy(__entry->kind, kind, sizeof(__entry->kind));
		__entry->pending = pending;
		__entry->since_ms = since_ms;
	),
	TP_printk("device=%s queue=%s kind=%s pending=%u since_ms=%u",
		  __entry->device, __entry->queue, __entry->kind,
		  __entry->pending, __entry->since_ms)
);

/* The kernel disables an interrupt line: "nobody cared". */
TRACE_EVENT(irq_disabled,
	TP_PROTO(unsigned int irq, unsigned int unhandled),
	TP_ARGS(irq, unhandled),
	TP_STRUCT__entry(
		__field(unsigned int, irq)
		__field(unsigned int, unhandled)
	),
	TP_fast_assign(
		__entry->irq = irq;
		__entry->unhandled = unhandled;
	),
	TP_printk("irq=%u unhandled=%u", __entry->irq, __entry->unhandled)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
