/* SPDX-License-Identifier: GPL-2.0-only */
/* What all JSON of one side begins with: schema, side, and where it was taken. */
#ifndef RS_ENVELOPE_H
#define RS_ENVELOPE_H

#include "fields.h"

struct json_object;

extern const char *const rs_side_names[RS_SIDES];

/* Adds each known field of a row to an object. */
void rs_fields_to_json(const struct rs_field *fields, size_t n, struct json_object *obj,
		       const void *row);

/* Return: an object with schema, side and taken, to be put. */
struct json_object *rs_envelope_new(const char *schema, enum rs_side side,
				    const struct rs_taken *taken);

#endif
