/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line of a VMM without what is nobody's business. */
#ifndef RS_REDACT_H
#define RS_REDACT_H

#include <stddef.h>
#include <stdio.h>

/**
 * rs_redact_print() - print the arguments of a command line, a line each
 * @args: as /proc/PID/cmdline has them: each ends with a NUL
 *
 * The value of each key that may be a secret by its name (password, secret, key, token, data and
 * so on) is replaced by [cut], up to the comma that ends it or to the end of the argument, in
 * key=value,... and in JSON; so are names and passwords in addresses (//user:password@), and the
 * argument of an option of such a name. Rather too much than too little.
 */
void rs_redact_print(FILE *out, const char *args, size_t len);

#endif
