/* SPDX-License-Identifier: GPL-2.0-only */
/* What the running kernel knows of its own types (BTF). */
#ifndef RS_BTF_H
#define RS_BTF_H

#include <stdbool.h>

struct rs_btf;

/* Return: NULL = the kernel has none. */
struct rs_btf *rs_btf_read(void);
void rs_btf_free(struct rs_btf *t); /* NULL allowed */

/* Whether the kernel or one of the modules ringside looks at describes this struct. */
bool rs_btf_struct(const struct rs_btf *t, const char *name);

/* Whether a struct of the kernel's or of such a module's has this member, perhaps in a struct
 * within it. */
bool rs_btf_member(const struct rs_btf *t, const char *type, const char *member);

/* Whether @module (empty = the kernel itself) describes this function of its own. */
bool rs_btf_function(const struct rs_btf *t, const char *name, const char *module);

/* Whether the kernel itself has this tracepoint. */
bool rs_btf_tracepoint(const struct rs_btf *t, const char *name);

/*
 * What names a function to the kernel: its type's id, and in *@fd the descriptor of the module's
 * types (0 = the kernel's), open as long as @t. Return: the id, or -1.
 */
int rs_btf_attach(struct rs_btf *t, const char *name, const char *module, int *fd);

/* Whether an enum of the kernel itself has this value. */
bool rs_btf_enumerator(const struct rs_btf *t, const char *type, const char *name);

#endif
