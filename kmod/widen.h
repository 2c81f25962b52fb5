/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waits at the points between two steps that must not be torn apart, so that
 * tests meet the rare interleavings. Only the test build has them (RS_WIDEN=1).
 */
#ifndef RS_WIDEN_H
#define RS_WIDEN_H

#ifdef RS_WIDEN
void rs_widen(void);
#else
static inline void rs_widen(void) {}
#endif

#endif
