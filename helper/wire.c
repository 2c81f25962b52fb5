// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "window.h"
#include "wire.h"

#define NS_PER_MS 1000000

static int fail(int error)
{
	errno = error;
	return -1;
}

static int wait_for(const struct rs_wire *w, short events)
{
	struct pollfd p = {.fd = w->fd, .events = events};
	uint64_t now = rs_window_now();

	if (now >= w->deadline_ns)
		return fail(ETIMEDOUT);
	if (poll(&p, 1, (int)((w->deadline_ns - now) / NS_PER_MS) + 1) < 0 && errno != EINTR)
		return -1;
	return 0;
}

static bool is_later(ssize_t got)
{
	return got < 0 && (errno == EAGAIN || errno == EINTR);
}

int rs_wire_write(const struct rs_wire *w, const char *text, size_t len)
{
	while (len) {
		ssize_t put = send(w->fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (is_later(put)) {
			if (wait_for(w, POLLOUT))
				return -1;
			continue;
		}
		if (put < 0)
			return -1;
		text += put;
		len -= put;
	}
	return 0;
}

static int read_some(const struct rs_wire *w, char *text, size_t len, size_t *got)
{
	ssize_t n;

	while (is_later(n = recv(w->fd, text, len, MSG_DONTWAIT)))
		if (wait_for(w, POLLIN))
			return -1;
	*got = n;
	return n ? (n < 0 ? -1 : 0) : fail(ENODATA);
}

int rs_wire_read(const struct rs_wire *w, char *text, size_t len)
{
	size_t got;

	for (; len; text += got, len -= got)
		if (read_some(w, text, len, &got))
			return -1;
	return 0;
}

/* Byte by byte: what follows the line is not of it. */
int rs_wire_line(const struct rs_wire *w, char *line, size_t size)
{
	size_t got;

	for (size_t i = 0; i < size; i++) {
		if (read_some(w, line + i, 1, &got))
			return -1;
		if (!line[i])
			return fail(EBADMSG);
		if (line[i] == '\n') {
			line[i] = '\0';
			return 0;
		}
	}
	return fail(EMSGSIZE);
}
