/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FAULT_MEMORY_H
#define FAULT_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* One piece of the guest's RAM, as the VMM shares it. */
struct region {
	uint64_t gpa;  /* guest-physical address */
	uint64_t uva;  /* the VMM's own address of it */
	uint64_t size; /* bytes */
	void *base;    /* where it begins here */
	void *map;     /* what was mapped, for munmap() */
	size_t map_size;
};

#define FAULT_REGIONS_MAX 8

struct memory {
	struct region region[FAULT_REGIONS_MAX];
	int count;
};

/**
 * fault_memory_gpa() - where guest-physical memory lies in this process
 * @size: bytes wanted from @gpa on; they must lie in one region
 *
 * Return: NULL where the guest has no such memory.
 */
void *fault_memory_gpa(const struct memory *mem, uint64_t gpa, uint64_t size);

/* The same for an address of the VMM's process, which is how it names rings. */
void *fault_memory_uva(const struct memory *mem, uint64_t uva, uint64_t size);

/* Unmap all regions. */
void fault_memory_clear(struct memory *mem);

#endif
