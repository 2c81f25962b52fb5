// SPDX-License-Identifier: GPL-2.0-only
/*
 * The second target of the fuzzer: the bytes are what the other side of a connection sends, first
 * to a guest's agent, then to the host that asked it.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent.h"
#include "remote.h"
#include "wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned int samples;

static int sample(void *handle, struct rs_sample *s, struct rs_error *err)
{
	(void)handle;
	(void)err;
	samples++;
	s->time_ns = rs_num_of(1);
	return 0;
}

static const struct rs_source source = {.side = RS_SIDE_GUEST, .sample = sample};

/* What is sent waits in the socket: it must fit. */
enum { SIZE = 65536 };

static void sent(int fds[2], const uint8_t *data, size_t size)
{
	int room = 4 * SIZE;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		abort();
	setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	if (send(fds[0], data, size < SIZE ? size : SIZE, MSG_DONTWAIT) < 0 && size)
		abort();
	shutdown(fds[0], SHUT_WR);
}

static void both_close(int fds[2])
{
	close(fds[0]);
	close(fds[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char request[] = RS_WIRE_SAMPLE "\n";
	bool asks = size >= sizeof(request) - 1 && !memcmp(data, request, sizeof(request) - 1);
	struct rs_agent agent = {.source = &source};
	struct rs_error err = {0};
	struct rs_snapshot s;
	int fds[2];

	samples = 0;
	sent(fds, data, size);
	rs_agent_answer(&agent, fds[1]);
	both_close(fds);
	if (samples != asks || agent.answered != asks || agent.refused == asks)
		abort();
	sent(fds, data, size);
	if (!rs_remote_ask(fds[1], "guest", RS_WIRE_ANSWER_MS, &s, &err))
		rs_snapshot_clear(&s);
	else if (err.status == RS_EXIT_OK || err.status == RS_EXIT_VERDICT || !*err.text)
		abort();
	both_close(fds);
	return 0;
}
