/* SPDX-License-Identifier: GPL-2.0-only */
/* Helpers on top of json-c. */
#ifndef RS_JSON_H
#define RS_JSON_H

#include <stdio.h>

#include "snapshot.h"

struct json_object;

/*
 * Writes JSON piece by piece: the objects of a large list are never in memory all at once.
 * Indented as by rs_json_text(), but for the rows of a list: each is one line. All zero but for
 * @out it writes to that; rs_json_open() makes one that keeps the text.
 */
struct rs_json_writer {
	FILE *out;
	char *text;
	size_t size;
	unsigned int depth;
	bool follows; /* a member or an element stands before the next one */
};

/* Return: 0, or -1: out of memory. */
int rs_json_open(struct rs_json_writer *w);

/* Starts and ends an object or a list; @key is NULL in a list, and of the outermost object. */
void rs_json_begin(struct rs_json_writer *w, const char *key, char bracket);
void rs_json_end(struct rs_json_writer *w, char bracket);

/* Writes a member or an element, and frees it. */
void rs_json_put(struct rs_json_writer *w, const char *key, struct json_object *val);

/* Writes an element in a line of its own, and frees it. */
void rs_json_row(struct rs_json_writer *w, struct json_object *val);

/* Writes each member of an object, and frees the object. */
void rs_json_members(struct rs_json_writer *w, struct json_object *obj);

/* Return: the text, which ends with a line feed, to be freed; NULL = out of memory. */
char *rs_json_close(struct rs_json_writer *w);

/* Return: indented JSON that ends with a line feed, to be freed; NULL = out of memory. */
char *rs_json_text(struct json_object *root);

/* Add a key to an object, unless the text is empty or the number is unknown. */
void rs_json_add_text(struct json_object *obj, const char *key, const char *text);
void rs_json_add_num(struct json_object *obj, const char *key, struct rs_num num);

#endif
