/* SPDX-License-Identifier: GPL-2.0-only */
/* What was asked for and is not on this host: the error says what is there instead. */
#ifndef RS_SOUGHT_H
#define RS_SOUGHT_H

#include "scan.h"
#include "source.h"

struct rs_sought {
	const struct rs_filter *filter;
	const struct rs_scan *scan;
	const struct rs_vm *vms; /* of the processes with a virtual machine, tap or vhost device */
	size_t vms_n;
	bool own_pids;	/* ringside runs in a PID namespace of its own: it cannot see the host's */
	uint64_t netns; /* of the tap that --tap names */
};

/* Checks --tap with --queue, --pid and --vm. Return: 0, or -1 with RS_EXIT_NOTAP. */
int rs_sought_check(const struct rs_sought *s, struct rs_error *err);

/* Says why not one virtqueue was found. Return: -1 with RS_EXIT_NOTAP. */
int rs_sought_nothing(const struct rs_sought *s, struct rs_error *err);

/* Whether this process runs in another PID namespace than the host's first one. */
bool rs_sought_own_pids(void);

#endif
