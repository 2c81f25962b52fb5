/* SPDX-License-Identifier: GPL-2.0-only */
/* What another program prints. */
#ifndef RS_OUTPUT_H
#define RS_OUTPUT_H

#include <stddef.h>

/**
 * rs_output() - run a program, and keep what it prints on both of its outputs
 * @argv: argv[0] is sought in PATH
 * @max: bytes at most; the rest is left out, and a last line says so
 * @timeout_ms: then it is killed, and a last line says so; one that cannot be killed is left
 * @status: 0 if it ended with exit status 0; may be NULL
 *
 * Return: the text, to be freed: why it could not be run, if so; NULL = out of memory.
 */
char *rs_output(char *const *argv, size_t max, unsigned int timeout_ms, int *status);

#endif
