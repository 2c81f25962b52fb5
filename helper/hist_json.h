/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_HIST_JSON_H
#define RS_HIST_JSON_H

#include "reader.h"

struct json_object;

/*
 * {"unit": "ns", "buckets": [[FROM, COUNT], ...]}: a bucket starts at 0 or a power of two; empty
 * buckets are left out. Return: false = what is next does not have this form.
 */
bool rs_hist_read(struct rs_reader *r, struct rs_histogram *h);

/* Return: an object with the known histograms of a side, by name. */
struct json_object *rs_hists_to_json(enum rs_side side, const struct rs_histogram *hists);

#endif
