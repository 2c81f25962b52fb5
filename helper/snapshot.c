// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "plain.h"
#include "snapshot.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static const struct rs_counter guest_counters[] = {
#define RS_COUNTER(name, unit, meaning) {#name, #unit, meaning},
#include "../kmod/counters.h"
};

static const struct rs_counter host_counters[] = {
#define RS_STATION(name, unit, meaning) {#name, #unit, meaning},
#include "../bpf/counters.h"
};

const struct rs_counter_table rs_counters[RS_SIDES] = {
	[RS_SIDE_GUEST] = {guest_counters, ROWS(guest_counters)},
	[RS_SIDE_HOST] = {host_counters, ROWS(host_counters)},
};

static const struct rs_counter guest_hists[] = {
#define RS_HIST(name, unit, meaning) {#name, #unit, meaning},
	RS_GUEST_HIST_LIST(RS_HIST)
#undef RS_HIST
};

static const struct rs_counter host_hists[] = {
#define RS_HIST(name, unit, meaning) {#name, #unit, meaning},
#include "../bpf/hists.h"
};

const struct rs_counter_table rs_hists[RS_SIDES] = {
	[RS_SIDE_GUEST] = {guest_hists, ROWS(guest_hists)},
	[RS_SIDE_HOST] = {host_hists, ROWS(host_hists)},
};

/* The array has room for the next power of two, so the count alone shows when it is full. */
void *rs_rows_grow(void *rows, size_t n, size_t size)
{
	if (!(n & (n - 1)))
		rows = reallocarray(rows, n ? n * 2 : 1, size);
	if (rows)
		memset((char *)rows + n * size, 0, size);
	return rows;
}

#define X(kind)                                                                           \
	struct rs_##kind *rs_sample_add_##kind(struct rs_sample *s)                       \
	{                                                                                 \
		void *rows = rs_rows_grow(s->kind##s, s->kind##s_n, sizeof(*s->kind##s)); \
                                                                                          \
		if (!rows)                                                                \
			return NULL;                                                      \
		s->kind##s = rows;                                                        \
		return &s->kind##s[s->kind##s_n++];                                       \
	}
RS_KINDS(X)
#undef X

void rs_str_copy(char *to, size_t size, const char *text)
{
	rs_plain_copy(to, size, text ? text : "");
}

void rs_sample_clear(struct rs_sample *s)
{
#define X(kind) free(s->kind##s);
	RS_KINDS(X)
#undef X
	memset(s, 0, sizeof(*s));
}

void rs_snapshot_clear(struct rs_snapshot *s)
{
	rs_sample_clear(&s->begin);
	rs_sample_clear(&s->end);
	memset(s, 0, sizeof(*s));
}
