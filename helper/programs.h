/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads the BPF programs and attaches each to its function. */
#ifndef RS_PROGRAMS_H
#define RS_PROGRAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "kallsyms.h"
#include "btf.h"

struct bpf_link;
struct bpf_program;
struct ringside_bpf;

/* How a program is attached to its function: the best way first. */
enum rs_how { RS_FENTRY, RS_FPROBE, RS_KPROBE, RS_TRACEPOINT };

/* One program; the caller sets the members up to unsure. */
struct rs_program {
	const char *function;
	struct rs_symbol sym;
	bool tracepoint; /* a tracepoint of the kernel, not a function */
	bool wanted;
	bool unsure; /* fentry may attach and never be called: load the kprobe program, too */
	enum rs_how how;
	enum rs_how at_best; /* the best way that is still possible */
	struct bpf_program *prog;
	struct bpf_program *spare;
	struct bpf_link *link; /* NULL = not attached */
};

/* The constants of the BPF object. */
struct rs_constants {
	unsigned int ifindex;	   /* count only this tap, 0 = all */
	bool times;		   /* take time stamps and fill the histograms of times */
	uint64_t tun_proto;	   /* address of tun_proto; 0 = sk_data_ready is not hooked */
	uint64_t run_queues;	   /* address of runqueues, in each CPU's own data; 0 = unknown */
	uint64_t cpu_offsets;	   /* address of __per_cpu_offset; 0 = unknown */
	struct rs_symbol xmit[2];  /* tun_net_xmit and its .cold clone */
	struct rs_symbol frame[2]; /* tap_handle_frame and its .cold clone */
};

/* Keeps libbpf's first warning; with @verbose all of libbpf's messages go to stderr. */
void rs_programs_log(bool verbose);
const char *rs_programs_message(void);

/**
 * rs_programs_load() - load and attach every program that is wanted
 * @fentry: use fentry if the function has BTF and ftrace confirms that the program will be called,
 * else an fprobe, else a kprobe; false = kprobes only
 *
 * Return: 0, or a negative errno with nothing loaded.
 */
int rs_programs_load(struct ringside_bpf **bpf, struct rs_program *programs, size_t n,
		     const struct rs_constants *constants, struct rs_btf *btf, bool fentry);
void rs_programs_unload(struct ringside_bpf **bpf, struct rs_program *programs, size_t n);

/*
 * Hits of a function for which the kernel did not run the program. @counted: this kernel counts
 * them for fprobes and kprobes (from 6.7). Return: false = the kernel does not count them.
 */
bool rs_programs_missed(const struct rs_program *p, bool counted, uint64_t *count);

#endif
