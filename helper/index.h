/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows by a key: to find one costs the same in a large file as in a small one. */
#ifndef RS_INDEX_H
#define RS_INDEX_H

#include "snapshot.h"

struct rs_index {
	uint32_t *heads; /* number of the first row with such a hash, counted from 1; 0 = none */
	uint32_t *next;	 /* of each row: the next one with such a hash */
	uint32_t mask;
};

/**
 * rs_index_make() - sort rows by the hash of their key
 * @n: number of rows
 * @hash: of row @i; 0 = it has no key and is not found
 *
 * Return: 0, or -1: out of memory, and there is nothing to clear.
 */
int rs_index_make(struct rs_index *x, size_t n, uint64_t (*hash)(const void *ctx, size_t i),
		  const void *ctx);
void rs_index_clear(struct rs_index *x);

/* No further row. */
#define RS_INDEX_END SIZE_MAX

/* The rows that may have this key, in their order: the caller compares, other keys are among them.
 */
size_t rs_index_first(const struct rs_index *x, uint64_t hash);
size_t rs_index_next(const struct rs_index *x, size_t i);

#define RS_INDEX_EACH(i, x, hash) \
	for (size_t i = rs_index_first(x, hash); i != RS_INDEX_END; i = rs_index_next(x, i))

/* A hash of several parts starts with this one. */
#define RS_HASH 0x6a09e667f3bcc908ULL

/* @hash with a further part; letters of either case are the same. */
uint64_t rs_hash_text(uint64_t hash, const char *text);
uint64_t rs_hash_num(uint64_t hash, struct rs_num num);

#endif
