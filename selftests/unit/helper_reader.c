// SPDX-License-Identifier: GPL-2.0-only
/* JSON text, read value by value. json-c says what is JSON; "1." is none, which it takes, too. */
#include <kselftest_harness.h>
#include <json-c/json.h>
#include <string.h>
#include <sys/mman.h>

#include "reader.h"

static struct rs_reader *reader(const char *text)
{
	static struct rs_reader r;

	rs_reader_start(&r, text, strlen(text));
	return &r;
}

static bool is_json(const char *text)
{
	struct rs_reader *r = reader(text);

	rs_reader_skip(r);
	return !r->broken && rs_reader_done(r);
}

static bool is_json_to_others(const char *text)
{
	struct json_tokener *tok = json_tokener_new();
	struct json_object *obj;
	bool is;

	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	obj = json_tokener_parse_ex(tok, text, strlen(text) + 1);
	is = json_tokener_get_error(tok) == json_tokener_success;
	json_object_put(obj);
	json_tokener_free(tok);
	return is;
}

TEST(json_is_told_from_what_is_none)
{
	static const char *const texts[] = {
		"{}",
		"[]",
		" [ 1 , 2 ] ",
		"{\"a\":{\"b\":[true,false,null]}}",
		"-0",
		"1.5e-7",
		"12",
		"\"\\u00e9\\n\\ud83d\\ude00\"",
		"\"\xc3\xa9\"",
		"[1,2,]",
		"{\"a\":1,}",
		"[1 2]",
		"{\"a\" 1}",
		"{\"a\":1]",
		"[1}",
		"{1:2}",
		"tru",
		"nul",
		"\"a",
		"\"\\x\"",
		"\"\\u12g4\"",
		"[",
		"{",
		"[1",
		"{\"a\":",
		"\"\xff\"",
		"1e",
		"-",
		"01",
		"[,]",
		"{,}",
		"]",
		"",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		EXPECT_EQ(is_json_to_others(texts[i]), is_json(texts[i])) TH_LOG("%s", texts[i]);
	}
}

TEST(escapes_are_resolved)
{
	EXPECT_STREQ("a\"\\/\b\f\n\r\t",
		     rs_reader_string(reader("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\"")));
	EXPECT_STREQ("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
		     rs_reader_string(reader("\"\\u00e9\\u20ac\\ud83d\\ude00\"")));
	EXPECT_STREQ("\xef\xbf\xbdx", rs_reader_string(reader("\"\\ud83dx\"")));
}

TEST(a_string_that_is_too_long_is_cut_and_read_to_its_end)
{
	char text[3 * RS_READER_WORD];
	struct rs_reader *r;

	memset(text, 'x', sizeof(text));
	text[0] = text[sizeof(text) - 3] = '"';
	strcpy(text + sizeof(text) - 2, "7");
	r = reader(text);
	EXPECT_LT(RS_READER_WORD - 8, strlen(rs_reader_string(r)));
	EXPECT_TRUE(r->cut);
	EXPECT_EQ(RS_KIND_NUMBER, rs_reader_peek(r));
}

TEST(numbers_are_exact_or_refused)
{
	static const struct {
		const char *text;
		bool is, is_signed;
	} rows[] = {
		{"0", true, true},
		{"-0", true, true},
		{"18446744073709551614", true, false},
		{"18446744073709551615", false, false},
		{"18446744073709551616", false, false},
		{"99999999999999999999999", false, false},
		{"9223372036854775806", true, true},
		{"9223372036854775807", true, false},
		{"-9223372036854775807", false, true},
		{"-9223372036854775808", false, false},
		{"1.0", false, false},
		{"1e3", false, false},
	};
	uint64_t value;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		EXPECT_EQ(rows[i].is, rs_reader_number(reader(rows[i].text), &value))
		TH_LOG("%s", rows[i].text);
		EXPECT_EQ(rows[i].is_signed, rs_reader_signed(reader(rows[i].text), &value))
		TH_LOG("%s", rows[i].text);
	}
	ASSERT_TRUE(rs_reader_signed(reader("-9223372036854775807"), &value));
	EXPECT_EQ(-INT64_MAX, (int64_t)value);
}

TEST(brackets_inside_each_other_have_an_end)
{
	char text[2 * RS_READER_DEPTH + 3];

	for (int i = 0; i <= RS_READER_DEPTH; i++) {
		text[i] = '[';
		text[2 * RS_READER_DEPTH + 1 - i] = ']';
	}
	text[2 * RS_READER_DEPTH + 2] = '\0';
	EXPECT_FALSE(is_json(text));
	text[2 * RS_READER_DEPTH + 1] = '\0';
	EXPECT_TRUE(is_json(text + 1));
}

/* What was read is given back; where a fault is stays known. */
TEST(a_large_text_is_given_back_as_it_is_read)
{
	enum { LINES = 1 << 20 };
	size_t len = 2 * LINES + 4, line, column;
	char *text =
		mmap(NULL, len + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct rs_reader r;

	ASSERT_NE(MAP_FAILED, text);
	text[0] = '[';
	for (size_t i = 0; i < LINES; i++)
		memcpy(text + 1 + 2 * i, "\n ", 2);
	memcpy(text + 1 + 2 * LINES, " 1?", 3);
	rs_reader_start(&r, text, len);
	ASSERT_TRUE(rs_reader_open(&r));
	rs_reader_give(&r);
	EXPECT_EQ('\0', text[0]);
	rs_reader_skip(&r);
	EXPECT_FALSE(rs_reader_more(&r));
	ASSERT_NE(NULL, r.broken);
	rs_reader_place(&r, &line, &column);
	EXPECT_EQ(LINES + 1, line);
	EXPECT_EQ(4, column);
	munmap(text, len + 1);
}

TEST_HARNESS_MAIN
