/* SPDX-License-Identifier: GPL-2.0-only */
/* Network namespaces, by their numbers: the inodes of /proc/PID/ns/net. */
#ifndef RS_NETNS_H
#define RS_NETNS_H

#include <stdbool.h>
#include <stdint.h>

/* Return: the number of this process's own; 0 = unknown. */
uint64_t rs_netns_own(void);

/*
 * Opens namespace @netns: through process @pid if that is in it, else through /run/netns (`ip
 * netns`) or any other process. Return: a descriptor, or -1: nothing that can be seen leads to it.
 */
int rs_netns_open(uint64_t netns, unsigned int pid);

/*
 * Calls @each once for each namespace that can be seen but this process's own, with a descriptor
 * that is valid in the call, until @each returns false.
 */
void rs_netns_each(bool (*each)(void *ctx, int fd, uint64_t netns), void *ctx);

/*
 * Runs @work in the namespace of descriptor @fd, in a thread of its own: the caller stays where it
 * is. A socket that @work opens stays in that namespace. Return: 0, or -1 with errno: @work did
 * not run.
 */
int rs_netns_run(int fd, void (*work)(void *ctx), void *ctx);

#endif
