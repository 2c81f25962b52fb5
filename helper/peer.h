/* SPDX-License-Identifier: GPL-2.0-only */
/* Which process on this host runs the guest with which CID: from the VMMs' command lines. */
#ifndef RS_PEER_H
#define RS_PEER_H

#include "source.h"

/**
 * rs_peer_find() - complete a filter that names a guest
 *
 * By --vm or --pid the CID is looked for. Return: 0, or -1 with RS_EXIT_NOTAP or RS_EXIT_USAGE.
 */
int rs_peer_find(struct rs_filter *filter, struct rs_error *err);

/* Return: the process that runs the guest with this CID; unknown if none has it on its command line
 * (another VMM than QEMU), or several. */
struct rs_num rs_peer_pid(uint64_t cid);

#endif
