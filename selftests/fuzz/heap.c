// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>

#include "heap.h"

/* Of the sanitizers of gcc and clang; gcc's package does not have their header. */
size_t __sanitizer_get_allocated_size(const volatile void *at);
int __sanitizer_install_malloc_and_free_hooks(void (*taken)(const volatile void *at, size_t size),
					      void (*given)(const volatile void *at));

static long level, peak;

static void taken(const volatile void *at, size_t size)
{
	(void)at;
	level += size;
	if (level > peak)
		peak = level;
}

static void given(const volatile void *at)
{
	if (at)
		level -= __sanitizer_get_allocated_size(at);
}

__attribute__((constructor)) static void heap_watch(void)
{
	__sanitizer_install_malloc_and_free_hooks(taken, given);
}

long heap_level(void)
{
	return level;
}

long heap_peak(void)
{
	return peak;
}

void heap_forget(void)
{
	peak = level;
}
