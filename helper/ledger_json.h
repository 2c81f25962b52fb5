/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RS_LEDGER_JSON_H
#define RS_LEDGER_JSON_H

#include <stdio.h>

#include "verdict.h"

struct json_object;

#define RS_LEDGER_SCHEMA "ringside-ledger/1"

/* Reading, judging and printing take at most so many times the size of the files. */
#define RS_LEDGER_MEMORY 1024

/* The ledger and its verdicts. Unknown figures have no key. Return: as rs_json_text(). */
char *rs_ledger_text(const struct rs_ledger *l, const struct rs_verdict *v);

/* Prints the same; the caller checks whether it was written. */
void rs_ledger_print(FILE *out, const struct rs_ledger *l, const struct rs_verdict *v);

/* One of its verdicts. */
struct json_object *rs_ledger_finding(const struct rs_verdict *v, const struct rs_finding *f);

#endif
