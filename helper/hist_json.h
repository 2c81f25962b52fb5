/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_HIST_JSON_H
#define RS_HIST_JSON_H

#include "snapshot.h"

struct json_object;

/*
 * {"unit": "ns", "buckets": [[FROM, COUNT], ...]}: buckets begin at 0 or a power of two; those that
 * count nothing are left out. rs_hist_from_json() returns false for anything else.
 */
bool rs_hist_from_json(struct json_object *obj, struct rs_histogram *h);

/* Return: the known ones of a side's histograms, by name. */
struct json_object *rs_hists_to_json(enum rs_side side, const struct rs_histogram *hists);

#endif
