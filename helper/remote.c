// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

#include "fields.h"
#include "plain.h"
#include "remote.h"
#include "snapshot_json.h"
#include "window.h"
#include "wire.h"

enum { NS_PER_MS = 1000000, PORT_FIRST = 600 };

static int no_answer(const char *where, const char *what, struct rs_error *err)
{
	return rs_error_set(err, RS_EXIT_NOGUEST,
			    "%s: %s: does `ringside agent` run in that guest?", where, what);
}

/* A guest must not choose any exit status of the host's command. */
static enum rs_exit status_of(int status)
{
	return status == RS_EXIT_CANNOT || status == RS_EXIT_NOPERM || status == RS_EXIT_NOTSETUP
		       ? (enum rs_exit)status
		       : RS_EXIT_NOGUEST;
}

/* "no STATUS SENTENCE": the sentence is a guest's, and not trusted. */
static int refused(const char *where, const char *line, struct rs_error *err)
{
	char text[300];
	int status, at = 0;

	if (sscanf(line, "no %3d %n", &status, &at) != 1 || !at)
		return rs_error_set(err, RS_EXIT_DATA,
				    "%s: the first line of its answer is neither \"ok\" nor \"no\"",
				    where);
	rs_plain_copy(text, sizeof(text), line + at);
	return rs_error_set(err, status_of(status), "%s: %s", where, text);
}

static int snapshot_read(const struct rs_wire *w, const char *where, size_t len,
			 struct rs_snapshot *s, struct rs_error *err)
{
	char *text = malloc(len + 1);
	int ret;

	if (!text)
		return rs_error_set(err, RS_EXIT_ERROR, "out of memory");
	text[len] = '\0';
	if (rs_wire_read(w, text, len))
		ret = no_answer(where, strerror(errno), err);
	else
		ret = rs_snapshot_parse(s, text, len, where, err);
	free(text);
	if (ret)
		return ret;
	if (s->side == RS_SIDE_GUEST && !s->has_begin)
		return 0;
	rs_snapshot_clear(s);
	return rs_error_set(err, RS_EXIT_DATA, "%s: its answer is no sample of a guest", where);
}

int rs_remote_ask(int fd, const char *where, unsigned int timeout_ms, struct rs_snapshot *s,
		  struct rs_error *err)
{
	struct rs_wire w = {fd, rs_window_now() + (uint64_t)timeout_ms * NS_PER_MS};
	char line[RS_WIRE_LINE];
	uint64_t len;

	if (rs_wire_write(&w, RS_WIRE_SAMPLE "\n", sizeof(RS_WIRE_SAMPLE)) ||
	    rs_wire_line(&w, line, sizeof(line)))
		return no_answer(where, strerror(errno), err);
	if (strncmp(line, "ok ", 3))
		return refused(where, line, err);
	if (!rs_number_parse(line + 3, &len) || len > RS_WIRE_REPLY)
		return rs_error_set(err, RS_EXIT_DATA,
				    "%s: its answer has no length, or more than %d bytes", where,
				    RS_WIRE_REPLY);
	return snapshot_read(&w, where, len, s, err);
}

/*
 * A privileged port shows the agent that no other user of this host asks. Each connection has
 * another one: the guest may not be done with the last one, and resets what looks like it.
 */
static int port_bind(int fd)
{
	static unsigned int last = RS_WIRE_PRIVILEGED;
	struct sockaddr_vm own = {.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY};

	for (int i = PORT_FIRST; i < RS_WIRE_PRIVILEGED; i++) {
		last = last > PORT_FIRST ? last - 1 : RS_WIRE_PRIVILEGED - 1;
		own.svm_port = last;
		if (!bind(fd, (struct sockaddr *)&own, sizeof(own)))
			return 0;
		if (errno != EADDRINUSE)
			return -1;
	}
	return -1;
}

static int peer_connect(int fd, unsigned int cid)
{
	struct sockaddr_vm peer = {
		.svm_family = AF_VSOCK, .svm_cid = cid, .svm_port = RS_WIRE_PORT};
	struct timeval timeout = {RS_WIRE_CONNECT_MS / 1000, RS_WIRE_CONNECT_MS % 1000 * 1000};

	setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_CONNECT_TIMEOUT, &timeout, sizeof(timeout));
	return connect(fd, (struct sockaddr *)&peer, sizeof(peer));
}

int rs_remote_sample(unsigned int cid, struct rs_snapshot *s, struct rs_error *err)
{
	int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0), ret;
	char where[40];

	snprintf(where, sizeof(where), "vsock:%u", cid);
	if (fd < 0)
		return rs_error_set(err, RS_EXIT_CANNOT,
				    "this host has no vsock (%s): load vhost_vsock",
				    strerror(errno));
	if (port_bind(fd))
		ret = rs_error_set(err, RS_EXIT_NOPERM,
				   "cannot take a privileged port of vsock: %s; run it as root",
				   strerror(errno));
	else if (peer_connect(fd, cid))
		ret = no_answer(where, strerror(errno), err);
	else
		ret = rs_remote_ask(fd, where, RS_WIRE_ANSWER_MS, s, err);
	close(fd);
	return ret;
}
