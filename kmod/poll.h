/* SPDX-License-Identifier: GPL-2.0-only */
/* Count polls by their origin, and find out what consumed the entries of a ring. */
#ifndef RS_POLL_H
#define RS_POLL_H

#include "account.h"

int rs_poll_init(void);
bool rs_poll_counted(void);
bool rs_poll_followed(const struct rs_queue *q);
enum rs_consumer rs_poll_cleaner(unsigned long site);

#endif
