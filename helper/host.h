/* SPDX-License-Identifier: GPL-2.0-only */
/* The host's side: taps, vhost, KVM. */
#ifndef RS_HOST_H
#define RS_HOST_H

#include "source.h"

extern const struct rs_source rs_host_source;

/* Calls @row for each thing that this side needs. Return: 0 = everything works, -1 = it does not.
 */
int rs_host_check(rs_check_fn row, void *ctx);

#endif
