/* SPDX-License-Identifier: GPL-2.0-only */
/* What an agent in a guest answers: see wire.h. */
#ifndef RS_REMOTE_H
#define RS_REMOTE_H

#include "snapshot.h"

/**
 * rs_remote_sample() - ask the agent in a guest for one sample
 * @cid: the guest's
 * @s: filled, without a begin
 *
 * Return: 0, or -1 with err set: RS_EXIT_NOGUEST where nobody answers, else what the agent says.
 */
int rs_remote_sample(unsigned int cid, struct rs_snapshot *s, struct rs_error *err);

/* The same by a socket that is connected, within @timeout_ms. */
int rs_remote_ask(int fd, const char *where, unsigned int timeout_ms, struct rs_snapshot *s,
		  struct rs_error *err);

#endif
