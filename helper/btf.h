/* SPDX-License-Identifier: GPL-2.0-only */
/* The type information (BTF) of the running kernel and of its modules. */
#ifndef RS_BTF_H
#define RS_BTF_H

#include <stdbool.h>

struct rs_btf;

/* Return: NULL = the kernel has no BTF. */
struct rs_btf *rs_btf_read(void);
void rs_btf_free(struct rs_btf *t); /* NULL allowed */

/* Whether the BTF of the kernel, or of a module that ringside hooks, has this struct. */
bool rs_btf_struct(const struct rs_btf *t, const char *name);

/* Whether this struct has this member, directly or in a struct inside it. */
bool rs_btf_member(const struct rs_btf *t, const char *type, const char *member);

/* The offset in bytes of @member in the kernel's struct @type that also has @beside: several
 * structs may have one name. Return: 0 = not found, or first in the struct. */
unsigned int rs_btf_offset(const struct rs_btf *t, const char *type, const char *beside,
			   const char *member);

/* Whether the BTF of @module (empty = the kernel) has this function. */
bool rs_btf_function(const struct rs_btf *t, const char *name, const char *module);

/* Whether the kernel (not a module) has this tracepoint. */
bool rs_btf_tracepoint(const struct rs_btf *t, const char *name);

/*
 * What fentry needs to attach to a function. Return: the BTF id of the function, or -1. *@fd: the
 * descriptor of the module's BTF, 0 = the kernel's; it stays open as long as @t.
 */
int rs_btf_attach(struct rs_btf *t, const char *name, const char *module, int *fd);

/* Whether an enum of the kernel (not of a module) has this value. */
bool rs_btf_enumerator(const struct rs_btf *t, const char *type, const char *name);

#endif
