/* SPDX-License-Identifier: GPL-2.0-only */
/* What several files in debugfs show in the same way. */
#ifndef RS_SHOW_H
#define RS_SHOW_H

#include <linux/seq_file.h>
#include "reading.h"

void rs_show_text(struct seq_file *m, const char *key, const char *value);
void rs_show_hooks(struct seq_file *m, bool standby);
void rs_show_hists(struct seq_file *m, struct rs_queue *q);
void rs_show_delays(struct seq_file *m, struct rs_queue *q);
void rs_show_proof(struct seq_file *m, const struct rs_queue *q, const struct rs_reading *r);
void rs_show_cpus(struct seq_file *m);
const char *rs_show_device_name(const struct rs_device *d);
struct rs_queue *rs_show_line_queue(struct rs_line *line, struct rs_reading *r);

#endif
