// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes of the JSON tree, beside the fuzzer's own changes of bytes: a key, a value or a row is
 * added, removed, copied or changed, so that the result is still a snapshot, or nearly one.
 */
#include <json-c/json.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len,
				 uint8_t *out, size_t max, unsigned int seed);

static uint64_t state;

static size_t pick(size_t n)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (state >> 33) % n;
}

/* A place in the tree: the key or the index of a value in its parent. */
struct spot {
	struct json_object *parent, *val;
	const char *key;
	size_t index;
};

/* Walks over all places; with @left places to go, the one to stop at. Return: how many it saw. */
static size_t walk(struct json_object *obj, size_t left, struct spot *spot)
{
	size_t seen = 0;

	if (json_object_is_type(obj, json_type_object)) {
		json_object_object_foreach(obj, key, val)
		{
			if (seen++ == left)
				*spot = (struct spot){obj, val, key, 0};
			seen += walk(val, left - seen, spot);
		}
	}
	if (json_object_is_type(obj, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(obj); i++) {
			struct json_object *val = json_object_array_get_idx(obj, i);

			if (seen++ == left)
				*spot = (struct spot){obj, val, NULL, i};
			seen += walk(val, left - seen, spot);
		}
	}
	return seen;
}

static struct spot any_spot(struct json_object *root)
{
	struct spot spot = {0};
	size_t n = walk(root, SIZE_MAX, &spot);

	if (n)
		walk(root, pick(n), &spot);
	return spot;
}

static void put(const struct spot *to, struct json_object *val)
{
	if (to->key)
		json_object_object_add(to->parent, to->key, val);
	else
		json_object_array_put_idx(to->parent, to->index, val);
}

static struct json_object *copy(struct json_object *val)
{
	struct json_object *to = NULL;

	json_object_deep_copy(val, &to, NULL);
	return to;
}

static struct json_object *any_number(void)
{
	static const uint64_t numbers[] = {0,	       1,
					   2,	       3,
					   64,	       100,
					   127,	       255,
					   256,	       1000,
					   5000,       32767,
					   32768,      65534,
					   65535,      65536,
					   0x7fffffff, 0xffffffff,
					   1ULL << 32, 1ULL << 62,
					   INT64_MAX,  UINT64_MAX - 1};
	uint64_t value = numbers[pick(sizeof(numbers) / sizeof(numbers[0]))] + pick(3) - 1;

	return pick(12) ? json_object_new_uint64(value) : json_object_new_int64((int64_t)-value);
}

static struct json_object *any_text(void)
{
	static const char *const words[] = {
		"",	     "rx",	 "tx",	       "other",
		"ctrl",	     "split",	 "packed",     "running",
		"asleep",    "attached", "absent",     "failed",
		"halted",    "guest",	 "host",       "input.0",
		"output.1",  "virtio0",	 "tap0",       "eth0",
		"vhost-net", "0x0",	 "0xfee00000", "0x1000",
		"\033[2J",   "日本",	 "blocked",    "user-space backend"};

	return json_object_new_string(words[pick(sizeof(words) / sizeof(words[0]))]);
}

static struct json_object *any_value(void)
{
	switch (pick(10)) {
	case 0:
		return json_object_new_boolean(pick(2));
	case 1:
		return pick(2) ? json_object_new_array() : json_object_new_object();
	case 2:
	case 3:
		return any_text();
	default:
		return any_number();
	}
}

static struct json_object *value_of(const struct rs_field *field)
{
	switch (field->type) {
	case RS_TYPE_STR:
		return any_text();
	case RS_TYPE_HEX:
		return json_object_new_string(pick(2) ? "0x10000" : "0xfee01000");
	case RS_TYPE_BOOL:
		return json_object_new_boolean(pick(2));
	default:
		return any_number();
	}
}

/* A key that this kind of row may have. */
static void field_add(struct json_object *obj)
{
	const struct rs_record *record = &rs_records[pick(3) ? RS_RECORD_QUEUE : pick(RS_RECORDS)];
	const struct rs_field *field = &record->fields[pick(record->fields_n)];
	const char *dot = strchr(field->key, '.');

	json_object_object_add(obj, dot ? dot + 1 : field->key, value_of(field));
}

static void counter_add(struct json_object *obj)
{
	const struct rs_counter_table *table = &(pick(4) ? rs_counters : rs_hists)[pick(RS_SIDES)];

	json_object_object_add(obj, table->rows[pick(table->count)].name, any_number());
}

static void number_change(const struct spot *at)
{
	uint64_t value = json_object_get_uint64(at->val);

	value = pick(2) ? value + pick(2000) - 1000 : value << pick(8) >> pick(8);
	put(at, json_object_new_uint64(value));
}

static void value_change(const struct spot *at)
{
	if (json_object_is_type(at->val, json_type_object))
		pick(2) ? field_add(at->val) : counter_add(at->val);
	else if (json_object_is_type(at->val, json_type_array) && json_object_array_length(at->val))
		json_object_array_add(at->val, copy(json_object_array_get_idx(at->val, 0)));
	else if (json_object_is_type(at->val, json_type_int) && pick(2))
		number_change(at);
	else
		put(at, json_object_is_type(at->val, json_type_int) ? any_number() : any_value());
}

static void spot_remove(const struct spot *at)
{
	if (at->key)
		json_object_object_del(at->parent, at->key);
	else
		json_object_array_del_idx(at->parent, at->index, 1);
}

static void tree_change(struct json_object *root)
{
	struct spot at = any_spot(root), other = any_spot(root);
	struct json_object *val;

	if (!at.parent)
		return;
	switch (pick(8)) {
	case 0:
		spot_remove(&at);
		break;
	case 1: /* a copy, because the one may lie within the other */
		val = copy(other.val);
		put(&at, val);
		break;
	default:
		value_change(&at);
	}
}

/* One of the documents in @data is changed. Return: the new size, 0 = it is no JSON, or too long.
 */
static size_t document_change(uint8_t *data, size_t size, size_t max)
{
	size_t first = strnlen((char *)data, size), start = first < size && pick(2) ? first + 1 : 0;
	size_t end = start ? size : first, len;
	struct json_tokener *tok = json_tokener_new();
	struct json_object *root = json_tokener_parse_ex(tok, (char *)data + start, end - start);
	const char *text;

	json_tokener_free(tok);
	if (!root)
		return 0;
	for (size_t n = 1 + pick(4); n--;)
		tree_change(root);
	text = json_object_to_json_string_length(root, JSON_C_TO_STRING_PLAIN, &len);
	if (start + len + size - end <= max) {
		memmove(data + start + len, data + end, size - end);
		memcpy(data + start, text, len);
		size = start + len + size - end;
	} else {
		size = 0;
	}
	json_object_put(root);
	return size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	size_t changed;

	state = seed;
	changed = pick(5) ? document_change(data, size, max) : 0;
	return changed ? changed : LLVMFuzzerMutate(data, size, max);
}

/* The first document of the one, the second of the other. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len,
				 uint8_t *out, size_t max, unsigned int seed)
{
	size_t first = strnlen((const char *)a, a_len), second = strnlen((const char *)b, b_len);
	size_t from = second < b_len ? second + 1 : 0;

	(void)seed;
	if (first + 1 + b_len - from > max)
		return 0;
	memcpy(out, a, first);
	out[first] = '\0';
	memcpy(out + first + 1, b + from, b_len - from);
	return first + 1 + b_len - from;
}
