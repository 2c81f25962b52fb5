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
	const char *where;
	char path[160];
	enum rs_side side;
	struct rs_error *err;
};

static int broken(const struct place *p, const char *key, const char *expected)
{
	return rs_error_set(p->err, RS_EXIT_DATA, "%s: %s%s%s must be %s", p->where, p->path,
			    *p->path ? "." : "", key, expected);
}

static int missing(const struct place *p, const char *key)
{
	return rs_error_set(p->err, RS_EXIT_DATA, "%s: %s%s%s is required", p->where, p->path,
			    *p->path ? "." : "", key);
}

/* "msi.data" names data inside the object msi. */
static struct json_object *object_at(struct json_object *obj, const char *key)
{
	const char *dot = strchr(key, '.');
	struct json_object *inner;
	char outer[32];

	if (!dot)
		return json_object_object_get(obj, key);
	snprintf(outer, sizeof(outer), "%.*s", (int)(dot - key), key);
	inner = json_object_object_get(obj, outer);
	return json_object_is_type(inner, json_type_object) ? object_at(inner, dot + 1) : NULL;
}

/* json-c turns a number beyond 64 bits into the nearest one: both ends are refused. */
static const char *signed_parse(const struct rs_field *field, struct json_object *val, void *row)
{
	int64_t value = json_object_get_int64(val);

	if (!json_object_is_type(val, json_type_int) || value == INT64_MIN || value == INT64_MAX)
		return "a whole number from -2^63+1 to 2^63-2";
	return rs_field_put(field, row, (uint64_t)value);
}

static const char *field_parse(const struct rs_field *field, struct json_object *val, void *row)
{
	uint64_t value;

	switch (field->type) {
	case RS_TYPE_STR:
	case RS_TYPE_HEX:
		if (!json_object_is_type(val, json_type_string))
			return field->type == RS_TYPE_STR ? "a text" : "a text like \"0x12\"";
		return rs_field_parse(field, row, json_object_get_string(val));
	case RS_TYPE_BOOL:
		if (!json_object_is_type(val, json_type_boolean))
			return "true or false";
		return rs_field_put(field, row, json_object_get_boolean(val));
	case RS_TYPE_I64:
		return signed_parse(field, val, row);
	default:
		return rs_json_number(val, &value) ? rs_field_put(field, row, value)
						   : "a whole number from 0 to 2^64-2";
	}
}

static int fields_parse(struct place *p, const struct rs_field *fields, size_t n,
			struct json_object *obj, void *row)
{
	for (size_t i = 0; i < n; i++) {
		const struct rs_field *field = &fields[i];
		struct json_object *val;
		const char *expected;

		if (!(field->sides & (1U << p->side)))
			continue;
		val = object_at(obj, field->key);
		expected = val ? field_parse(field, val, row) : NULL;
		if (expected)
			return broken(p, field->key, expected);
		if (!rs_field_known(field, row) && field->required & (1U << p->side))
			return missing(p, field->key);
	}
	return 0;
}

static int counters_parse(struct place *p, struct json_object *obj, struct rs_queue *queue)
{
	struct json_object *counters = json_object_object_get(obj, "counters");

	if (!counters)
		return 0;
	if (!json_object_is_type(counters, json_type_object))
		return broken(p, "counters", "an object");
	for (size_t i = 0; i < rs_counters[p->side].count; i++) {
		const char *name = rs_counters[p->side].rows[i].name;
		struct json_object *val = json_object_object_get(counters, name);
		uint64_t value;

		if (!val)
			continue;
		if (!rs_json_number(val, &value))
			return broken(p, name, "a whole number from 0 to 2^64-2");
		queue->counters[i] = rs_num_of(value);
	}
	return 0;
}

static int hists_parse(struct place *p, struct json_object *obj, struct rs_queue *queue)
{
	struct json_object *hists = json_object_object_get(obj, "hists"), *val;

	if (!hists)
		return 0;
	if (!json_object_is_type(hists, json_type_object))
		return broken(p, "hists", "an object");
	for (size_t i = 0; i < rs_hists[p->side].count; i++) {
		const char *name = rs_hists[p->side].rows[i].name;

		if (json_object_object_get_ex(hists, name, &val) &&
		    !rs_hist_from_json(val, &queue->hists[i]))
			return broken(p, name,
				      "an object with a list of buckets, each a pair of 0 or a "
				      "power of two up to 2^30 and a whole number");
	}
	return 0;
}

static int row_parse(struct place *p, const struct rs_record *record, struct json_object *obj,
		     struct rs_sample *s)
{
	void *row;

	if (!json_object_is_type(obj, json_type_object))
		return broken(p, "row", "an object");
	row = rs_sample_add(s, record);
	if (!row)
		return rs_error_set(p->err, RS_EXIT_ERROR, "%s: out of memory", p->where);
	if (fields_parse(p, record->fields, record->fields_n, obj, row))
		return -1;
	return record->counters ? counters_parse(p, obj, row) || hists_parse(p, obj, row) ? -1 : 0
				: 0;
}

static int record_parse(struct place *p, const struct rs_record *record, struct json_object *obj,
			struct rs_sample *s)
{
	struct json_object *rows = json_object_object_get(obj, record->key);
	struct place inner = *p;
	char most[48];

	if (!rows || !(record->sides & (1U << p->side)))
		return 0;
	if (!json_object_is_type(rows, json_type_array))
		return broken(p, record->key, "a list");
	if (json_object_array_length(rows) > record->max) {
		snprintf(most, sizeof(most), "a list of at most %zu rows", record->max);
		return broken(p, record->key, most);
	}
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		snprintf(inner.path, sizeof(inner.path), "%.100s.%s[%zu]", p->path, record->key, i);
		if (row_parse(&inner, record, json_object_array_get_idx(rows, i), s))
			return -1;
	}
	return 0;
}

static int sample_parse(struct place *p, struct json_object *root, const char *key,
			struct rs_sample *s)
{
	struct json_object *obj = json_object_object_get(root, key);
	struct place inner = *p;

	if (!json_object_is_type(obj, json_type_object))
		return broken(p, key, "an object");
	rs_str_set(inner.path, key);
	if (fields_parse(&inner, rs_sample_fields, rs_sample_fields_n, obj, s))
		return -1;
	for (size_t i = 0; i < RS_RECORDS; i++)
		if (record_parse(&inner, &rs_records[i], obj, s))
			return -1;
	return 0;
}

static int side_parse(struct place *p, struct json_object *root, struct rs_snapshot *s)
{
	const char *side = json_object_get_string(json_object_object_get(root, "side"));

	for (size_t i = 0; i < RS_SIDES; i++) {
		if (!side || strcmp(side, rs_side_names[i]))
			continue;
		s->side = p->side = i;
		return 0;
	}
	return broken(p, "side", "\"guest\" or \"host\"");
}

static int schema_check(struct place *p, struct json_object *root)
{
	struct json_object *schema;

	if (!json_object_is_type(root, json_type_object))
		return rs_error_set(p->err, RS_EXIT_DATA,
				    "%s: not a snapshot: expected a JSON object", p->where);
	schema = json_object_object_get(root, "schema");
	if (!json_object_is_type(schema, json_type_string))
		return rs_error_set(p->err, RS_EXIT_DATA,
				    "%s: not a snapshot: \"schema\" is missing; `ringside guest -o "
				    "FILE` and `ringside host -o FILE` write snapshots",
				    p->where);
	if (strcmp(json_object_get_string(schema), RS_SNAPSHOT_SCHEMA))
		return rs_error_set(p->err, RS_EXIT_DATA,
				    "%s: its format is \"%.40s\", this ringside reads \"%s\": use "
				    "the same version of ringside for both",
				    p->where, json_object_get_string(schema), RS_SNAPSHOT_SCHEMA);
	return 0;
}

static int snapshot_parse(struct place *p, struct json_object *root, struct rs_snapshot *s)
{
	struct json_object *taken, *begin;

	if (schema_check(p, root) || side_parse(p, root, s))
		return -1;
	taken = json_object_object_get(root, "taken");
	if (taken && !json_object_is_type(taken, json_type_object))
		return broken(p, "taken", "an object");
	if (taken && fields_parse(p, rs_taken_fields, rs_taken_fields_n, taken, &s->taken))
		return -1;
	s->has_begin = json_object_object_get_ex(root, "begin", &begin);
	if (s->has_begin && sample_parse(p, root, "begin", &s->begin))
		return -1;
	return sample_parse(p, root, "end", &s->end);
}

static int syntax_broken(const struct place *p, const char *text, size_t at, const char *what)
{
	size_t line = 1, column = 1;

	for (size_t i = 0; i < at; i++) {
		column = text[i] == '\n' ? 1 : column + 1;
		line += text[i] == '\n';
	}
	return rs_error_set(p->err, RS_EXIT_DATA, "%s:%zu:%zu: broken JSON: %s", p->where, line,
			    column, what);
}

/* The NUL behind the text is parsed, too: it ends a number or a word at the end of the text. */
static struct json_object *tree_parse(const struct place *p, const char *text, size_t len)
{
	struct json_tokener *tok = json_tokener_new();
	struct json_object *root;
	enum json_tokener_error error;
	size_t at;

	if (!tok) {
		rs_error_set(p->err, RS_EXIT_ERROR, "%s: out of memory", p->where);
		return NULL;
	}
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	root = json_tokener_parse_ex(tok, text, (int)len + 1);
	error = json_tokener_get_error(tok);
	at = json_tokener_get_parse_end(tok);
	json_tokener_free(tok);
	if (error == json_tokener_continue || error == json_tokener_error_parse_eof)
		syntax_broken(p, text, len, "it ends too early: the file is incomplete");
	else if (error != json_tokener_success)
		syntax_broken(p, text, at, json_tokener_error_desc(error));
	else if (at < len)
		syntax_broken(p, text, at, "there is text after the snapshot");
	else
		return root;
	json_object_put(root);
	return NULL;
}

/*
 * json-c takes about 1200 bytes for an object and 400 for a list, even for empty ones. In a
 * snapshot, objects and lists have contents: one that has nearly nothing else is refused.
 */
static int brackets_check(const struct place *p, const char *text, size_t len)
{
	size_t objects = 0, lists = 0;

	for (size_t i = 0; i < len; i++) {
		objects += text[i] == '{';
		lists += text[i] == '[';
	}
	if (objects <= len / 12 + 64 && lists <= len / 6 + 64)
		return 0;
	return rs_error_set(p->err, RS_EXIT_DATA,
			    "%s: not a snapshot: its %zu bytes are mostly empty objects or lists",
			    p->where, len);
}

int rs_snapshot_parse(struct rs_snapshot *s, const char *text, size_t len, const char *where,
		      struct rs_error *err)
{
	struct place p = {.where = where, .err = err};
	struct json_object *root;
	int ret;

	memset(s, 0, sizeof(*s));
	if (len > INT32_MAX - 1)
		return rs_error_set(err, RS_EXIT_DATA,
				    "%s: too large for a snapshot: expected less than 2 GiB",
				    where);
	root = brackets_check(&p, text, len) ? NULL : tree_parse(&p, text, len);
	if (err->status)
		return -1;
	ret = snapshot_parse(&p, root, s);
	json_object_put(root);
	if (ret)
		rs_snapshot_clear(s);
	return ret;
}

int rs_snapshot_load(struct rs_snapshot *s, const char *path, struct rs_error *err)
{
	size_t len;
	char *text = rs_file_read(path, &len);
	int ret;

	if (!text)
		return rs_error_set(err, RS_EXIT_NOINPUT, "cannot read %s: %s", path,
				    strerror(errno));
	ret = rs_snapshot_parse(s, text, len, path, err);
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

static struct json_object *record_to_json(enum rs_side side, const struct rs_record *record,
					  const struct rs_sample *s)
{
	struct json_object *list = json_object_new_array();
	size_t n;
	const char *row = rs_sample_rows(s, record, &n);

	for (; n--; row += record->size) {
		struct json_object *obj = json_object_new_object();

		rs_fields_to_json(record->fields, record->fields_n, obj, row);
		if (record->counters) {
			json_object_object_add(
				obj, "counters",
				counters_to_json(side, (const struct rs_queue *)row));
			json_object_object_add(
				obj, "hists",
				rs_hists_to_json(side, ((const struct rs_queue *)row)->hists));
		}
		json_object_array_add(list, obj);
	}
	return list;
}

static struct json_object *sample_to_json(enum rs_side side, const struct rs_sample *s)
{
	struct json_object *obj = json_object_new_object();

	rs_fields_to_json(rs_sample_fields, rs_sample_fields_n, obj, s);
	for (size_t i = 0; i < RS_RECORDS; i++)
		if (rs_records[i].sides & (1U << side))
			json_object_object_add(obj, rs_records[i].key,
					       record_to_json(side, &rs_records[i], s));
	return obj;
}

char *rs_snapshot_text(const struct rs_snapshot *s)
{
	struct json_object *root = rs_envelope_new(RS_SNAPSHOT_SCHEMA, s->side, &s->taken);
	char *text;

	if (s->has_begin)
		json_object_object_add(root, "begin", sample_to_json(s->side, &s->begin));
	json_object_object_add(root, "end", sample_to_json(s->side, &s->end));
	text = rs_json_text(root);
	json_object_put(root);
	return text;
}
