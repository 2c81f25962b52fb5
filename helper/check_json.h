/* SPDX-License-Identifier: GPL-2.0-only */
/* The rows of `ringside check` as JSON. */
#ifndef RS_CHECK_JSON_H
#define RS_CHECK_JSON_H

#include "source.h"

struct json_object;

#define RS_CHECK_SCHEMA "ringside-check/1"

/* rs_checks_new() makes a list, rs_checks_add() adds a row, rs_checks_text() returns the text, in
 * the envelope that snapshots have, and frees the list. */
struct json_object *rs_checks_new(void);
void rs_checks_add(struct json_object *list, const struct rs_check *row);
char *rs_checks_text(struct json_object *list, enum rs_side side);

#endif
