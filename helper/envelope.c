// SPDX-License-Identifier: GPL-2.0-only
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "envelope.h"

const char *const rs_side_names[RS_SIDES] = {"guest", "host"};

static void object_put_at(struct json_object *obj, const char *key, struct json_object *val)
{
	const char *dot = strchr(key, '.');
	struct json_object *inner;
	char outer[32];

	if (!dot) {
		json_object_object_add(obj, key, val);
		return;
	}
	snprintf(outer, sizeof(outer), "%.*s", (int)(dot - key), key);
	inner = json_object_object_get(obj, outer);
	if (!inner) {
		inner = json_object_new_object();
		json_object_object_add(obj, outer, inner);
	}
	object_put_at(inner, dot + 1, val);
}

static struct json_object *field_to_json(const struct rs_field *field, const void *row)
{
	const char *at = (const char *)row + field->offset;
	uint64_t value = field->type == RS_TYPE_STR ? 0 : ((const struct rs_num *)at)->value;
	char hex[20];

	switch (field->type) {
	case RS_TYPE_STR:
		return json_object_new_string(at);
	case RS_TYPE_BOOL:
		return json_object_new_boolean(value != 0);
	case RS_TYPE_I64:
		return json_object_new_int64((int64_t)value);
	case RS_TYPE_HEX:
		snprintf(hex, sizeof(hex), "0x%llx", (unsigned long long)value);
		return json_object_new_string(hex);
	default:
		return json_object_new_uint64(value);
	}
}

void rs_fields_to_json(const struct rs_field *fields, size_t n, struct json_object *obj,
		       const void *row)
{
	for (size_t i = 0; i < n; i++)
		if (rs_field_known(&fields[i], row))
			object_put_at(obj, fields[i].key, field_to_json(&fields[i], row));
}

struct json_object *rs_envelope_new(const char *schema, enum rs_side side,
				    const struct rs_taken *taken)
{
	struct json_object *root = json_object_new_object();
	struct json_object *where = json_object_new_object();

	rs_fields_to_json(rs_taken_fields, rs_taken_fields_n, where, taken);
	json_object_object_add(root, "schema", json_object_new_string(schema));
	json_object_object_add(root, "side", json_object_new_string(rs_side_names[side]));
	json_object_object_add(root, "taken", where);
	return root;
}
