/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads JSON text value by value, in its order. No tree is made of it: what a large file takes is
 * what the caller keeps of it.
 */
#ifndef RS_READER_H
#define RS_READER_H

#include "snapshot.h"

enum { RS_READER_DEPTH = 32, RS_READER_WORD = 1024 };

struct rs_reader {
	const char *text;
	size_t len, at;
	unsigned int depth;
	char ends[RS_READER_DEPTH]; /* the brackets that are open: what closes each */
	const char *broken; /* why the text is no JSON; NULL = it is, as far as it was read */
	size_t given;	    /* so much of the text was given back, with so many lines; */
	size_t lines, line; /* and where the last of them starts */
	char word[RS_READER_WORD]; /* the last key or string */
	bool cut;		   /* it is longer */
};

enum rs_kind {
	RS_KIND_BROKEN,
	RS_KIND_OBJECT,
	RS_KIND_LIST,
	RS_KIND_STRING,
	RS_KIND_NUMBER,
	RS_KIND_TRUE,
	RS_KIND_FALSE,
	RS_KIND_NULL,
};

/* @text ends with a NUL, which is not part of @len. */
void rs_reader_start(struct rs_reader *r, const char *text, size_t len);

/* The kind of the value that is next. */
enum rs_kind rs_reader_peek(struct rs_reader *r);

/*
 * Entries of an object or a list, of which the bracket is next:
 *   for (bool more = rs_reader_open(r); more; more = rs_reader_more(r)) { value }
 * In an object rs_reader_key() comes before each value. Both are false if the text is broken.
 */
bool rs_reader_open(struct rs_reader *r);
bool rs_reader_more(struct rs_reader *r);
const char *rs_reader_key(struct rs_reader *r);

/* Return: the string that is next, with its escapes resolved; valid up to the next call. */
const char *rs_reader_string(struct rs_reader *r);

/* Reads the number that is next. Return: whether it is a whole one from 0 to 2^64-2. */
bool rs_reader_number(struct rs_reader *r, uint64_t *value);

/* The same from -2^63+1 to 2^63-2; *@value is an int64_t. */
bool rs_reader_signed(struct rs_reader *r, uint64_t *value);

/* Reads any value, and drops it. */
void rs_reader_skip(struct rs_reader *r);

/* Whether only blanks are left. */
bool rs_reader_done(struct rs_reader *r);

/* The pages of the text that was read are given back: its bytes are gone. It must lie in memory
 * that belongs to this process alone. */
void rs_reader_give(struct rs_reader *r);

/* Line and column, counted from 1, of what is next. */
void rs_reader_place(const struct rs_reader *r, size_t *line, size_t *column);

#endif
