/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_HIST_JSON_H
#define RS_HIST_JSON_H

#include "snapshot.h"

struct json_object;

/*
 * {"unit": "ns", "buckets": [[FROM, COUNT], ...]}: a bucket starts at 0 or a power of two; empty
 * buckets are left out. Return: false = @obj does not have this form.
 */
bool rs_hist_from_json(struct json_object *obj, struct rs_histogram *h);

/* Return: an object with the known histograms of a side, by name. */
struct json_object *rs_hists_to_json(enum rs_side side, const struct rs_histogram *hists);

#endif
