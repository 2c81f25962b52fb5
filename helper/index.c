// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "index.h"

static uint64_t mixed(uint64_t hash, uint64_t part)
{
	hash = (hash ^ part) * 0x9e3779b97f4a7c15ULL;
	return hash ^ hash >> 29;
}

uint64_t rs_hash_text(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = mixed(hash, tolower((unsigned char)*text));
	return mixed(hash, 0);
}

uint64_t rs_hash_num(uint64_t hash, struct rs_num num)
{
	return num.known ? mixed(hash, num.value) : mixed(hash + 1, 0);
}

/* A power of two, at least as many as rows. */
static uint32_t heads_for(size_t n)
{
	uint32_t heads = 1;

	while (heads < n)
		heads *= 2;
	return heads;
}

int rs_index_make(struct rs_index *x, size_t n, uint64_t (*hash)(const void *ctx, size_t i),
		  const void *ctx)
{
	uint32_t heads = heads_for(n);

	*x = (struct rs_index){0};
	if (!n)
		return 0;
	x->heads = calloc(heads + n, sizeof(*x->heads));
	if (!x->heads)
		return -1;
	x->next = x->heads + heads;
	x->mask = heads - 1;
	for (size_t i = n; i--;) { /* the last one first: each list is in the order of the rows */
		uint64_t key = hash(ctx, i);
		uint32_t *head = &x->heads[key & x->mask];

		if (!key)
			continue;
		x->next[i] = *head;
		*head = i + 1;
	}
	return 0;
}

void rs_index_clear(struct rs_index *x)
{
	free(x->heads);
	memset(x, 0, sizeof(*x));
}

static size_t row_of(uint32_t number)
{
	return number ? number - 1 : RS_INDEX_END;
}

size_t rs_index_first(const struct rs_index *x, uint64_t hash)
{
	return hash && x->heads ? row_of(x->heads[hash & x->mask]) : RS_INDEX_END;
}

size_t rs_index_next(const struct rs_index *x, size_t i)
{
	return row_of(x->next[i]);
}
