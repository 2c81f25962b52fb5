/* SPDX-License-Identifier: GPL-2.0-only */
/* The hot path takes time in cycles; nanoseconds are computed when they are shown. */
#ifndef RS_CLOCK_H
#define RS_CLOCK_H

#include <linux/types.h>

u64 rs_clock_ns(u64 cycles);

#endif
