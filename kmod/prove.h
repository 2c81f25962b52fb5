/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Count a second time, on demand, by the functions' own arguments and results:
 * vring_interrupt(), note_interrupt() and virtnet_poll(). A user proves the
 * counts in his own guest that way. Off, it costs nothing.
 */
#ifndef RS_PROVE_H
#define RS_PROVE_H

#include "reading.h"

int rs_prove_init(void);
void rs_prove_exit(void);
bool rs_prove_known(const struct rs_queue *q, enum rs_proof i);
extern const char * const rs_proof_names[RS_PROOFS];

#endif
