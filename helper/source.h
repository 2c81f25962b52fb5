/* SPDX-License-Identifier: GPL-2.0-only */
/* Where samples come from: the module in a guest, or the BPF programs on a host. */
#ifndef RS_SOURCE_H
#define RS_SOURCE_H

#include "snapshot.h"

/* Which queues are wanted. NULL or unknown = all. */
struct rs_filter {
	const char *tap;
	const char *vm; /* name or uuid */
	struct rs_num pid;
	struct rs_num queue; /* the tap's queue number */
	bool no_times;	     /* of the host: take no time stamp, keep no time */
	bool verbose;	     /* -v: libbpf's and libnl's own messages may go to stderr */
};

/*
 * Where samples come from: one per side. The caller opens, samples once or
 * twice (or every -i), and closes; it owns the clock, Ctrl-C and the output.
 * open:   everything attached and counting, or nothing left behind and err set.
 * sample: fills an empty sample, time_ns included; on failure it is cleared by the caller.
 * close:  detaches and frees; handle may be NULL.
 * open and sample return 0, or -1 with err set.
 */
struct rs_source {
	enum rs_side side;
	int (*open)(const struct rs_filter *filter, void **handle, struct rs_error *err);
	int (*sample)(void *handle, struct rs_sample *sample, struct rs_error *err);
	void (*close)(void *handle);
};

/* One row of `ringside check`: does it work here, if not why, and what to do. */
struct rs_check {
	const char *what; /* "vhost signals", "tun drops by reason" ... */
	bool works;
	const char *why; /* NULL when it works */
	const char *fix; /* NULL when nothing can be done */
};

typedef void (*rs_check_fn)(void *ctx, const struct rs_check *row);

/* Fills hostname, kernel, arch, boot_id and uuid of this machine; what cannot be read stays
 * unknown. */
void rs_taken_fill(struct rs_taken *t);

#endif
