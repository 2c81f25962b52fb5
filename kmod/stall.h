/* SPDX-License-Identifier: GPL-2.0-only */
/* Look from time to time for a ring with used entries that are not consumed. */
#ifndef RS_STALL_H
#define RS_STALL_H

void rs_stall_init(void);
void rs_stall_exit(void);

#endif
