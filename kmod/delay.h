/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long a receive queue's interrupt waited for its poll, and how long the poll
 * took. Only while the parameter delays is on, for three more hooks.
 */
#ifndef RS_DELAY_H
#define RS_DELAY_H

#include <linux/types.h>

int rs_delay_init(void);
void rs_delay_exit(void);
bool rs_delay_wait_known(void);
bool rs_delay_length_known(void);

#endif
