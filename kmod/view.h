/* SPDX-License-Identifier: GPL-2.0-only */
/* The views for people. */
#ifndef RS_VIEW_H
#define RS_VIEW_H

struct seq_file;

int rs_view_queues(struct seq_file *m, void *unused);
int rs_view_irqs(struct seq_file *m, void *unused);
int rs_view_events(struct seq_file *m, void *unused);
int rs_view_hooks(struct seq_file *m, void *unused);
int rs_view_map(struct seq_file *m, void *unused);
int rs_view_polls(struct seq_file *m, void *unused);
int rs_view_pollers(struct seq_file *m, void *unused);

#endif
