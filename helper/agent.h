/* SPDX-License-Identifier: GPL-2.0-only */
/* Answers the host over vsock with what the module in this guest counted: see wire.h. */
#ifndef RS_AGENT_H
#define RS_AGENT_H

#include "source.h"

struct rs_agent {
	const struct rs_source *source;
	void *handle;	       /* of the source, open */
	struct rs_taken taken; /* of this guest: what is not readable later without rights */
	uint64_t answered, refused;
};

/* Reads one request from a socket, and writes its reply. The time that it takes is bounded. */
void rs_agent_answer(struct rs_agent *agent, int fd);

/**
 * rs_agent_run() - answer until SIGINT or SIGTERM
 *
 * One connection at a time, of the host's CID and a privileged port of it. All rights are given up
 * before the first one. Return: 0, or -1 with err set.
 */
int rs_agent_run(const struct rs_source *source, bool quiet, struct rs_error *err);

#endif
