// SPDX-License-Identifier: GPL-2.0-only
/* Histograms: bounds, percentiles, differences, and their way through JSON. */
#include <kselftest_harness.h>

#include <json-c/json.h>
#include <string.h>

#include "hist.h"
#include "hist_json.h"

static struct rs_histogram of(size_t bucket, uint64_t count)
{
	struct rs_histogram h = {.known = true};

	h.bucket[bucket] = count;
	return h;
}

TEST(buckets_begin_at_powers_of_two_and_leave_no_gap)
{
	EXPECT_EQ(rs_hist_from(0), 0);
	EXPECT_EQ(rs_hist_to(0), 0);
	EXPECT_EQ(rs_hist_from(1), 1);
	for (size_t i = 1; i < RS_HIST_BUCKETS; i++) {
		EXPECT_EQ(rs_hist_from(i), rs_hist_to(i - 1) + 1);
		EXPECT_EQ(rs_hist_bucket(rs_hist_from(i)), i);
	}
	EXPECT_EQ(rs_hist_to(RS_HIST_BUCKETS - 1), UINT64_MAX);
	EXPECT_EQ(rs_hist_bucket(3), RS_HIST_BUCKETS);
	EXPECT_EQ(rs_hist_bucket(1ULL << 31), RS_HIST_BUCKETS);
}

TEST(percentiles_name_the_bucket_of_the_value)
{
	struct rs_histogram h = of(4, 98);

	EXPECT_EQ(rs_hist_percentile(&h, 500), 4);
	h.bucket[9] = 1;
	h.bucket[20] = 1;
	EXPECT_EQ(rs_hist_count(&h), 100);
	EXPECT_EQ(rs_hist_percentile(&h, 500), 4);
	EXPECT_EQ(rs_hist_percentile(&h, 980), 4);
	EXPECT_EQ(rs_hist_percentile(&h, 990), 9);
	EXPECT_EQ(rs_hist_percentile(&h, 1000), 20);
}

TEST(an_empty_histogram_has_no_percentile)
{
	struct rs_histogram h = {.known = true}, unknown = of(3, 7);
	char text[24];

	unknown.known = false;
	EXPECT_EQ(rs_hist_percentile(&h, 500), -1);
	EXPECT_EQ(rs_hist_count(&unknown), 0);
	EXPECT_EQ(rs_hist_percentile(&unknown, 500), -1);
	EXPECT_STREQ(rs_hist_bound(-1, "ns", text, sizeof(text)), "-");
}

TEST(a_difference_goes_bucket_by_bucket)
{
	struct rs_histogram begin = of(4, 10), end = of(4, 17), d;

	end.bucket[6] = 3;
	d = rs_hist_grown(&begin, &end);
	EXPECT_TRUE(d.known);
	EXPECT_EQ(d.bucket[4], 7);
	EXPECT_EQ(d.bucket[6], 3);
	EXPECT_EQ(rs_hist_count(&d), 10);
	EXPECT_FALSE(rs_hist_grown(&end, &begin).known);
	begin.known = false;
	EXPECT_FALSE(rs_hist_grown(&begin, &end).known);
	EXPECT_EQ(rs_hist_count(&(struct rs_histogram){.known = true}), 0);
	d = rs_hist_grown(NULL, &end);
	EXPECT_EQ(rs_hist_count(&d), 20);
}

TEST(bounds_are_said_as_bounds)
{
	char text[24];

	EXPECT_STREQ(rs_hist_bound(0, "ns", text, sizeof(text)), "0");
	EXPECT_STREQ(rs_hist_bound(5, "packets", text, sizeof(text)), "<32");
	EXPECT_STREQ(rs_hist_bound(5, "ns", text, sizeof(text)), "<32ns");
	EXPECT_STREQ(rs_hist_bound(14, "ns", text, sizeof(text)), "<16us");
	EXPECT_STREQ(rs_hist_bound(11, "ns", text, sizeof(text)), "<2.0us");
	EXPECT_STREQ(rs_hist_bound(31, "ns", text, sizeof(text)), ">1.1s");
	EXPECT_STREQ(rs_hist_bound(31, "packets", text, sizeof(text)), ">1073741824");
}

static bool hist_read(const char *text, struct rs_histogram *h)
{
	struct rs_reader r;

	rs_reader_start(&r, text, strlen(text));
	return rs_hist_read(&r, h);
}

TEST(json_gives_back_what_it_took)
{
	struct rs_histogram hists[RS_HISTS_MAX] = {0}, back = {0};
	struct json_object *obj, *hist;

	hists[RS_HOST_HIST_s1_s2] = of(0, 1);
	hists[RS_HOST_HIST_s1_s2].bucket[31] = 1ULL << 40;
	obj = rs_hists_to_json(RS_SIDE_HOST, hists);
	EXPECT_FALSE(json_object_object_get_ex(obj, "s2_s3", NULL));
	ASSERT_TRUE(json_object_object_get_ex(obj, "s1_s2", &hist));
	EXPECT_STREQ(json_object_get_string(json_object_object_get(hist, "unit")), "ns");
	ASSERT_TRUE(hist_read(json_object_to_json_string(hist), &back));
	EXPECT_EQ(memcmp(back.bucket, hists[RS_HOST_HIST_s1_s2].bucket, sizeof(back.bucket)), 0);
	json_object_put(obj);
}

TEST(json_that_is_no_histogram_is_refused)
{
	static const char *const bad[] = {
		"7",
		"{}",
		"{\"buckets\": {}}",
		"{\"buckets\": [7]}",
		"{\"buckets\": [[1]]}",
		"{\"buckets\": [[3, 1]]}",
		"{\"buckets\": [[1, -1]]}",
		"{\"buckets\": [[1, 1, 1]]}",
		"{\"buckets\": [[4294967296, 1]]}",
		"{\"buckets\": [[1, \"x\"]]}",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct rs_histogram h = {0};

		EXPECT_FALSE(hist_read(bad[i], &h))
		{
			TH_LOG("%s", bad[i]);
		}
	}
}

TEST(names_are_found_on_their_side)
{
	EXPECT_EQ(rs_hist_find(RS_SIDE_HOST, "s1_s2"), RS_HOST_HIST_s1_s2);
	EXPECT_EQ(rs_hist_find(RS_SIDE_GUEST, "s1_s2"), -1);
	EXPECT_EQ(rs_hist_find(RS_SIDE_GUEST, "packets_busy"), RS_GUEST_HIST_packets_busy);
}

TEST_HARNESS_MAIN
