// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "envelope.h"
#include "fields.h"
#include "file.h"
#include "hist_json.h"
#include "json.h"
#include "snapshot_json.h"

/* The current place in the JSON, for messages: "end.queues[3].counters". */
struct place {
	struct rs_reader *r;
	const char *where;
	char path[160];
	enum rs_side side;
	bool gives; /* the text may be given back as it is read */
	struct rs_error *err;
};

static int syntax_broken(const struct place *p, const char *why)
{
	size_t line, column;

	rs_reader_place(p->r, &line, &column);
	return rs_error_set(p->err, RS_EXIT_DATA, "%s:%zu:%zu: broken JSON: %s", p->where, line,
			    column, why);
}

/* A value that is missing because the file ends there is not a wrong one. */
static int broken(const struct place *p, const char *key, const char *expected)
{
	if (p->r->depth && rs_reader_done(p->r))
		return syntax_broken(p, "it ends too early: the file is incomplete");
	return rs_error_set(p->err, RS_EXIT_DATA, "%s: %s%s%s must be %s", p->where, p->path,
			    *p->path ? "." : "", key, expected);
}

static int missing(const struct place *p, const char *key)
{
	return rs_error_set(p->err, RS_EXIT_DATA, "%s: %s%s%s is required", p->where, p->path,
			    *p->path ? "." : "", key);
}

static int out_of_memory(const struct place *p)
{
	return rs_error_set(p->err, RS_EXIT_ERROR, "%s: out of memory", p->where);
}

/* What was read counts only if it was JSON. */
static int syntax_check(const struct place *p)
{
	return p->r->broken ? syntax_broken(p, p->r->broken) : 0;
}

static const char *text_read(struct rs_reader *r, const struct rs_field *field, void *row)
{
	const char *text;

	if (rs_reader_peek(r) != RS_KIND_STRING)
		return field->type == RS_TYPE_STR ? "a text" : "a text like \"0x12\"";
	text = rs_reader_string(r);
	return r->cut ? "a shorter text" : rs_field_parse(field, row, text);
}

static const char *bool_read(struct rs_reader *r, const struct rs_field *field, void *row)
{
	enum rs_kind kind = rs_reader_peek(r);

	if (kind != RS_KIND_TRUE && kind != RS_KIND_FALSE)
		return "true or false";
	rs_reader_skip(r);
	return rs_field_put(field, row, kind == RS_KIND_TRUE);
}

static const char *number_read(struct rs_reader *r, const struct rs_field *field, void *row)
{
	bool is_signed = field->type == RS_TYPE_I64;
	uint64_t value;

	if (rs_reader_peek(r) == RS_KIND_NUMBER &&
	    (is_signed ? rs_reader_signed : rs_reader_number)(r, &value))
		return rs_field_put(field, row, value);
	return is_signed ? "a whole number from -2^63+1 to 2^63-2"
			 : "a whole number from 0 to 2^64-2";
}

/* Return: NULL, or what was expected. */
static const char *field_read(struct rs_reader *r, const struct rs_field *field, void *row)
{
	switch (field->type) {
	case RS_TYPE_STR:
	case RS_TYPE_HEX:
		return text_read(r, field, row);
	case RS_TYPE_BOOL:
		return bool_read(r, field, row);
	default:
		return number_read(r, field, row);
	}
}

/* A row, and the fields that it may have. */
struct target {
	const struct rs_field *fields;
	size_t n;
	void *row;
	size_t next; /* ringside writes fields in their order: this one comes next */
};

/* Return: the field with this key in an object named @outer (or NULL), NULL = there is none. */
static const struct rs_field *field_find(const struct place *p, struct target *t, const char *outer,
					 const char *key)
{
	size_t n = outer ? strlen(outer) : 0;

	if (strchr(key, '.'))
		return NULL;
	for (size_t i = 0; i < t->n; i++) {
		size_t at = t->next + i < t->n ? t->next + i : t->next + i - t->n;
		const char *own = t->fields[at].key;

		if (n && (strncmp(own, outer, n) || own[n] != '.'))
			continue;
		if (strcmp(n ? own + n + 1 : own, key) || !(t->fields[at].sides & (1U << p->side)))
			continue;
		t->next = at + 1 < t->n ? at + 1 : 0;
		return &t->fields[at];
	}
	return NULL;
}

/* "msi.data" names data inside the object msi. */
static bool is_outer(const struct target *t, const char *key)
{
	size_t n = strlen(key);

	for (size_t i = 0; i < t->n; i++)
		if (!strncmp(t->fields[i].key, key, n) && t->fields[i].key[n] == '.')
			return true;
	return false;
}

static int member_read(struct place *p, struct target *t, const char *outer, const char *key);

static int inner_read(struct place *p, struct target *t, const char *key)
{
	char outer[32];

	snprintf(outer, sizeof(outer), "%s", key);
	for (bool more = rs_reader_open(p->r); more; more = rs_reader_more(p->r))
		if (member_read(p, t, outer, rs_reader_key(p->r)))
			return -1;
	return 0;
}

/* A null stands for a key that is not there. */
static int member_read(struct place *p, struct target *t, const char *outer, const char *key)
{
	const struct rs_field *field = field_find(p, t, outer, key);
	enum rs_kind kind = rs_reader_peek(p->r);
	const char *expected;

	if (!field && !outer && kind == RS_KIND_OBJECT && is_outer(t, key))
		return inner_read(p, t, key);
	if (!field || kind == RS_KIND_NULL) {
		rs_reader_skip(p->r);
		return 0;
	}
	expected = field_read(p->r, field, t->row);
	return expected ? broken(p, field->key, expected) : 0;
}

static int required_check(const struct place *p, const struct target *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->fields[i].required & (1U << p->side) &&
		    !rs_field_known(&t->fields[i], t->row))
			return missing(p, t->fields[i].key);
	return 0;
}

/* Return: the index of a name, @from first; -1 = there is no such name. */
static int name_find(const struct rs_counter_table *table, const char *name, size_t from)
{
	for (size_t i = 0; i < table->count; i++) {
		size_t at = (from + i) % table->count;

		if (!strcmp(table->rows[at].name, name))
			return at;
	}
	return -1;
}

static int counter_read(struct place *p, const char *name, int i, struct rs_queue *queue)
{
	uint64_t value;

	if (rs_reader_peek(p->r) != RS_KIND_NUMBER || !rs_reader_number(p->r, &value))
		return broken(p, name, "a whole number from 0 to 2^64-2");
	queue->counters[i] = rs_num_of(value);
	return 0;
}

static int hist_read(struct place *p, const char *name, int i, struct rs_queue *queue)
{
	struct rs_histogram h = {0};

	if (!rs_hist_read(p->r, &h))
		return broken(
			p, name,
			"an object with a list of buckets, each a pair of 0 or a power of two "
			"up to 2^30 and a whole number");
	rs_queue_hist_set(queue, i, &h);
	return 0;
}

/* An object with a member for each name of a table. */
static int table_read(struct place *p, const char *key, const struct rs_counter_table *table,
		      int (*value)(struct place *p, const char *name, int i,
				   struct rs_queue *queue),
		      struct rs_queue *queue)
{
	int i = -1;

	if (rs_reader_peek(p->r) == RS_KIND_NULL) {
		rs_reader_skip(p->r);
		return 0;
	}
	if (rs_reader_peek(p->r) != RS_KIND_OBJECT)
		return broken(p, key, "an object");
	for (bool more = rs_reader_open(p->r); more; more = rs_reader_more(p->r)) {
		i = name_find(table, rs_reader_key(p->r), i + 1);
		if (i < 0 || rs_reader_peek(p->r) == RS_KIND_NULL)
			rs_reader_skip(p->r);
		else if (value(p, table->rows[i].name, i, queue))
			return -1;
	}
	return 0;
}

static int row_member_read(struct place *p, const struct rs_record *record, struct target *t)
{
	const char *key = rs_reader_key(p->r);

	if (record->counters && !strcmp(key, "counters"))
		return table_read(p, "counters", &rs_counters[p->side], counter_read, t->row);
	if (record->counters && !strcmp(key, "hists"))
		return table_read(p, "hists", &rs_hists[p->side], hist_read, t->row);
	return member_read(p, t, NULL, key);
}

static int row_read(struct place *p, const struct rs_record *record, struct rs_sample *s)
{
	struct target t = {record->fields, record->fields_n, NULL, 0};

	if (rs_reader_peek(p->r) != RS_KIND_OBJECT)
		return syntax_check(p) ? -1 : broken(p, "row", "an object");
	t.row = rs_sample_add(s, record);
	if (!t.row)
		return out_of_memory(p);
	for (bool more = rs_reader_open(p->r); more; more = rs_reader_more(p->r))
		if (row_member_read(p, record, &t))
			return -1;
	return syntax_check(p) ? -1 : required_check(p, &t);
}

static int record_read(struct place *p, const struct rs_record *record, struct rs_sample *s)
{
	struct place inner = *p;
	char most[48];
	size_t n = 0;

	if (rs_reader_peek(p->r) != RS_KIND_LIST)
		return broken(p, record->key, "a list");
	for (bool more = rs_reader_open(p->r); more; more = rs_reader_more(p->r), n++) {
		if (n == record->max) {
			snprintf(most, sizeof(most), "a list of at most %zu rows", record->max);
			return broken(p, record->key, most);
		}
		snprintf(inner.path, sizeof(inner.path), "%.100s.%s[%zu]", p->path, record->key, n);
		if (row_read(&inner, record, s))
			return -1;
		if (p->gives)
			rs_reader_give(p->r);
	}
	return 0;
}

static const struct rs_record *record_find(const struct place *p, const char *key)
{
	for (size_t i = 0; i < RS_RECORDS; i++)
		if (rs_records[i].sides & (1U << p->side) && !strcmp(rs_records[i].key, key))
			return &rs_records[i];
	return NULL;
}

static int sample_member_read(struct place *p, struct target *t, struct rs_sample *s)
{
	const char *key = rs_reader_key(p->r);
	const struct rs_record *record = record_find(p, key);

	return record && rs_reader_peek(p->r) != RS_KIND_NULL ? record_read(p, record, s)
							      : member_read(p, t, NULL, key);
}

/* Of two with the same key the last one counts, as everywhere. */
static int sample_read(struct place *p, const char *key, struct rs_sample *s)
{
	struct target t = {rs_sample_fields, rs_sample_fields_n, s, 0};
	struct place inner = *p;

	rs_sample_clear(s);
	if (rs_reader_peek(p->r) != RS_KIND_OBJECT)
		return broken(p, key, "an object");
	rs_str_set(inner.path, key);
	for (bool more = rs_reader_open(p->r); more; more = rs_reader_more(p->r))
		if (sample_member_read(&inner, &t, s))
			return -1;
	return syntax_check(p) ? -1 : required_check(&inner, &t);
}

static int taken_read(struct place *p, struct rs_taken *taken)
{
	struct target t = {rs_taken_fields, rs_taken_fields_n, taken, 0};

	if (rs_reader_peek(p->r) != RS_KIND_OBJECT)
		return broken(p, "taken", "an object");
	for (bool more = rs_reader_open(p->r); more; more = rs_reader_more(p->r))
		if (member_read(p, &t, NULL, rs_reader_key(p->r)))
			return -1;
	return 0;
}

/* What the meaning of all else depends on; it is sought first, wherever it stands. */
struct head {
	char schema[RS_STR_LEN], side[RS_STR_LEN];
};

/* Leaves @to empty if what is next is no string. */
static void head_word_read(struct rs_reader *r, char *to, size_t size)
{
	if (rs_reader_peek(r) == RS_KIND_STRING)
		snprintf(to, size, "%s", rs_reader_string(r));
	else
		rs_reader_skip(r);
}

static void head_read(struct rs_reader *r, struct head *head)
{
	for (bool more = rs_reader_open(r); more && !(*head->schema && *head->side);
	     more = rs_reader_more(r)) {
		const char *key = rs_reader_key(r);

		if (!strcmp(key, "schema"))
			head_word_read(r, head->schema, sizeof(head->schema));
		else if (!strcmp(key, "side"))
			head_word_read(r, head->side, sizeof(head->side));
		else
			rs_reader_skip(r);
	}
}

static int schema_check(const struct place *p, const char *schema)
{
	if (!*schema)
		return rs_error_set(p->err, RS_EXIT_DATA,
				    "%s: not a snapshot: \"schema\" is missing; `ringside guest -o "
				    "FILE` and `ringside host -o FILE` write snapshots",
				    p->where);
	if (strcmp(schema, RS_SNAPSHOT_SCHEMA))
		return rs_error_set(p->err, RS_EXIT_DATA,
				    "%s: its format is \"%.40s\", this ringside reads \"%s\": use "
				    "the same version of ringside for both",
				    p->where, schema, RS_SNAPSHOT_SCHEMA);
	return 0;
}

static int side_find(struct place *p, const char *side)
{
	for (size_t i = 0; i < RS_SIDES; i++) {
		if (strcmp(side, rs_side_names[i]))
			continue;
		p->side = i;
		return 0;
	}
	return broken(p, "side", "\"guest\" or \"host\"");
}

/* The reader stands again at the start. */
static int head_check(struct place *p)
{
	struct head head = {0};
	size_t len = p->r->len;

	if (rs_reader_peek(p->r) == RS_KIND_OBJECT)
		head_read(p->r, &head);
	else
		rs_reader_skip(p->r);
	if (syntax_check(p))
		return -1;
	rs_reader_start(p->r, p->r->text, len);
	if (rs_reader_peek(p->r) != RS_KIND_OBJECT)
		return rs_error_set(p->err, RS_EXIT_DATA,
				    "%s: not a snapshot: expected a JSON object", p->where);
	return schema_check(p, head.schema) || side_find(p, head.side) ? -1 : 0;
}

static int root_member_read(struct place *p, struct rs_snapshot *s, bool *has_end)
{
	const char *key = rs_reader_key(p->r);

	if (!strcmp(key, "taken") && rs_reader_peek(p->r) != RS_KIND_NULL)
		return taken_read(p, &s->taken);
	if (!strcmp(key, "begin")) {
		s->has_begin = true;
		return sample_read(p, "begin", &s->begin);
	}
	if (!strcmp(key, "end")) {
		*has_end = true;
		return sample_read(p, "end", &s->end);
	}
	rs_reader_skip(p->r);
	return 0;
}

static int root_read(struct place *p, struct rs_snapshot *s)
{
	bool has_end = false;

	if (head_check(p))
		return -1;
	s->side = p->side;
	for (bool more = rs_reader_open(p->r); more; more = rs_reader_more(p->r))
		if (root_member_read(p, s, &has_end))
			return -1;
	if (syntax_check(p))
		return -1;
	if (!rs_reader_done(p->r))
		return syntax_broken(p, "there is text after the snapshot");
	return has_end ? 0 : broken(p, "end", "an object");
}

static int snapshot_read(struct rs_snapshot *s, const char *text, size_t len, const char *where,
			 bool gives, struct rs_error *err)
{
	struct rs_reader r;
	struct place p = {.r = &r, .where = where, .gives = gives, .err = err};
	int ret;

	memset(s, 0, sizeof(*s));
	rs_reader_start(&r, text, len);
	ret = root_read(&p, s);
	if (ret)
		rs_snapshot_clear(s);
	return ret;
}

int rs_snapshot_parse(struct rs_snapshot *s, const char *text, size_t len, const char *where,
		      struct rs_error *err)
{
	return snapshot_read(s, text, len, where, false, err);
}

int rs_snapshot_load(struct rs_snapshot *s, const char *path, struct rs_error *err)
{
	size_t len;
	char *text = rs_file_read(path, &len);
	int ret;

	if (!text)
		return rs_error_set(err, RS_EXIT_NOINPUT, "cannot read %s: %s", path,
				    strerror(errno));
	ret = snapshot_read(s, text, len, path, true, err);
	free(text);
	return ret;
}

static struct json_object *counters_to_json(enum rs_side side, const struct rs_queue *queue)
{
	struct json_object *obj = json_object_new_object();

	for (size_t i = 0; i < rs_counters[side].count; i++)
		if (queue->counters[i].known)
			json_object_object_add(obj, rs_counters[side].rows[i].name,
					       json_object_new_uint64(queue->counters[i].value));
	return obj;
}

static struct json_object *row_to_json(enum rs_side side, const struct rs_record *record,
				       const void *row)
{
	struct json_object *obj = json_object_new_object();
	const struct rs_queue *queue = row;
	struct rs_histogram hists[RS_HISTS_MAX];

	rs_fields_to_json(record->fields, record->fields_n, obj, row);
	if (record->counters) {
		json_object_object_add(obj, "counters", counters_to_json(side, queue));
		for (size_t i = 0; i < rs_hists[side].count; i++)
			hists[i] = rs_queue_hist(queue, i);
		json_object_object_add(obj, "hists", rs_hists_to_json(side, hists));
	}
	return obj;
}

static void record_write(struct rs_json_writer *w, enum rs_side side,
			 const struct rs_record *record, const struct rs_sample *s)
{
	size_t n;
	const char *row = rs_sample_rows(s, record, &n);

	rs_json_begin(w, record->key, '[');
	for (; n--; row += record->size)
		rs_json_row(w, row_to_json(side, record, row));
	rs_json_end(w, ']');
}

static void sample_write(struct rs_json_writer *w, const char *key, enum rs_side side,
			 const struct rs_sample *s)
{
	struct json_object *obj = json_object_new_object();

	rs_json_begin(w, key, '{');
	rs_fields_to_json(rs_sample_fields, rs_sample_fields_n, obj, s);
	rs_json_members(w, obj);
	for (size_t i = 0; i < RS_RECORDS; i++)
		if (rs_records[i].sides & (1U << side))
			record_write(w, side, &rs_records[i], s);
	rs_json_end(w, '}');
}

char *rs_snapshot_text(const struct rs_snapshot *s)
{
	struct rs_json_writer w;

	if (rs_json_open(&w))
		return NULL;
	rs_json_begin(&w, NULL, '{');
	rs_json_members(&w, rs_envelope_new(RS_SNAPSHOT_SCHEMA, s->side, &s->taken));
	if (s->has_begin)
		sample_write(&w, "begin", s->side, &s->begin);
	sample_write(&w, "end", s->side, &s->end);
	rs_json_end(&w, '}');
	return rs_json_close(&w);
}
