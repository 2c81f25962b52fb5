/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Each handler has two programs: for fentry, and for a kprobe where the kernel has no fentry. The
 * helper loads one of them. Both are named after the function.
 */
#ifndef RS_HOOK_BPF_H
#define RS_HOOK_BPF_H

#include "kernel.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

/*
 * RS_HOOKn(function, type, name, ...) { body }: the body has the first n arguments, and the
 * constant `typed`: true if the verifier knows the types of the arguments and allows direct loads.
 */
#define RS_HOOK1(func, t1, a1)                                    \
	static int func##_hit(const bool typed, t1 a1);           \
	SEC("fentry/" #func) int BPF_PROG(func##_fentry, t1 a1)   \
	{                                                         \
		return func##_hit(true, a1);                      \
	}                                                         \
	SEC("kprobe/" #func) int BPF_KPROBE(func##_kprobe, t1 a1) \
	{                                                         \
		return func##_hit(false, a1);                     \
	}                                                         \
	static __always_inline int func##_hit(const bool typed, t1 a1)

#define RS_HOOK2(func, t1, a1, t2, a2)                                   \
	static int func##_hit(const bool typed, t1 a1, t2 a2);           \
	SEC("fentry/" #func) int BPF_PROG(func##_fentry, t1 a1, t2 a2)   \
	{                                                                \
		return func##_hit(true, a1, a2);                         \
	}                                                                \
	SEC("kprobe/" #func) int BPF_KPROBE(func##_kprobe, t1 a1, t2 a2) \
	{                                                                \
		return func##_hit(false, a1, a2);                        \
	}                                                                \
	static __always_inline int func##_hit(const bool typed, t1 a1, t2 a2)

#define RS_HOOK4(func, t1, a1, t2, a2, t3, a3, t4, a4)                                 \
	static int func##_hit(const bool typed, t1 a1, t2 a2, t3 a3, t4 a4);           \
	SEC("fentry/" #func) int BPF_PROG(func##_fentry, t1 a1, t2 a2, t3 a3, t4 a4)   \
	{                                                                              \
		return func##_hit(true, a1, a2, a3, a4);                               \
	}                                                                              \
	SEC("kprobe/" #func) int BPF_KPROBE(func##_kprobe, t1 a1, t2 a2, t3 a3, t4 a4) \
	{                                                                              \
		return func##_hit(false, a1, a2, a3, a4);                              \
	}                                                                              \
	static __always_inline int func##_hit(const bool typed, t1 a1, t2 a2, t3 a3, t4 a4)

/* Reads a field; by a direct load if the type is known: a probe read costs some forty instructions.
 */
#define RS_READ(typed, ptr, field)                                             \
	({                                                                     \
		typeof((ptr)->field) value_;                                   \
		if (typed)                                                     \
			value_ = (ptr)->field;                                 \
		else                                                           \
			bpf_core_read(&value_, sizeof(value_), &(ptr)->field); \
		value_;                                                        \
	})

/*
 * An address as a number. The verifier forbids arithmetic on a pointer with a known type, but
 * treats a negated pointer as a number.
 */
#define RS_ADDRESS(ptr)                                              \
	({                                                           \
		u64 address_ = (u64)(ptr);                           \
		asm volatile("%0 = -%0\n%0 = -%0" : "+r"(address_)); \
		address_;                                            \
	})

/* Ends a branch: the compiler must not merge it with another branch. */
#define RS_APART asm volatile("")

/* The object of @type whose @member lies at @ptr. */
#define RS_OUTER(ptr, type, member) \
	((type *)((char *)(ptr)-bpf_core_field_offset(((type *)0)->member)))

#endif
