/* SPDX-License-Identifier: GPL-2.0-only */
/* Where samples come from: the module in a guest, or the BPF programs on a host. */
#ifndef RS_SOURCE_H
#define RS_SOURCE_H

#include "snapshot.h"

/* Which queues to show. NULL or unknown = all. */
struct rs_filter {
	const char *tap;
	const char *vm; /* name or uuid */
	struct rs_num pid;
	struct rs_num queue; /* the tap's queue number */
	struct rs_num cid;   /* of the guest whose agent is asked */
	bool no_times;	     /* on the host: take no time stamps */
	bool verbose;	     /* -v: print libbpf's messages to stderr */
	bool keeps_open;     /* in a guest: open the module's file once; the module stays loaded */
	bool repeats; /* there are more samples than two: modules loaded later are attached then */
};

/*
 * A source of samples: one for each side. The caller opens it, samples once, twice or at each
 * interval, and closes it. Clock, Ctrl-C and output are the caller's.
 * open:   attaches and starts counting; on failure nothing stays attached and err is set.
 * sample: fills an empty sample, time_ns included; on failure the caller clears it.
 * nothing: called if a sample that needs queues has none: sets err. NULL = that is no error.
 * close:  detaches and frees; handle may be NULL.
 * open and sample return 0, or -1 with err set.
 */
struct rs_source {
	enum rs_side side;
	int (*open)(const struct rs_filter *filter, void **handle, struct rs_error *err);
	int (*sample)(void *handle, struct rs_sample *sample, struct rs_error *err);
	int (*nothing)(void *handle, struct rs_error *err);
	void (*close)(void *handle);
};

/* One row of `ringside check`: whether it works here, why not, and what to do. */
struct rs_check {
	const char *what; /* "vhost signals", "tun drops by reason" ... */
	bool works;
	const char *why; /* of one that works: what else is known of it; NULL = nothing */
	const char *fix; /* NULL = there is nothing to do */
};

typedef void (*rs_check_fn)(void *ctx, const struct rs_check *row);

/* Fills hostname, kernel, arch, boot_id and uuid of this machine; a value that cannot be read stays
 * unknown. */
void rs_taken_fill(struct rs_taken *t);

#endif
