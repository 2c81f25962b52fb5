/* SPDX-License-Identifier: GPL-2.0-only */
/* What was seen of the host - its open files, the tables, rtnetlink - as rows of a sample. */
#ifndef RS_SEEN_H
#define RS_SEEN_H

#include "hooks.h"
#include "scan.h"
#include "source.h"
#include "tables.h"

struct rs_rtnl;

struct rs_seen {
	struct rs_filter filter;
	uint64_t netns; /* of the tap that --tap names */
	struct rs_rtnl *rtnl;
	struct rs_hooks *hooks;
	struct rs_scan scan; /* the last scan of the open files */
	uint32_t scans;	     /* its number */
	struct rs_tables tables;
};

/* Whether this is a queue of a tap that was asked for. */
bool rs_seen_wanted(const struct rs_seen *seen, const struct rs_found *tun);

/* Whether a queue of a macvtap or ipvtap is open that was asked for. */
bool rs_seen_macvtap(const struct rs_seen *seen);

/* Adds the virtual machine of a process, unless it is there; @kvm: as the scan found it, NULL =
 * look for it. Return: NULL = out of memory. Valid until the next one is added. */
struct rs_vm *rs_seen_vm(const struct rs_seen *seen, struct rs_sample *s, unsigned int pid,
			 const struct rs_found *kvm);

/* Adds each queue with its machine and its tap. Return: 0, or not 0: out of memory. */
int rs_seen_fill(struct rs_seen *seen, struct rs_sample *s);

#endif
