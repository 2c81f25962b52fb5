/* SPDX-License-Identifier: GPL-2.0-only */
/* The steps of a queue that stands still, for a report: what is done, the holder, what follows. */
#ifndef RS_CHAIN_H
#define RS_CHAIN_H

#include <stdio.h>

#include "turn.h"

void rs_chain_print(FILE *out, const struct rs_turn *t);

#endif
