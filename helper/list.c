// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>

#include "fields.h"
#include "list.h"
#include "table.h"

/* A column: a field of a queue by its key in JSON, under a heading. */
struct column {
	const char *heading;
	const char *key;
};

static const struct column guest_columns[] = {
	{"netdev", "netdev"},	{"queue", "name"},	    {"irq", "irq"},
	{"shared", "shared"},	{"napi", "napi_id"},	    {"device", "device"},
	{"bus", "bus"},		{"ring", "ring"},	    {"size", "size"},
	{"evidx", "event_idx"}, {"used ring", "used_addr"}, {"msi", "msi.address"},
	{"data", "msi.data"},
};

static const struct column host_columns[] = {
	{"tap", "tap"},		{"queue", "queue"},   {"dir", "dir"},
	{"backend", "backend"}, {"process", "comm"},  {"pid", "pid"},
	{"vm", "vm"},		{"gsi", "gsi"},	      {"used ring", "used_addr"},
	{"msi", "msi.address"}, {"data", "msi.data"}, {"mac", "mac"},
};

static const struct {
	const struct column *columns;
	size_t n;
} sides[RS_SIDES] = {
	[RS_SIDE_GUEST] = {guest_columns, sizeof(guest_columns) / sizeof(guest_columns[0])},
	[RS_SIDE_HOST] = {host_columns, sizeof(host_columns) / sizeof(host_columns[0])},
};

static void field_add(struct rs_table *t, const struct rs_field *field, const struct rs_queue *q)
{
	const char *at = (const char *)q + field->offset;
	uint64_t value;

	if (!rs_field_known(field, q)) {
		rs_table_add(t, "-");
		return;
	}
	if (field->type == RS_TYPE_STR) {
		rs_table_add(t, "%s", at);
		return;
	}
	value = ((const struct rs_num *)at)->value;
	if (field->type == RS_TYPE_HEX)
		rs_table_add(t, "0x%" PRIx64, value);
	else if (field->type == RS_TYPE_BOOL)
		rs_table_add(t, "%s", value ? "yes" : "no");
	else
		rs_table_add(t, "%" PRIu64, value);
}

void rs_list_print(FILE *out, enum rs_side side, const struct rs_sample *s)
{
	const struct column *columns = sides[side].columns;
	struct rs_table t;

	rs_table_init(&t, sides[side].n);
	for (size_t c = 0; c < t.columns; c++) {
		t.left[c] = true;
		rs_table_add(&t, "%s", columns[c].heading);
	}
	for (size_t q = 0; q < s->queues_n; q++)
		for (size_t c = 0; c < t.columns; c++)
			field_add(&t, rs_queue_field(columns[c].key), &s->queues[q]);
	rs_table_print(&t, out);
	rs_table_clear(&t);
}
