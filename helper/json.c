// SPDX-License-Identifier: GPL-2.0-only
#include <json-c/json.h>
#include <stdio.h>

#include "json.h"

char *rs_json_text(struct json_object *root)
{
	const char *text = json_object_to_json_string_ext(
		root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
	char *copy;

	return asprintf(&copy, "%s\n", text) < 0 ? NULL : copy;
}

void rs_json_add_text(struct json_object *obj, const char *key, const char *text)
{
	if (text && *text)
		json_object_object_add(obj, key, json_object_new_string(text));
}

void rs_json_add_num(struct json_object *obj, const char *key, struct rs_num num)
{
	if (num.known)
		json_object_object_add(obj, key, json_object_new_uint64(num.value));
}

/* json-c turns a number above 64 bits into UINT64_MAX: UINT64_MAX is refused, too. */
bool rs_json_number(struct json_object *val, uint64_t *value)
{
	if (!json_object_is_type(val, json_type_int))
		return false;
	*value = json_object_get_uint64(val);
	return *value != UINT64_MAX && (*value || !json_object_get_int64(val));
}
