/* SPDX-License-Identifier: GPL-2.0-only */
/* The files under /sys/kernel/debug/ringside; debugfs-docs has the ABI of each. */
#ifndef RS_DEBUGFS_H
#define RS_DEBUGFS_H

int rs_debugfs_init(void);
void rs_debugfs_exit(void);

#endif
