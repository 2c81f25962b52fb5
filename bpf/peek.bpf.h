/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading memory whose type the verifier does not know. */
#ifndef RS_PEEK_BPF_H
#define RS_PEEK_BPF_H

#include "hook.bpf.h"

extern void *bpf_rdonly_cast(const void *obj, u32 btf_id) __ksym __weak;

/* Whether the kernel has bpf_rdonly_cast(). A constant when the object is loaded, so it costs
 * nothing. */
#define RS_CAN_CAST bpf_core_enum_value_exists(enum special_kfunc_type, KF_bpf_rdonly_cast)

/*
 * The word at @at; 0 if nothing is mapped there. A cast to a struct that starts with a number makes
 * this one load; a probe read is a call of some forty instructions.
 */
static __always_inline u64 peek(u64 at)
{
	u64 word;

	if (RS_CAN_CAST) {
		word = *(u64 *)bpf_rdonly_cast((void *)at, bpf_core_type_id_kernel(struct rb_node));
		RS_APART;
		return word;
	}
	word = 0;
	bpf_probe_read_kernel(&word, sizeof(word), (void *)at);
	return word;
}

/* Memory as a struct of the kernel (not of a module): each field is then read by one load. Requires
 * RS_CAN_CAST. */
#define RS_CAST(type, at) \
	((struct type *)bpf_rdonly_cast((void *)(at), bpf_core_type_id_kernel(struct type)))

/* The address of a field, the 64-bit word there, the low 32 bits of it. */
#define RS_AT(ptr, type, field)	      ((u64)(ptr) + bpf_core_field_offset(((type *)0)->field))
#define RS_PEEK(ptr, type, field)     peek(RS_AT(ptr, type, field))
#define RS_PEEK_U32(ptr, type, field) ((u32)RS_PEEK(ptr, type, field))

#endif
