// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>

#include "fields.h"
#include "list.h"
#include "losses.h"
#include "table.h"

/* A column: a heading, and the key in JSON of the field below it. */
struct column {
	const char *heading;
	const char *key;
	const char *(*words)(const char *text); /* NULL = print a text as it is */
};

/* A table of all rows of one kind. */
struct section {
	enum rs_record_id record;
	unsigned int sides;
	size_t keys;		   /* so many first columns say which row it is */
	struct column columns[14]; /* ends at the first one without a heading */
};

static const struct section sections[] = {
	{RS_RECORD_VM,
	 RS_HOST,
	 2,
	 {{"vm", "name"},
	  {"pid", "pid"},
	  {"process", "comm"},
	  {"vcpus", "vcpus"},
	  {"uuid", "uuid"}}},
	{RS_RECORD_TAP,
	 RS_HOST,
	 1,
	 {{"tap", "name"},
	  {"kind", "kind"},
	  {"ifindex", "ifindex"},
	  {"queues", "queues"},
	  {"namespace", "netns"},
	  {"carrier", "carrier"},
	  {"tap's mac", "mac"},
	  {"dropped", "tx_dropped"},
	  {"qdisc", "qdisc"},
	  {"qdisc drops", "qdisc_drops"},
	  {"backlog", "qdisc_backlog"}}},
	{RS_RECORD_QUEUE,
	 RS_HOST,
	 3,
	 {{"tap", "tap"},
	  {"queue", "queue"},
	  {"dir", "dir"},
	  {"backend", "backend"},
	  {"process", "comm"},
	  {"pid", "pid"},
	  {"vm", "vm"},
	  {"gsi", "gsi"},
	  {"used ring", "used_addr"},
	  {"msi", "msi.address"},
	  {"data", "msi.data"},
	  {"guest's mac", "mac"}}},
	{RS_RECORD_QUEUE,
	 RS_GUEST,
	 2,
	 {{"netdev", "netdev"},
	  {"queue", "name"},
	  {"irq", "irq"},
	  {"shared", "shared"},
	  {"napi", "napi_id"},
	  {"device", "device"},
	  {"bus", "bus"},
	  {"ring", "ring"},
	  {"size", "size"},
	  {"evidx", "event_idx"},
	  {"used ring", "used_addr"},
	  {"msi", "msi.address"},
	  {"data", "msi.data"}}},
};

static const struct section hooks = {
	RS_RECORD_HOOK,
	RS_BOTH,
	1,
	{{"hook", "name"},
	 {"kind", "kind"},
	 {"state", "state"},
	 {"missed", "missed"},
	 {"unknown without it", "loses", rs_loss_words}},
};

static void cell_add(struct rs_table *t, const struct column *column, const struct rs_field *field,
		     const void *row)
{
	const char *at = (const char *)row + field->offset;
	uint64_t value;

	if (!rs_field_known(field, row)) {
		rs_table_add(t, "-");
		return;
	}
	if (field->type == RS_TYPE_STR) {
		rs_table_add(t, "%s", column->words ? column->words(at) : at);
		return;
	}
	value = ((const struct rs_num *)at)->value;
	if (field->type == RS_TYPE_HEX)
		rs_table_add(t, "0x%" PRIx64, value);
	else if (field->type == RS_TYPE_I64)
		rs_table_add(t, "%" PRId64, (int64_t)value);
	else if (field->type == RS_TYPE_BOOL)
		rs_table_add(t, "%s", value ? "yes" : "no");
	else
		rs_table_add(t, "%" PRIu64, value);
}

static void section_print(const struct rs_page *page, const struct section *section,
			  const struct rs_sample *s)
{
	const struct rs_record *record = &rs_records[section->record];
	struct rs_table t;
	size_t columns = 0, n;
	const char *row = rs_sample_rows(s, record, &n);

	while (section->columns[columns].heading)
		columns++;
	rs_table_init(&t, columns);
	t.keys = section->keys;
	for (size_t c = 0; c < columns; c++) {
		t.left[c] = true;
		rs_table_add(&t, "%s", section->columns[c].heading);
	}
	for (; n--; row += record->size) {
		if (section->record == RS_RECORD_QUEUE &&
		    rs_queue_is_unseen((const struct rs_queue *)row))
			continue;
		for (size_t c = 0; c < columns; c++)
			cell_add(&t, &section->columns[c],
				 rs_field_find(record, section->columns[c].key), row);
	}
	rs_table_print(&t, page);
	rs_table_clear(&t);
}

void rs_list_print(const struct rs_page *page, enum rs_side side, const struct rs_sample *s)
{
	const char *before = "";

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		if (!(sections[i].sides & (1U << side)))
			continue;
		fputs(before, page->out);
		section_print(page, &sections[i], s);
		before = "\n";
	}
}

void rs_list_hooks(const struct rs_page *page, enum rs_side side, const struct rs_sample *s)
{
	fprintf(page->out, "%s:\n", side == RS_SIDE_GUEST ? "guest" : "host");
	section_print(page, &hooks, s);
}
