/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's own figures of taps, over rtnetlink: links, queues, drops, qdiscs. */
#ifndef RS_RTNL_H
#define RS_RTNL_H

#include "snapshot.h"

struct rs_rtnl;

/* Connects to rtnetlink and reads links and qdiscs. Return: NULL with err set. */
struct rs_rtnl *rs_rtnl_open(struct rs_error *err);
void rs_rtnl_close(struct rs_rtnl *links); /* NULL allowed */

/* Reads links and qdiscs again. Return: 0, or -1 with err set; then the old figures stay. */
int rs_rtnl_refresh(struct rs_rtnl *links, struct rs_error *err);

/* Return: the tap's ifindex, or -1 with RS_EXIT_NOTAP: no such interface, or not a tap. */
int rs_rtnl_tap(struct rs_rtnl *links, const char *name, struct rs_error *err);

/* Fills what the kernel knows of a tap; nothing if it has no interface @ifindex. */
void rs_rtnl_fill(struct rs_rtnl *links, unsigned int ifindex, struct rs_tap *tap);

#endif
