// SPDX-License-Identifier: GPL-2.0-only
#include "span.h"

static const struct rs_sample nothing;

int rs_span_make(struct rs_span *span, const struct rs_snapshot *s)
{
	enum rs_side side = s ? s->side : RS_SIDE_GUEST;

	*span = (struct rs_span){.s = s};
	return rs_lookup_make(&span->begin, side, s && s->has_begin ? &s->begin : &nothing) |
	       rs_lookup_make(&span->end, side, s ? &s->end : &nothing);
}

void rs_span_clear(struct rs_span *span)
{
	rs_lookup_clear(&span->begin);
	rs_lookup_clear(&span->end);
}

const struct rs_queue *rs_span_begin(const struct rs_span *span, const struct rs_queue *end)
{
	return rs_lookup_queue(&span->begin, end);
}

static struct rs_num device_generation(const struct rs_lookup *l, const char *name)
{
	const struct rs_device *device = rs_lookup_device(l, name);

	return device ? device->generation : (struct rs_num){0};
}

static bool queue_renewed(const struct rs_span *span, const struct rs_queue *end)
{
	const struct rs_queue *begin = rs_span_begin(span, end);

	return begin && !rs_nums_equal(begin->generation, end->generation);
}

bool rs_span_ring_reset(const struct rs_span *span, const struct rs_queue *end)
{
	return queue_renewed(span, end) && !rs_span_device_reset(span, end);
}

bool rs_span_device_reset(const struct rs_span *span, const struct rs_queue *end)
{
	struct rs_num begin = device_generation(&span->begin, end->device);
	struct rs_num now = device_generation(&span->end, end->device);

	return span->s->has_begin &&
	       (!rs_nums_equal(begin, now) || (!now.known && queue_renewed(span, end)));
}
