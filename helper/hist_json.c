// SPDX-License-Identifier: GPL-2.0-only
#include <json-c/json.h>
#include <string.h>

#include "hist.h"
#include "hist_json.h"
#include "json.h"

static bool bucket_read(struct rs_reader *r, struct rs_histogram *h)
{
	uint64_t pair[2];
	size_t n = 0, i;

	if (rs_reader_peek(r) != RS_KIND_LIST)
		return false;
	for (bool more = rs_reader_open(r); more; more = rs_reader_more(r))
		if (rs_reader_peek(r) != RS_KIND_NUMBER || n == 2 ||
		    !rs_reader_number(r, &pair[n++]))
			return false;
	i = n == 2 ? rs_hist_bucket(pair[0]) : RS_HIST_BUCKETS;
	if (i == RS_HIST_BUCKETS)
		return false;
	h->bucket[i] = pair[1];
	return true;
}

static bool buckets_read(struct rs_reader *r, struct rs_histogram *h)
{
	if (rs_reader_peek(r) != RS_KIND_LIST)
		return false;
	for (bool more = rs_reader_open(r); more; more = rs_reader_more(r))
		if (!bucket_read(r, h))
			return false;
	return true;
}

bool rs_hist_read(struct rs_reader *r, struct rs_histogram *h)
{
	if (rs_reader_peek(r) != RS_KIND_OBJECT)
		return false;
	for (bool more = rs_reader_open(r); more; more = rs_reader_more(r)) {
		if (strcmp(rs_reader_key(r), "buckets"))
			rs_reader_skip(r);
		else if (!buckets_read(r, h))
			return false;
		else
			h->known = true;
	}
	return h->known && !r->broken;
}

static struct json_object *bucket_to_json(uint64_t from, uint64_t count)
{
	struct json_object *pair = json_object_new_array();

	json_object_array_add(pair, json_object_new_uint64(from));
	json_object_array_add(pair, json_object_new_uint64(count));
	return pair;
}

static struct json_object *hist_to_json(const struct rs_histogram *h, const char *unit)
{
	struct json_object *obj = json_object_new_object();
	struct json_object *buckets = json_object_new_array();

	for (size_t i = 0; i < RS_HIST_BUCKETS; i++)
		if (h->bucket[i])
			json_object_array_add(buckets,
					      bucket_to_json(rs_hist_from(i), h->bucket[i]));
	json_object_object_add(obj, "unit", json_object_new_string(unit));
	json_object_object_add(obj, "buckets", buckets);
	return obj;
}

struct json_object *rs_hists_to_json(enum rs_side side, const struct rs_histogram *hists)
{
	struct json_object *obj = json_object_new_object();

	for (size_t i = 0; i < rs_hists[side].count; i++)
		if (hists[i].known)
			json_object_object_add(
				obj, rs_hists[side].rows[i].name,
				hist_to_json(&hists[i], rs_hists[side].rows[i].unit));
	return obj;
}
