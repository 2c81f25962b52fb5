/* SPDX-License-Identifier: GPL-2.0-only */
/* What the running kernel knows of its own types (BTF). */
#ifndef RS_TYPES_H
#define RS_TYPES_H

#include <stdbool.h>

struct rs_types;

/* Return: NULL = the kernel has none. */
struct rs_types *rs_types_read(void);
void rs_types_free(struct rs_types *t); /* NULL allowed */

/* Whether the kernel or one of the modules ringside looks at describes this struct. */
bool rs_types_struct(const struct rs_types *t, const char *name);

/* Whether a struct of the kernel's or of such a module's has this member, perhaps in a struct
 * within it. */
bool rs_types_member(const struct rs_types *t, const char *type, const char *member);

/* Whether @module (empty = the kernel itself) describes this function of its own. */
bool rs_types_function(const struct rs_types *t, const char *name, const char *module);

/* Whether the kernel itself has this tracepoint. */
bool rs_types_tracepoint(const struct rs_types *t, const char *name);

/*
 * What names a function to the kernel: its type's id, and in *@fd the descriptor of the module's
 * types (0 = the kernel's), open as long as @t. Return: the id, or -1.
 */
int rs_types_attach(struct rs_types *t, const char *name, const char *module, int *fd);

/* Whether an enum of the kernel itself has this value. */
bool rs_types_enumerator(const struct rs_types *t, const char *type, const char *name);

#endif
