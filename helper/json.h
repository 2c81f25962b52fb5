/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_JSON_H
#define RS_JSON_H

struct json_object;

/* Return: pretty JSON with a line feed at its end, to be freed; NULL = out of memory. */
char *rs_json_text(struct json_object *root);

#endif
