// SPDX-License-Identifier: GPL-2.0-only
#include "memory.h"

#include <sys/mman.h>

void *fault_memory_gpa(const struct memory *mem, uint64_t gpa, uint64_t size)
{
	for (int i = 0; i < mem->count; i++) {
		const struct region *r = &mem->region[i];

		if (gpa >= r->gpa && size <= r->size && gpa - r->gpa <= r->size - size)
			return (char *)r->base + (gpa - r->gpa);
	}
	return NULL;
}

void *fault_memory_uva(const struct memory *mem, uint64_t uva, uint64_t size)
{
	for (int i = 0; i < mem->count; i++) {
		const struct region *r = &mem->region[i];

		if (uva >= r->uva && size <= r->size && uva - r->uva <= r->size - size)
			return (char *)r->base + (uva - r->uva);
	}
	return NULL;
}

void fault_memory_clear(struct memory *mem)
{
	for (int i = 0; i < mem->count; i++)
		if (mem->region[i].map)
			munmap(mem->region[i].map, mem->region[i].map_size);
	mem->count = 0;
}
