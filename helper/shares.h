/* SPDX-License-Identifier: GPL-2.0-only */
/* Prints where the time of a packet goes. */
#ifndef RS_SHARES_H
#define RS_SHARES_H

#include <stdio.h>

#include "slow.h"

/* For each receive queue whose times are known: its parts, which add up to 100 %, and what is not
 * measured. */
void rs_shares_print(FILE *out, const struct rs_ledger *l);

#endif
