/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads the BPF side's programs and ties each to its function. */
#ifndef RS_PROGRAMS_H
#define RS_PROGRAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "kallsyms.h"
#include "btf.h"

struct bpf_link;
struct bpf_program;
struct ringside_bpf;

/* How a program is tied to its function: the best way first. */
enum rs_how { RS_FENTRY, RS_FPROBE, RS_KPROBE, RS_TRACEPOINT };

/* One program; the caller fills the first five. */
struct rs_program {
	const char *function;
	struct rs_symbol sym;
	bool tracepoint; /* a tracepoint of the kernel, not a function */
	bool wanted;
	bool doubtful; /* fentry may be deaf: another program is kept ready */
	enum rs_how how;
	enum rs_how at_best; /* the kernel has not got a better way, or would not run it */
	struct bpf_program *prog;
	struct bpf_program *spare;
	struct bpf_link *link; /* NULL = not attached */
};

/* What the BPF side takes as constants. */
struct rs_constants {
	unsigned int ifindex;	  /* the only tap to count, 0 = all */
	bool times;		  /* take time stamps and fill the histograms of times */
	uint64_t tun_proto;	  /* of tun's sockets; 0 = unless sk_data_ready is listened to */
	struct rs_symbol xmit[2]; /* tun_net_xmit and its cold part */
};

/* libbpf's messages: the last warning is kept, all of them go to stderr if @aloud. */
void rs_programs_log(bool aloud);
const char *rs_programs_said(void);

/**
 * rs_programs_load() - load and attach every program that is wanted
 * @fentry: use fentry where the kernel describes the function and ftrace confirms it, else an
 * fprobe, else a kprobe; or kprobes only
 *
 * Return: 0, or a negative errno with nothing left loaded.
 */
int rs_programs_load(struct ringside_bpf **bpf, struct rs_program *programs, size_t n,
		     const struct rs_constants *constants, struct rs_btf *btf, bool fentry);
void rs_programs_unload(struct ringside_bpf **bpf, struct rs_program *programs, size_t n);

/*
 * Hits at which the kernel did not run a function's program. @told: this kernel counts those of
 * fprobes. Return: false = it does not tell.
 */
bool rs_programs_missed(const struct rs_program *p, bool told, uint64_t *count);

#endif
