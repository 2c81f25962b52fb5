/* SPDX-License-Identifier: GPL-2.0-only */
/* What the running kernel calls its functions, and where they lie. */
#ifndef RS_KALLSYMS_H
#define RS_KALLSYMS_H

#include <stdbool.h>
#include <stdint.h>

struct rs_symbol {
	char name[128];	 /* as the kernel has it: perhaps a clone, name.isra.0 */
	char module[64]; /* empty = built in */
	uint64_t from;	 /* addresses; 0 = the kernel does not tell */
	uint64_t to;
};

struct rs_kallsyms;

/* Reads /proc/kallsyms once. Return: NULL = it cannot be read. */
struct rs_kallsyms *rs_kallsyms_read(void);
void rs_kallsyms_free(struct rs_kallsyms *s); /* NULL allowed */

/**
 * rs_kallsyms_find() - find a function by its plain name
 * @clone: "" = the plain name; else a compiler's clone of this kind will do (".cold", "." = any)
 * @owner: the module it belongs to, unless built in: others may have one of the same name
 *
 * Functions named in RINGSIDE_HIDE (separated by commas) are not found, for tests.
 * Return: false = there is none, and *@sym is zeroed.
 */
bool rs_kallsyms_find(const struct rs_kallsyms *s, const char *name, const char *clone,
		      const char *owner, struct rs_symbol *sym);

/* Return: the address of a variable of @owner, 0 = it is not there, or the kernel does not tell. */
uint64_t rs_kallsyms_data(const struct rs_kallsyms *s, const char *name, const char *owner);

/* Whether a test wants this name not to be found. */
bool rs_kallsyms_known(const char *name);

#endif
