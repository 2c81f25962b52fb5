/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a host and the agent in its guest say to each other over vsock. A connection is one request
 * and one reply:
 *
 *   host:   "ringside-agent/1 sample\n"
 *   guest:  "ok LENGTH\n", and a snapshot in JSON of LENGTH bytes, without a begin
 *      or:  "no STATUS SENTENCE\n", with an exit status of RS_EXITS
 *
 * Neither side trusts the other: each line and each reply has an upper bound, and so has the time
 * that all of it may take.
 */
#ifndef RS_WIRE_H
#define RS_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

#define RS_WIRE_SAMPLE "ringside-agent/1 sample"

enum {
	RS_WIRE_PORT = 7467,	   /* the agent's */
	RS_WIRE_LINE = 640,	   /* bytes of a line, with its line feed */
	RS_WIRE_REPLY = 8 << 20,   /* bytes of a snapshot */
	RS_WIRE_ASK_MS = 1000,	   /* for the whole request */
	RS_WIRE_CONNECT_MS = 2000, /* until a guest takes a connection */
	RS_WIRE_ANSWER_MS = 10000, /* for the whole reply */
	RS_WIRE_PRIVILEGED = 1024, /* ports below it are for privileged users */
};

/* The instant, by rs_window_now(), after which reading and writing give up. */
struct rs_wire {
	int fd;
	uint64_t deadline_ns;
};

/* Return: 0, or -1 with errno, ETIMEDOUT among others. The socket does not block. */
int rs_wire_write(const struct rs_wire *w, const char *text, size_t len);

/* Fills @text completely. Return: likewise; ENODATA if the other side ended before. */
int rs_wire_read(const struct rs_wire *w, char *text, size_t len);

/* Reads a line of text up to its line feed, which is taken away. Return: likewise; EMSGSIZE if none
 * comes within @size bytes, EBADMSG if a NUL does. */
int rs_wire_line(const struct rs_wire *w, char *line, size_t size);

#endif
