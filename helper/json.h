/* SPDX-License-Identifier: GPL-2.0-only */
/* Helpers on top of json-c. */
#ifndef RS_JSON_H
#define RS_JSON_H

#include "snapshot.h"

struct json_object;

/* Return: indented JSON that ends with a line feed, to be freed; NULL = out of memory. */
char *rs_json_text(struct json_object *root);

/* Add a key to an object, unless the text is empty or the number is unknown. */
void rs_json_add_text(struct json_object *obj, const char *key, const char *text);
void rs_json_add_num(struct json_object *obj, const char *key, struct rs_num num);

/* Return: whether @val is a whole number from 0 to 2^64-2. */
bool rs_json_number(struct json_object *val, uint64_t *value);

#endif
