/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions of the running kernel and their addresses, from /proc/kallsyms. */
#ifndef RS_KALLSYMS_H
#define RS_KALLSYMS_H

#include <stdbool.h>
#include <stdint.h>

struct rs_symbol {
	char name[128];	 /* the kernel's name, possibly of a clone: name.isra.0 */
	char module[64]; /* empty = built in */
	uint64_t from;	 /* addresses; 0 = the kernel hides them */
	uint64_t to;
};

struct rs_kallsyms;

/* Reads /proc/kallsyms once. Return: NULL = it cannot be read. */
struct rs_kallsyms *rs_kallsyms_read(void);
void rs_kallsyms_free(struct rs_kallsyms *s); /* NULL allowed */

/**
 * rs_kallsyms_find() - find a function by its plain name
 * @clone: "" = the plain name; ".cold" = the compiler's clone of this kind, "." = any clone
 * @owner: its module, unless it is built in: another module may have a function of this name
 *
 * For tests: functions named in RINGSIDE_HIDE (separated by commas) are not found.
 * Return: false = not found, and *@sym is zeroed.
 */
bool rs_kallsyms_find(const struct rs_kallsyms *s, const char *name, const char *clone,
		      const char *owner, struct rs_symbol *sym);

/*
 * @owner: its module, "" = the kernel itself. A variable that each CPU has has an address relative
 * to the CPU's own data. Return: its address; 0 = not found, or the kernel hides addresses.
 */
uint64_t rs_kallsyms_data(const struct rs_kallsyms *s, const char *name, const char *owner);

/* Return: false = RINGSIDE_HIDE hides this name. */
bool rs_kallsyms_known(const char *name);

#endif
