/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one list of a snapshot's fields: key in JSON, key in the module's text, type. All code that
 * reads or writes either form walks over these rows.
 */
#ifndef RS_FIELDS_H
#define RS_FIELDS_H

#include "snapshot.h"

enum rs_type {
	RS_TYPE_STR,
	RS_TYPE_U64,
	RS_TYPE_U16,
	RS_TYPE_I64, /* can be negative: the struct rs_num has an int64_t */
	RS_TYPE_HEX, /* a number; "0x..." in JSON: not every reader keeps 64 bits of a JSON number
		      */
	RS_TYPE_BOOL,
};

enum { RS_GUEST = 1 << RS_SIDE_GUEST, RS_HOST = 1 << RS_SIDE_HOST, RS_BOTH = RS_GUEST | RS_HOST };

struct rs_field {
	const char *key;  /* in JSON; "a.b" is b inside the object a */
	const char *text; /* in the module's snapshot; NULL = key */
	enum rs_type type;
	size_t offset; /* in the row */
	size_t size;   /* of a string */
	unsigned int sides;
	unsigned int required; /* sides on which it must be known */
	const char *choices;   /* words separated by spaces; NULL = any */
};

/* A kind of row in a sample. */
struct rs_record {
	const char *key;  /* of the array in JSON */
	const char *text; /* first word of its line in the module's snapshot */
	unsigned int sides;
	const struct rs_field *fields;
	size_t fields_n;
	size_t size;
	size_t array;  /* offset in struct rs_sample of the pointer to the rows */
	size_t count;  /* offset of the number of rows */
	bool counters; /* rows carry counters */
	size_t max;    /* rows that a file may have: more than any machine */
};

enum rs_record_id {
	RS_RECORD_HOOK,
	RS_RECORD_VM,
	RS_RECORD_TAP,
	RS_RECORD_DEVICE,
	RS_RECORD_QUEUE,
	RS_RECORD_IRQ,
	RS_RECORD_CPU,
	RS_RECORD_IRQ_CPU,
	RS_RECORDS
};

extern const struct rs_record rs_records[RS_RECORDS];

/* The fields of a sample itself, and of struct rs_taken. */
extern const struct rs_field rs_sample_fields[];
extern const size_t rs_sample_fields_n;
extern const struct rs_field rs_taken_fields[];
extern const size_t rs_taken_fields_n;

/*
 * rs_field_parse() sets a field of a row from text, rs_field_put() from a number (not RS_TYPE_STR).
 * Return: NULL, or what was expected: "a whole number from 0 to 65535".
 */
const char *rs_field_parse(const struct rs_field *field, void *row, const char *text);
const char *rs_field_put(const struct rs_field *field, void *row, uint64_t value);

/* Return: the field with this key in JSON; the key must exist. */
const struct rs_field *rs_field_find(const struct rs_record *record, const char *key);

/* Return: whether the field of this row is known. */
bool rs_field_known(const struct rs_field *field, const void *row);

/* Return: the index of the counter with this name, -1 = no such counter. */
int rs_counter_find(enum rs_side side, const char *name);

/* The rows of one kind in a sample; a new zeroed row (NULL = out of memory). */
void *rs_sample_rows(const struct rs_sample *s, const struct rs_record *record, size_t *n);
void *rs_sample_add(struct rs_sample *s, const struct rs_record *record);

/* Reads all of @text as an unsigned number, decimal or 0x hexadecimal. Return: false = no number.
 */
bool rs_number_parse(const char *text, uint64_t *value);

#endif
