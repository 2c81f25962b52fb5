// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

#include "agent.h"
#include "snapshot_json.h"
#include "window.h"
#include "wire.h"

enum { NOBODY = 65534, BACKLOG = 4, FILES = 32, NS_PER_MS = 1000000 };

/* Return: the reply to a sample's request, to be freed; NULL = out of memory. */
static char *sample_text(const struct rs_agent *agent, struct rs_error *err)
{
	struct rs_snapshot s = {.side = agent->source->side, .taken = agent->taken};
	char *text = NULL;

	if (!agent->source->sample(agent->handle, &s.end, err)) {
		s.end.wall_ns = rs_window_wall();
		text = rs_snapshot_text(&s);
		if (!text)
			rs_error_set(err, RS_EXIT_ERROR, "out of memory");
	}
	rs_snapshot_clear(&s);
	return text;
}

static void refusal_write(const struct rs_wire *w, const struct rs_error *err)
{
	char line[RS_WIRE_LINE];
	int len = snprintf(line, sizeof(line), "no %d %s\n", err->status, err->text);

	rs_wire_write(w, line, len);
}

static void sample_write(const struct rs_agent *agent, struct rs_wire *w)
{
	struct rs_error err = {.status = RS_EXIT_OK};
	char *text = sample_text(agent, &err), line[40];
	size_t len = text ? strlen(text) : 0;

	w->deadline_ns = rs_window_now() + (uint64_t)RS_WIRE_ANSWER_MS * NS_PER_MS;
	if (len > RS_WIRE_REPLY)
		rs_error_set(&err, RS_EXIT_CANNOT,
			     "the guest's snapshot has %zu bytes, %d at most go over vsock: use "
			     "`ringside guest -o` there",
			     len, RS_WIRE_REPLY);
	if (err.status) {
		refusal_write(w, &err);
	} else if (snprintf(line, sizeof(line), "ok %zu\n", len) > 0 &&
		   !rs_wire_write(w, line, strlen(line))) {
		rs_wire_write(w, text, len);
	}
	free(text);
}

void rs_agent_answer(struct rs_agent *agent, int fd)
{
	struct rs_wire w = {fd, rs_window_now() + (uint64_t)RS_WIRE_ASK_MS * NS_PER_MS};
	struct rs_error err = {.status = RS_EXIT_OK};
	char line[RS_WIRE_LINE];

	if (rs_wire_line(&w, line, sizeof(line))) {
		agent->refused++;
		return;
	}
	if (!strcmp(line, RS_WIRE_SAMPLE)) {
		agent->answered++;
		sample_write(agent, &w);
		return;
	}
	agent->refused++;
	rs_error_set(&err, RS_EXIT_USAGE,
		     "unknown request: this agent understands \"%s\"; install the same version on "
		     "both sides",
		     RS_WIRE_SAMPLE);
	refusal_write(&w, &err);
}

/* Only the host, and there only who is privileged: every other user of the host could connect. */
static bool is_admitted(const struct sockaddr_vm *peer)
{
	return peer->svm_family == AF_VSOCK && peer->svm_cid == VMADDR_CID_HOST &&
	       peer->svm_port < RS_WIRE_PRIVILEGED;
}

static void serve(struct rs_agent *agent, int listener)
{
	struct sockaddr_vm peer = {0};
	socklen_t len = sizeof(peer);
	int fd = accept4(listener, (struct sockaddr *)&peer, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (is_admitted(&peer))
		rs_agent_answer(agent, fd);
	else
		agent->refused++;
	close(fd);
}

static int no_vsock(int error, struct rs_error *err)
{
	return rs_error_set(err, RS_EXIT_CANNOT,
			    "this guest has no vsock (%s): give it a device (QEMU: -device "
			    "vhost-vsock-pci,guest-cid=3) and load vmw_vsock_virtio_transport",
			    strerror(error));
}

/* The guest's own CID, as its device says. */
static int own_cid(unsigned int *cid, struct rs_error *err)
{
	int fd = open("/dev/vsock", O_RDONLY | O_CLOEXEC);
	int ret = fd < 0 ? -1 : ioctl(fd, IOCTL_VM_SOCKETS_GET_LOCAL_CID, cid);
	int error = errno;

	if (fd >= 0)
		close(fd);
	if (!ret && (*cid == VMADDR_CID_ANY || *cid <= VMADDR_CID_HOST))
		return no_vsock(ENODEV, err);
	return ret ? no_vsock(error, err) : 0;
}

/* Return: the socket that listens, or -1 with err set. */
static int listener_open(struct rs_error *err)
{
	struct sockaddr_vm own = {
		.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY, .svm_port = RS_WIRE_PORT};
	int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return no_vsock(errno, err);
	if (!bind(fd, (struct sockaddr *)&own, sizeof(own)) && !listen(fd, BACKLOG))
		return fd;
	rs_error_set(err, RS_EXIT_ERROR, "cannot listen on port %d of vsock: %s%s", RS_WIRE_PORT,
		     strerror(errno), errno == EADDRINUSE ? "; does another agent run?" : "");
	close(fd);
	return -1;
}

/* From here on there is nothing that it may do but read what is open, and what everybody may. */
static int rights_drop(struct rs_error *err)
{
	struct rlimit files = {FILES, FILES}, none = {0, 0};

	if (!geteuid() && (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
			   setresuid(NOBODY, NOBODY, NOBODY)))
		return rs_error_set(err, RS_EXIT_ERROR, "cannot give up its rights: %s",
				    strerror(errno));
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || setrlimit(RLIMIT_NOFILE, &files) ||
	    setrlimit(RLIMIT_CORE, &none))
		return rs_error_set(err, RS_EXIT_ERROR, "cannot limit itself: %s", strerror(errno));
	return 0;
}

static void loop(struct rs_agent *agent, int listener)
{
	struct pollfd p = {.fd = listener, .events = POLLIN};

	while (!rs_window_stopped())
		if (poll(&p, 1, 1000) > 0)
			serve(agent, listener);
}

static int agent_start(struct rs_agent *agent, unsigned int *cid, struct rs_error *err)
{
	const struct rs_filter filter = {.keeps_open = true};
	int listener;

	rs_taken_fill(&agent->taken);
	if (own_cid(cid, err) || agent->source->open(&filter, &agent->handle, err))
		return -1;
	listener = listener_open(err);
	if (listener >= 0 && rights_drop(err)) {
		close(listener);
		return -1;
	}
	return listener;
}

int rs_agent_run(const struct rs_source *source, bool quiet, struct rs_error *err)
{
	struct rs_agent agent = {.source = source};
	unsigned int cid = 0;
	int listener;

	rs_window_arm();
	listener = agent_start(&agent, &cid, err);
	if (listener >= 0) {
		if (!quiet)
			fprintf(stderr, "ringside: the host can watch vsock:%u\n", cid);
		loop(&agent, listener);
		if (!quiet)
			fprintf(stderr,
				"ringside: %" PRIu64 " requests answered, %" PRIu64 " refused\n",
				agent.answered, agent.refused);
		close(listener);
	}
	source->close(agent.handle);
	return listener < 0 ? -1 : 0;
}
