// SPDX-License-Identifier: GPL-2.0-only
/*
 * Only for STATIC=1: the libelf.a of elfutils 0.192 uses a search tree that is missing in the
 * archive. libc's tsearch() does the same.
 */
#include <search.h>
#include <stddef.h>

#define PREFER_OTHER __attribute__((weak))

void eu_search_tree_init(void **tree);
void eu_search_tree_fini(void **tree, void (*free_node)(void *));
void *eu_tsearch(const void *key, void **tree, int (*compare)(const void *, const void *));

PREFER_OTHER void eu_search_tree_init(void **tree)
{
	*tree = NULL;
}

PREFER_OTHER void eu_search_tree_fini(void **tree, void (*free_node)(void *))
{
	tdestroy(*tree, free_node);
	*tree = NULL;
}

PREFER_OTHER void *eu_tsearch(const void *key, void **tree,
			      int (*compare)(const void *, const void *))
{
	return tsearch(key, tree, compare);
}
