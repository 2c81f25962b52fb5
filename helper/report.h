/* SPDX-License-Identifier: GPL-2.0-only */
/* A ledger with its findings as one page of HTML, which needs no other file, network or script. */
#ifndef RS_REPORT_H
#define RS_REPORT_H

#include "verdict.h"

/* Both sides must be there: the page has both snapshots in it, see embed.h. Return: the page, to
 * be freed; NULL = out of memory. */
char *rs_report_text(const struct rs_ledger *l, const struct rs_verdict *v);

#endif
