/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the host side listens: which functions, how, and what is unknown without them. */
#ifndef RS_HOOKS_H
#define RS_HOOKS_H

#include "source.h"

struct ringside_bpf;
struct rs_hooks;

/*
 * Finds each function of the table in the running kernel, loads the programs that fit and attaches
 * them: with fentry if the kernel can, else with fprobes or kprobes. @ifindex: the only tap to
 * count, 0 = all. @times: false = no time is taken, and all that is one is unknown. Return: NULL
 * with err set and nothing attached: something needed is missing.
 */
struct rs_hooks *rs_hooks_attach(unsigned int ifindex, bool times, bool verbose,
				 struct rs_error *err);
void rs_hooks_detach(struct rs_hooks *h); /* NULL allowed */

struct ringside_bpf *rs_hooks_bpf(struct rs_hooks *h);

/* Whether all that this counter needs is attached. */
bool rs_hooks_know(const struct rs_hooks *h, enum rs_host_counter counter);
bool rs_hooks_know_hist(const struct rs_hooks *h, enum rs_host_hist hist);

/* Adds a row for each hook, and one for each map that overflowed. Return: 0, or -1: out of memory.
 */
int rs_hooks_fill(struct rs_hooks *h, struct rs_sample *s);

/* Calls @row for each group of counters: works, or why not. Return: 0 = all work. */
int rs_hooks_check(rs_check_fn row, void *ctx);

#endif
