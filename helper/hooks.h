/* SPDX-License-Identifier: GPL-2.0-only */
/* The hooks of the host side: which are attached, and what is unknown without them. */
#ifndef RS_HOOKS_H
#define RS_HOOKS_H

#include "source.h"
#include "../bpf/maps.h"

struct ringside_bpf;
struct rs_hooks;

/*
 * Finds each function of the table in the running kernel and attaches a program to it: with fentry
 * if the kernel can, else with an fprobe or a kprobe. @ifindex: count only this tap, 0 = all.
 * @times: false = take no time stamps; all times are unknown. Return: NULL with err set and nothing
 * attached, if something that is required is missing.
 */
struct rs_hooks *rs_hooks_attach(unsigned int ifindex, bool times, bool verbose,
				 struct rs_error *err);
void rs_hooks_detach(struct rs_hooks *h); /* NULL allowed */

/* Whether a module was loaded since, of which there may be hooks now. */
bool rs_hooks_late(const struct rs_hooks *h);

struct ringside_bpf *rs_hooks_bpf(struct rs_hooks *h);

/*
 * The counters and histograms (bit RS_HOST_COUNTERS + hist) that are unknown of a queue of a tap of
 * this driver, with so many open @queues: a hook of theirs is not attached; or it is a macvtap with
 * several queues, and when a packet comes it is not known for which of them.
 */
unsigned long long rs_hooks_unknown(const struct rs_hooks *h, enum rs_driver driver,
				    unsigned int queues);

/* Adds a row for each hook and for each table. @macvtap: there is one, so that its hooks matter.
 * Return: 0, or -1: out of memory. */
int rs_hooks_fill(struct rs_hooks *h, bool macvtap, struct rs_sample *s);

/* Attaches all hooks, as rs_hooks_attach() does, and calls @row for each. @works: whether all of
 * them work. Return: the hooks, or NULL: nothing is attached, and a row has said why. */
struct rs_hooks *rs_hooks_check(rs_check_fn row, void *ctx, bool *works);

#endif
