// SPDX-License-Identifier: GPL-2.0-only
#include <json-c/json.h>

#include "check_json.h"
#include "envelope.h"
#include "json.h"

struct json_object *rs_checks_new(void)
{
	return json_object_new_array();
}

void rs_checks_add(struct json_object *list, const struct rs_check *row)
{
	struct json_object *obj = json_object_new_object();

	rs_json_add_text(obj, "what", row->what);
	json_object_object_add(obj, "works", json_object_new_boolean(row->works));
	rs_json_add_text(obj, "why", row->why);
	rs_json_add_text(obj, "fix", row->fix);
	json_object_array_add(list, obj);
}

char *rs_checks_text(struct json_object *list, enum rs_side side)
{
	struct rs_taken taken;
	struct json_object *root;
	char *text;

	rs_taken_fill(&taken);
	root = rs_envelope_new(RS_CHECK_SCHEMA, side, &taken);
	json_object_object_add(root, "checks", list);
	text = rs_json_text(root);
	json_object_put(root);
	return text;
}
