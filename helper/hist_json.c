// SPDX-License-Identifier: GPL-2.0-only
#include <json-c/json.h>

#include "hist.h"
#include "hist_json.h"
#include "json.h"

static bool bucket_parse(struct json_object *pair, struct rs_histogram *h)
{
	uint64_t from, count;
	size_t i;

	if (!json_object_is_type(pair, json_type_array) || json_object_array_length(pair) != 2 ||
	    !rs_json_number(json_object_array_get_idx(pair, 0), &from) ||
	    !rs_json_number(json_object_array_get_idx(pair, 1), &count))
		return false;
	i = rs_hist_bucket(from);
	if (i == RS_HIST_BUCKETS)
		return false;
	h->bucket[i] = count;
	return true;
}

bool rs_hist_from_json(struct json_object *obj, struct rs_histogram *h)
{
	struct json_object *buckets;

	if (!json_object_is_type(obj, json_type_object) ||
	    !json_object_object_get_ex(obj, "buckets", &buckets) ||
	    !json_object_is_type(buckets, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(buckets); i++)
		if (!bucket_parse(json_object_array_get_idx(buckets, i), h))
			return false;
	h->known = true;
	return true;
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
