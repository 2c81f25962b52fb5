// SPDX-License-Identifier: GPL-2.0-only
/* Snapshots as JSON: what goes in comes out, and what is broken is named. */
#include <kselftest_harness.h>

#include "fields.h"
#include "file.h"
#include "helper_fixture.h"
#include "helper_man.h"
#include "snapshot_json.h"

#define HEAD "{\"schema\":\"ringside-snapshot/1\",\"side\":\"guest\","
#define END  "\"end\":{\"time_ns\":1"
#define ROW  "\"device\":\"virtio0\",\"index\":0,\"dir\":\"rx\""

FIXTURE(snapshot)
{
	struct rs_snapshot s, back;
	struct rs_error err;
};

FIXTURE_SETUP(snapshot)
{
	memset(self, 0, sizeof(*self));
	snapshot_fill(&self->s, RS_SIDE_GUEST);
}

FIXTURE_TEARDOWN(snapshot)
{
	rs_snapshot_clear(&self->s);
	rs_snapshot_clear(&self->back);
}

static int round_trip(struct rs_snapshot *s, struct rs_snapshot *back, struct rs_error *err)
{
	char *text = rs_snapshot_text(s);
	int ret = rs_snapshot_parse(back, text, strlen(text), "there", err);

	free(text);
	return ret;
}

static bool fields_equal(const struct rs_record *record, const void *a, const void *b)
{
	for (size_t i = 0; i < record->fields_n; i++) {
		const struct rs_field *field = &record->fields[i];
		const void *at = (const char *)a + field->offset;
		const void *bt = (const char *)b + field->offset;

		if (rs_field_known(field, a) != rs_field_known(field, b))
			return false;
		if (field->type == RS_TYPE_STR && strcmp(at, bt))
			return false;
		if (field->type != RS_TYPE_STR &&
		    ((const struct rs_num *)at)->value != ((const struct rs_num *)bt)->value)
			return false;
	}
	return true;
}

static bool counters_equal(const struct rs_queue *a, const struct rs_queue *b)
{
	for (int i = 0; i < RS_COUNTERS_MAX; i++)
		if (a->counters[i].known != b->counters[i].known ||
		    a->counters[i].value != b->counters[i].value)
			return false;
	return true;
}

static bool rows_equal(const struct rs_sample *a, const struct rs_sample *b)
{
	for (int i = 0; i < RS_RECORDS; i++) {
		const struct rs_record *record = &rs_records[i];
		size_t an, bn;
		const char *ar = rs_sample_rows(a, record, &an);
		const char *br = rs_sample_rows(b, record, &bn);

		if (an != bn)
			return false;
		for (; an--; ar += record->size, br += record->size) {
			if (!fields_equal(record, ar, br))
				return false;
			if (record->counters && !counters_equal((const void *)ar, (const void *)br))
				return false;
		}
	}
	return true;
}

TEST_F(snapshot, guest_comes_back_as_it_was)
{
	ASSERT_EQ(0, round_trip(&self->s, &self->back, &self->err)) TH_LOG("%s", self->err.text);
	EXPECT_EQ(RS_SIDE_GUEST, self->back.side);
	EXPECT_TRUE(self->back.has_begin);
	EXPECT_STREQ("web1", self->back.taken.hostname);
	EXPECT_EQ(20000000000ULL, self->back.end.time_ns.value);
	EXPECT_TRUE(rows_equal(&self->s.begin, &self->back.begin));
	EXPECT_TRUE(rows_equal(&self->s.end, &self->back.end));
}

TEST_F(snapshot, what_xdp_hides_is_in_the_json)
{
	char *text;

	rs_str_set(self->s.end.queues[1].unfollowed, "xdp");
	text = rs_snapshot_text(&self->s);
	EXPECT_EQ(1, man_count(text, "\"unfollowed\":\"xdp\"")) TH_LOG("%s", text);
	free(text);
	ASSERT_EQ(0, round_trip(&self->s, &self->back, &self->err)) TH_LOG("%s", self->err.text);
	EXPECT_STREQ("xdp", self->back.end.queues[1].unfollowed);
	EXPECT_STREQ("", self->back.end.queues[0].unfollowed);
}

TEST_F(snapshot, a_proof_comes_back_with_its_signs)
{
	static const int64_t differ[] = {0, -3, 3, INT64_MIN + 1, INT64_MAX - 1};
	struct rs_proof *proof = &self->s.end.queues[1].proof;

	for (size_t i = 0; i < sizeof(differ) / sizeof(differ[0]); i++) {
		proof->interrupts = rs_num_of(7);
		proof->interrupts_differ = rs_num_of((uint64_t)differ[i]);
		ASSERT_EQ(0, round_trip(&self->s, &self->back, &self->err))
		TH_LOG("%s", self->err.text);
		EXPECT_TRUE(rows_equal(&self->s.end, &self->back.end));
		EXPECT_EQ(differ[i],
			  (int64_t)self->back.end.queues[1].proof.interrupts_differ.value);
		EXPECT_FALSE(self->back.end.queues[1].proof.polls.known);
		rs_snapshot_clear(&self->back);
	}
}

TEST_F(snapshot, a_proof_is_an_object_of_its_queue)
{
	char *text;

	self->s.end.queues[1].proof.polls = rs_num_of(5);
	self->s.end.queues[1].proof.polls_differ = rs_num_of((uint64_t)-3);
	text = rs_snapshot_text(&self->s);
	EXPECT_EQ(1, man_count(text, "\"proof\":")) TH_LOG("%s", text);
	EXPECT_EQ(1, man_count(text, "\"polls_differ\":-3"));
	EXPECT_EQ(0, man_count(text, "_differ\":0"));
	free(text);
}

TEST_F(snapshot, host_comes_back_as_it_was)
{
	struct rs_tap *tap;

	rs_snapshot_clear(&self->s);
	snapshot_fill(&self->s, RS_SIDE_HOST);
	tap = rs_sample_add_tap(&self->s.end);
	rs_str_set(tap->name, "vnet37");
	tap->tx_dropped = rs_num_of(17);
	rs_sample_add_vm(&self->s.end)->pid = rs_num_of(1234);
	ASSERT_EQ(0, round_trip(&self->s, &self->back, &self->err)) TH_LOG("%s", self->err.text);
	EXPECT_TRUE(rows_equal(&self->s.end, &self->back.end));
}

TEST_F(snapshot, 64_bits_are_exact)
{
	static const uint64_t values[] = {
		0, 1, 1ULL << 53, (1ULL << 53) + 1, INT64_MAX, INT64_MAX + 1ULL, UINT64_MAX - 1};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		GUEST_COUNTER(&self->s.end.queues[0], interrupts) = rs_num_of(values[i]);
		self->s.end.queues[0].used_addr = rs_num_of(values[i]);
		ASSERT_EQ(0, round_trip(&self->s, &self->back, &self->err));
		EXPECT_EQ(values[i], GUEST_COUNTER(&self->back.end.queues[0], interrupts).value);
		EXPECT_EQ(values[i], self->back.end.queues[0].used_addr.value);
		rs_snapshot_clear(&self->back);
	}
}

TEST_F(snapshot, unknown_stays_unknown_and_zero_stays_zero)
{
	struct rs_queue *q = &self->s.end.queues[0];

	GUEST_COUNTER(q, missed).known = false;
	GUEST_COUNTER(q, none_empty) = rs_num_of(0);
	q->msi.devid.known = false;
	q->event_idx.known = false;
	ASSERT_EQ(0, round_trip(&self->s, &self->back, &self->err));
	q = &self->back.end.queues[0];
	EXPECT_FALSE(GUEST_COUNTER(q, missed).known);
	EXPECT_TRUE(GUEST_COUNTER(q, none_empty).known);
	EXPECT_FALSE(q->msi.devid.known);
	EXPECT_TRUE(q->msi.data.known);
	EXPECT_FALSE(q->event_idx.known);
}

TEST(unknown_keys_are_ignored)
{
	static const char text[] =
		HEAD "\"new\":[1],\"begin\":{\"time_ns\":0,\"x\":{}}," END ",\"queues\":[{" ROW
		     ",\"colour\":\"red\",\"counters\":{\"interrupts\":5,\"newer\":-1}}]}}";
	struct rs_error err = {0};
	struct rs_snapshot s;

	ASSERT_EQ(0, rs_snapshot_parse(&s, text, strlen(text), "f", &err)) TH_LOG("%s", err.text);
	EXPECT_EQ(5, GUEST_COUNTER(&s.end.queues[0], interrupts).value);
	rs_snapshot_clear(&s);
}

/* Each broken in one way, with a word that the message has to have. */
static const struct {
	const char *text, *word;
} broken[] = {
	{"", "f:1:1"},
	{"hello", "f:1:1"},
	{"[]", "a JSON object"},
	{"null", "a JSON object"},
	{"12", "a JSON object"},
	{"{}", "schema"},
	{"{\"schema\":1}", "schema"},
	{"{\"schema\":\"ringside-snapshot/2\"}", "ringside-snapshot/2"},
	{"{\"schema\":\"ringside-snapshot/1\"}", "side"},
	{"{\"schema\":\"ringside-snapshot/1\",\"side\":\"both\"}", "side"},
	{"{\"schema\":\"ringside-snapshot/1\",\"side\":7}", "side"},
	{HEAD "\"taken\":5," END "}}", "taken"},
	{HEAD "\"taken\":{\"hostname\":5}," END "}}", "hostname must be a text"},
	{HEAD "\"x\":1}", "end must be an object"},
	{HEAD "\"end\":[]}", "end must be an object"},
	{HEAD "\"end\":{}}", "end.time_ns is required"},
	{HEAD "\"end\":{\"time_ns\":\"1\"}}", "end.time_ns"},
	{HEAD "\"end\":{\"time_ns\":-1}}", "end.time_ns"},
	{HEAD "\"end\":{\"time_ns\":1.5}}", "end.time_ns"},
	{HEAD "\"end\":{\"time_ns\":18446744073709551615}}", "end.time_ns"},
	{HEAD "\"end\":{\"time_ns\":18446744073709551616}}", "end.time_ns"},
	{HEAD "\"end\":{\"time_ns\":NaN}}", "end.time_ns"},
	{HEAD "\"begin\":1," END "}}", "begin must be an object"},
	{HEAD "\"begin\":null," END "}}", "begin must be an object"},
	{HEAD END ",\"queues\":{}}}", "end.queues must be a list"},
	{HEAD END ",\"queues\":[3]}}", "end.queues[0]"},
	{HEAD END ",\"queues\":[{\"index\":0,\"dir\":\"rx\"}]}}",
	 "end.queues[0].device is required"},
	{HEAD END ",\"queues\":[{" ROW "},{" ROW ",\"dir\":\"up\"}]}}", "end.queues[1].dir"},
	{HEAD END ",\"queues\":[{" ROW ",\"used_idx\":65536}]}}",
	 "used_idx must be a whole number from 0 to 65535"},
	{HEAD END ",\"queues\":[{" ROW ",\"used_addr\":4096}]}}", "used_addr must be a text"},
	{HEAD END ",\"queues\":[{" ROW ",\"used_addr\":\"0xg\"}]}}", "used_addr"},
	{HEAD END ",\"queues\":[{" ROW ",\"used_addr\":\"0x1ffffffffffffffff\"}]}}", "used_addr"},
	{HEAD END ",\"queues\":[{" ROW ",\"event_idx\":1}]}}", "event_idx must be true or false"},
	{HEAD END ",\"queues\":[{" ROW ",\"msi\":{\"data\":2}}]}}", "msi.data"},
	{HEAD END ",\"queues\":[{" ROW ",\"counters\":[]}]}}", "counters must be an object"},
	{HEAD END ",\"queues\":[{" ROW ",\"counters\":{\"handled\":-1}}]}}",
	 "end.queues[0].handled"},
	{HEAD END ",\"queues\":[{" ROW ",\"counters\":{\"handled\":\"1\"}}]}}",
	 "end.queues[0].handled"},
	{HEAD END ",\"queues\":[{" ROW ",\"proof\":{\"polls_differ\":\"1\"}}]}}",
	 "end.queues[0].proof.polls_differ must be a whole number"},
	{HEAD END ",\"queues\":[{" ROW ",\"proof\":{\"polls_differ\":9223372036854775808}}]}}",
	 "end.queues[0].proof.polls_differ must be a whole number"},
	{HEAD END ",\"hooks\":[{\"name\":\"a\"}]}}", "end.hooks[0].state is required"},
	{HEAD END "}", "incomplete"},
	{HEAD END "}}}", "f:1:"},
	{HEAD END "}}{}", "f:1:"},
	{HEAD "\n\n" END ",,}}", "f:3:"},
	{HEAD END ",\"\xff\":1}}", "f:1:"},
};

TEST(broken_ones_are_refused_by_place)
{
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct rs_error err = {0};
		struct rs_snapshot s;

		EXPECT_EQ(-1,
			  rs_snapshot_parse(&s, broken[i].text, strlen(broken[i].text), "f", &err))
		TH_LOG("taken: %s", broken[i].text);
		EXPECT_EQ(RS_EXIT_DATA, err.status);
		EXPECT_NE(NULL, strstr(err.text, broken[i].word))
		TH_LOG("%s: \"%s\" does not say \"%s\"", broken[i].text, err.text, broken[i].word);
		EXPECT_NE(NULL, strstr(err.text, "f")) TH_LOG("no file: %s", err.text);
	}
}

TEST(what_follows_a_nul_is_not_overlooked)
{
	static const char text[] = HEAD END "}}\0{}";
	struct rs_error err = {0};
	struct rs_snapshot s;

	EXPECT_EQ(-1, rs_snapshot_parse(&s, text, sizeof(text) - 1, "f", &err));
	EXPECT_NE(NULL, strstr(err.text, "after the snapshot")) TH_LOG("%s", err.text);
}

TEST_F(snapshot, cut_anywhere_is_refused)
{
	char *text = rs_snapshot_text(&self->s);
	size_t len = strlen(text);

	/* its last two bytes are the brace and a line feed */
	for (size_t cut = 0; cut < len - 1; cut += cut < 300 ? 1 : 97) {
		struct rs_error err = {0};
		char *part = strndup(text, cut);

		EXPECT_EQ(-1, rs_snapshot_parse(&self->back, part, cut, "f", &err))
		TH_LOG("taken after %zu of %zu bytes", cut, len);
		EXPECT_EQ(RS_EXIT_DATA, err.status);
		free(part);
	}
	free(text);
}

TEST_F(snapshot, a_file_that_is_not_there_is_named)
{
	EXPECT_EQ(-1, rs_snapshot_load(&self->back, "/nonexistent/g.json", &self->err));
	EXPECT_EQ(RS_EXIT_NOINPUT, self->err.status);
	EXPECT_NE(NULL, strstr(self->err.text, "/nonexistent/g.json"));
}

TEST_F(snapshot, a_directory_is_no_snapshot)
{
	EXPECT_EQ(-1, rs_snapshot_load(&self->back, "/tmp", &self->err));
	EXPECT_EQ(RS_EXIT_NOINPUT, self->err.status);
}

TEST_HARNESS_MAIN
