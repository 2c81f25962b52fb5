/* SPDX-License-Identifier: GPL-2.0-only */
/* Which process on this host runs the guest with which CID: from the VMMs' command lines. */
#ifndef RS_PEER_H
#define RS_PEER_H

#include "source.h"

/**
 * rs_peer_find() - complete a filter that names a guest
 *
 * By --vm or --pid the CID is looked for, by the CID the process, so that only its queues are
 * counted; a process that is not found (another VMM than QEMU) is no error. Return: 0, or -1 with
 * RS_EXIT_NOTAP or RS_EXIT_USAGE.
 */
int rs_peer_find(struct rs_filter *filter, struct rs_error *err);

#endif
