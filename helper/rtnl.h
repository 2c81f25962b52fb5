/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's own figures of taps, over rtnetlink: links, queues, drops, qdiscs; in each network
 * namespace that has a tap. */
#ifndef RS_RTNL_H
#define RS_RTNL_H

#include "snapshot.h"

struct rs_rtnl;

/* Connects to rtnetlink and reads links and qdiscs. Return: NULL with err set. */
struct rs_rtnl *rs_rtnl_open(struct rs_error *err);
void rs_rtnl_close(struct rs_rtnl *links); /* NULL allowed */

/* Reads links and qdiscs again. Return: 0, or -1 with err set; then the old figures stay. */
int rs_rtnl_refresh(struct rs_rtnl *links, struct rs_error *err);

/* Reads the links of another namespace, of which process @pid has a tap open; where that works. */
void rs_rtnl_enter(struct rs_rtnl *links, struct rs_num netns, unsigned int pid);

/* Lets go of the other namespaces, which a socket of ours would keep from ending. */
void rs_rtnl_leave(struct rs_rtnl *links);

/*
 * Finds a tap by its name: in this process's network namespace, else in the only other one that has
 * it; @netns receives its number. Return: the tap's ifindex, or -1 with RS_EXIT_NOTAP: no such
 * interface, not a tap, or more than one.
 */
int rs_rtnl_tap(struct rs_rtnl *links, const char *name, uint64_t *netns, struct rs_error *err);

/* Fills what the kernel knows of the tap with this ifindex and namespace, which process @pid has
 * open; nothing where its namespace has none, or cannot be entered. */
void rs_rtnl_fill(struct rs_rtnl *links, unsigned int pid, struct rs_tap *tap);

/* Reads the drops of all taps of a sample once more: tx_dropped_late. */
void rs_rtnl_again(struct rs_rtnl *links, struct rs_sample *s);

#endif
