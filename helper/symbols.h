/* SPDX-License-Identifier: GPL-2.0-only */
/* What the running kernel calls its functions, and what it knows of their types. */
#ifndef RS_SYMBOLS_H
#define RS_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

struct rs_symbol {
	char name[128];  /* as the kernel has it: perhaps a clone, name.isra.0 */
	char module[64]; /* empty = built in */
	uint64_t from;   /* addresses; 0 = the kernel does not tell */
	uint64_t to;
};

/**
 * rs_symbol_find() - find a function by its plain name
 * @clone: a compiler's clone (.isra, .constprop, .part, .cold) will do; "" = only the plain name,
 *	   else the clone's kind with its dot
 *
 * Functions named in RINGSIDE_HIDE (separated by commas) are not found, for tests.
 * Return: false = there is none, or /proc/kallsyms cannot be read.
 */
bool rs_symbol_find(const char *name, const char *clone, struct rs_symbol *sym);

struct rs_types;

/* Reads the kernel's own type information. Return: NULL = it has none. */
struct rs_types *rs_types_read(void);
void rs_types_free(struct rs_types *t); /* NULL allowed */

/* Whether the kernel or one of the modules ringside looks at describes this struct. */
bool rs_types_struct(const struct rs_types *t, const char *name);

/* Whether the function is described in @module (empty = the kernel itself). */
bool rs_types_function(const struct rs_types *t, const char *name, const char *module);

/* Whether an enum of the kernel itself has this value's name. */
bool rs_types_enumerator(const struct rs_types *t, const char *type, const char *name);

#endif
