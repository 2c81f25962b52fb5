// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "reader.h"

void rs_reader_start(struct rs_reader *r, const char *text, size_t len)
{
	*r = (struct rs_reader){.text = text, .len = len};
}

/* The first fault counts. */
static bool broken(struct rs_reader *r, const char *why)
{
	if (!r->broken)
		r->broken = r->at < r->len ? why : "it ends too early: the file is incomplete";
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* The character that is next, without blanks; 0 = the text ends, or is broken. */
static char next(struct rs_reader *r)
{
	if (r->broken)
		return 0;
	while (r->at < r->len && is_blank(r->text[r->at]))
		r->at++;
	return r->at < r->len ? r->text[r->at] : 0;
}

static bool take(struct rs_reader *r, char c, const char *why)
{
	if (next(r) != c)
		return broken(r, why);
	r->at++;
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

enum rs_kind rs_reader_peek(struct rs_reader *r)
{
	static const struct {
		char first;
		enum rs_kind kind;
	} kinds[] = {{'{', RS_KIND_OBJECT}, {'[', RS_KIND_LIST},  {'"', RS_KIND_STRING},
		     {'t', RS_KIND_TRUE},   {'f', RS_KIND_FALSE}, {'n', RS_KIND_NULL}};
	char c = next(r);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (c == kinds[i].first)
			return kinds[i].kind;
	return c == '-' || is_digit(c) ? RS_KIND_NUMBER : RS_KIND_BROKEN;
}

bool rs_reader_open(struct rs_reader *r)
{
	char c = next(r);

	if (c != '{' && c != '[')
		return broken(r, "an object or a list is expected");
	if (r->depth == RS_READER_DEPTH)
		return broken(r, "too many brackets inside each other");
	r->at++;
	r->ends[r->depth++] = c == '{' ? '}' : ']';
	if (next(r) != r->ends[r->depth - 1])
		return !r->broken;
	r->at++;
	r->depth--;
	return false;
}

bool rs_reader_more(struct rs_reader *r)
{
	char c = next(r), end = r->depth ? r->ends[r->depth - 1] : 0;

	if (r->broken || (c != ',' && c != end))
		return broken(r, "a comma or a closing bracket is expected");
	r->at++;
	if (c == ',')
		return true;
	r->depth--;
	return false;
}

static int hex(char c)
{
	return is_digit(c)	      ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* The four digits of \uXXXX; -1 = they are none. */
static int32_t unit_read(const struct rs_reader *r, size_t at)
{
	int32_t unit = 0;

	for (size_t i = 0; i < 4; i++) {
		int digit = at + i < r->len ? hex(r->text[at + i]) : -1;

		if (digit < 0)
			return -1;
		unit = unit << 4 | digit;
	}
	return unit;
}

static size_t utf8_put(char *to, uint32_t c)
{
	static const uint8_t first[] = {0, 0, 0xc0, 0xe0, 0xf0};
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = n; i--; c >>= 6)
		to[i] = i ? 0x80 | (c & 0x3f) : first[n] | c;
	return n;
}

/* \uD83D\uDE00 is one character; half of such a pair is none. */
static size_t unicode_read(struct rs_reader *r, char *to)
{
	int32_t high = unit_read(r, r->at), low = -1;

	if (high < 0) {
		broken(r, "four digits are expected after \\u");
		return 0;
	}
	r->at += 4;
	if (high >= 0xd800 && high < 0xdc00 && r->at + 1 < r->len && r->text[r->at] == '\\' &&
	    r->text[r->at + 1] == 'u')
		low = unit_read(r, r->at + 2);
	if (low >= 0xdc00 && low < 0xe000) {
		r->at += 6;
		return utf8_put(to, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
	}
	return utf8_put(to, high >= 0xd800 && high < 0xe000 ? 0xfffd : (uint32_t)high);
}

/* Behind a backslash. Return: the bytes put to @to. */
static size_t escape_read(struct rs_reader *r, char *to)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	char c = r->at < r->len ? r->text[r->at] : 0;
	const char *name = c ? strchr(names, c) : NULL;

	if (c == 'u') {
		r->at++;
		return unicode_read(r, to);
	}
	if (!name) {
		broken(r, "no such escape in a string");
		return 0;
	}
	r->at++;
	*to = values[name - names];
	return 1;
}

/* The bytes of the character that is next: in UTF-8, each but the first starts with bits 10. */
static size_t char_read(struct rs_reader *r, char *to)
{
	unsigned char c = r->text[r->at];
	size_t n = c < 0x80 ? 1 : (c >> 5) == 6 ? 2 : (c >> 4) == 14 ? 3 : (c >> 3) == 30 ? 4 : 0;

	for (size_t i = 1; i < n; i++)
		if (((unsigned char)r->text[r->at + i] & 0xc0) != 0x80)
			n = 0;
	if (!n || c < ' ') {
		broken(r, n ? "a control character in a string" : "a string is not UTF-8");
		return 0;
	}
	memcpy(to, r->text + r->at, n);
	r->at += n;
	return n;
}

/* What does not fit is read as well, and dropped. */
static void string_read(struct rs_reader *r)
{
	size_t used = 0;

	while (r->at < r->len && r->text[r->at] != '"' && !r->broken) {
		bool fits = used + 5 < sizeof(r->word);
		char *to = r->word + used, rest[4];

		if (r->text[r->at] == '\\') {
			r->at++;
			used += escape_read(r, fits ? to : rest) * fits;
		} else {
			used += char_read(r, fits ? to : rest) * fits;
		}
		r->cut |= !fits;
	}
	r->word[used] = '\0';
}

const char *rs_reader_string(struct rs_reader *r)
{
	r->cut = false;
	*r->word = '\0';
	if (take(r, '"', "a string is expected")) {
		string_read(r);
		take(r, '"', "a string is not closed");
	}
	return r->word;
}

const char *rs_reader_key(struct rs_reader *r)
{
	rs_reader_string(r);
	if (r->cut)
		*r->word = '\0'; /* no key that is known is so long */
	take(r, ':', "a colon is expected after a key");
	return r->word;
}

static size_t digits_skip(struct rs_reader *r)
{
	size_t from = r->at;

	while (r->at < r->len && is_digit(r->text[r->at]))
		r->at++;
	if (r->at == from)
		broken(r, "a digit is expected");
	return r->at - from;
}

/* Beyond the decimal point and of the exponent: such a number is read, and is not whole. */
static bool fraction_skip(struct rs_reader *r)
{
	bool any = false;

	if (r->text[r->at] == '.') {
		r->at++;
		digits_skip(r);
		any = true;
	}
	if (r->text[r->at] == 'e' || r->text[r->at] == 'E') {
		r->at++;
		r->at += r->text[r->at] == '-' || r->text[r->at] == '+';
		digits_skip(r);
		any = true;
	}
	return any;
}

/* Return: whether it is whole and below 2^64. */
static bool whole_read(struct rs_reader *r, uint64_t *value, bool *negative)
{
	bool fits = true;
	size_t from, n;

	*negative = next(r) == '-';
	r->at += *negative;
	from = r->at;
	n = digits_skip(r);
	*value = 0;
	if (n > 1 && r->text[from] == '0')
		return broken(r, "a number starts with 0");
	for (size_t i = 0; i < n; i++)
		fits = fits && !__builtin_mul_overflow(*value, 10, value) &&
		       !__builtin_add_overflow(*value, (uint64_t)(r->text[from + i] - '0'), value);
	return !fraction_skip(r) && !r->broken && fits;
}

bool rs_reader_number(struct rs_reader *r, uint64_t *value)
{
	bool negative, whole = whole_read(r, value, &negative);

	return whole && *value != UINT64_MAX && !(negative && *value);
}

bool rs_reader_signed(struct rs_reader *r, uint64_t *value)
{
	bool negative, whole = whole_read(r, value, &negative);

	if (!whole || *value >= (uint64_t)INT64_MAX + negative)
		return false;
	*value = negative ? -*value : *value;
	return true;
}

static void word_skip(struct rs_reader *r, const char *word)
{
	size_t n = strlen(word);

	if (r->len - r->at < n || memcmp(r->text + r->at, word, n))
		broken(r, "a value is expected");
	else
		r->at += n;
}

static void entries_skip(struct rs_reader *r, bool keys)
{
	for (bool more = rs_reader_open(r); more; more = rs_reader_more(r)) {
		if (keys)
			rs_reader_key(r);
		rs_reader_skip(r);
	}
}

void rs_reader_skip(struct rs_reader *r)
{
	enum rs_kind kind = rs_reader_peek(r);
	uint64_t value;

	switch (kind) {
	case RS_KIND_OBJECT:
	case RS_KIND_LIST:
		entries_skip(r, kind == RS_KIND_OBJECT);
		break;
	case RS_KIND_STRING:
		rs_reader_string(r);
		break;
	case RS_KIND_NUMBER:
		rs_reader_number(r, &value);
		break;
	case RS_KIND_BROKEN:
		broken(r, "a value is expected");
		break;
	default:
		word_skip(r, kind == RS_KIND_TRUE    ? "true"
			     : kind == RS_KIND_FALSE ? "false"
						     : "null");
	}
}

bool rs_reader_done(struct rs_reader *r)
{
	next(r);
	return r->at == r->len;
}

static size_t lines_count(const struct rs_reader *r, size_t from, size_t to, size_t *last)
{
	size_t lines = 0;

	for (const char *at = r->text + from; (at = memchr(at, '\n', r->text + to - at)); at++) {
		lines++;
		*last = at + 1 - r->text;
	}
	return lines;
}

#define GIVE_MIN (1UL << 20)

void rs_reader_give(struct rs_reader *r)
{
	uintptr_t page = sysconf(_SC_PAGESIZE), text = (uintptr_t)r->text;
	uintptr_t from = (text + r->given + page - 1) & ~(page - 1);
	uintptr_t to = (text + r->at) & ~(page - 1);

	if (r->at - r->given < GIVE_MIN || to <= from)
		return;
	r->lines += lines_count(r, r->given, to - text, &r->line);
	r->given = to - text;
	madvise((void *)from, to - from, MADV_DONTNEED);
}

void rs_reader_place(const struct rs_reader *r, size_t *line, size_t *column)
{
	size_t last = r->line;

	*line = 1 + r->lines + lines_count(r, r->given, r->at, &last);
	*column = 1 + r->at - last;
}
