/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_JSON_H
#define RS_JSON_H

#include "verdict.h"

#define RS_LEDGER_SCHEMA "ringside-ledger/1"

struct json_object;

/* Return: pretty JSON with a line feed at its end, to be freed; NULL = out of memory. */
char *rs_json_text(struct json_object *root);

/* A list, to which rs_json_check() adds; rs_json_finish() gives its text and frees it. */
struct json_object *rs_json_list(void);
void rs_json_check(struct json_object *list, const struct rs_check *row);
char *rs_json_finish(struct json_object *list);

/* Return: whether it is a whole number from 0 to 2^64-2. */
bool rs_json_number(struct json_object *val, uint64_t *value);

/*
 * {"unit": "ns", "buckets": [[FROM, COUNT], ...]}: buckets begin at 0 or a power of two; those that
 * count nothing are left out. rs_json_take_hist() returns false for anything else.
 */
bool rs_json_take_hist(struct json_object *obj, struct rs_histogram *h);

/* Return: the known ones of a side's histograms, by name. */
struct json_object *rs_json_hists(enum rs_side side, const struct rs_histogram *hists);

/* The ledger and its verdicts. Unknown figures have no key. Return: as rs_json_text(). */
char *rs_json_ledger(const struct rs_ledger *l, const struct rs_verdict *v);

#endif
