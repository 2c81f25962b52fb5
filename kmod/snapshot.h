/* SPDX-License-Identifier: GPL-2.0-only */
/* The snapshot for programs: everything ringside knows, at one instant. */
#ifndef RS_SNAPSHOT_H
#define RS_SNAPSHOT_H

struct seq_file;

int rs_snapshot_show(struct seq_file *m, void *unused);

#endif
