/* SPDX-License-Identifier: GPL-2.0-only */
/* Which interrupt line serves a queue. */
#ifndef RS_LINE_H
#define RS_LINE_H

#include <linux/list.h>
#include <linux/types.h>

struct rs_queue;

extern struct list_head rs_lines;

int rs_line_attach(struct rs_queue *q);
void rs_line_detach(struct rs_queue *q);
bool rs_line_any_threaded(void);

#endif
