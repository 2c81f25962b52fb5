/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line. */
#ifndef RS_OPTS_H
#define RS_OPTS_H

#include "commands.h"

/**
 * rs_opts_parse() - read the command line
 *
 * Return: 0, or -1 with RS_EXIT_USAGE. Without a text in @err the message was printed already.
 */
int rs_opts_parse(struct rs_opts *opts, int argc, char **argv, struct rs_error *err);

/**
 * rs_duration_parse() - "10s", "500ms", "2m", "1h", or seconds without a unit
 *
 * Return: NULL with @ns from 1 ms to 168 h, or what it must be.
 */
const char *rs_duration_parse(const char *text, uint64_t *ns);

#endif
