// SPDX-License-Identifier: GPL-2.0-only
/*
 * Knocks at an agent in every way that it must survive, and at a host in the agent's place.
 *
 *   knock ask CID          a request from an unprivileged port; with -p from a privileged one
 *   knock random CID N     N random bytes, over as many connections as the agent closes
 *   knock crowd CID N      N connections at once, of which none says anything
 *   knock slow CID         a request, of whose answer a byte is read each second
 *   knock order CID        a request after its answer, and one in pieces
 *   knock lie HOW          listens in the agent's place, and answers with HOW (see lies)
 * Prints NAME=VALUE words.
 */
#define _GNU_SOURCE /* POLLRDHUP */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

enum { PORT = 7467, CROWD = 4096, SMALL = 2048 };

#define REQUEST "ringside-agent/1 sample\n"

static void die(const char *what)
{
	printf("error=%s:%s\n", what, strerror(errno));
	exit(1);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* Connects a new socket. Return: the socket, -1 = refused. */
static int connected(int fd, unsigned int cid, bool privileged)
{
	struct sockaddr_vm own = {.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY};
	struct sockaddr_vm peer = {.svm_family = AF_VSOCK, .svm_cid = cid, .svm_port = PORT};
	static unsigned int last;

	if (!last)
		last = 300 + getpid() % 300;
	if (fd < 0)
		die("socket");
	while (privileged) { /* each time another one: the last one may not be closed there */
		last = last > 300 ? last - 1 : 599;
		own.svm_port = last;
		if (!bind(fd, (struct sockaddr *)&own, sizeof(own)))
			break;
	}
	if (!connect(fd, (struct sockaddr *)&peer, sizeof(peer)))
		return fd;
	close(fd);
	return -1;
}

static int reach(unsigned int cid, bool privileged)
{
	return connected(socket(AF_VSOCK, SOCK_STREAM, 0), cid, privileged);
}

/* With a buffer for what is received that no answer fits in; the kernel refuses one far smaller. */
static int reach_small(unsigned int cid)
{
	int fd = socket(AF_VSOCK, SOCK_STREAM, 0);
	uint64_t size = SMALL;

	if (setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE, &size, sizeof(size)))
		die("buffer");
	return connected(fd, cid, true);
}

/* Reads until the other side ends. Return: bytes. */
static size_t drain(int fd, char *head, size_t size)
{
	char buf[4096];
	size_t all = 0;
	ssize_t got;

	while ((got = recv(fd, buf, sizeof(buf), 0)) > 0) {
		for (ssize_t i = 0; i < got && all + i + 1 < size; i++)
			head[all + i] = buf[i];
		all += got;
	}
	if (size)
		head[all < size ? all : size - 1] = '\0';
	return all;
}

static int ask(unsigned int cid, bool privileged)
{
	int fd = reach(cid, privileged);
	char head[64] = "";
	size_t n;

	if (fd < 0) {
		printf("connected=0 bytes=0\n");
		return 0;
	}
	send(fd, REQUEST, strlen(REQUEST), MSG_NOSIGNAL);
	n = drain(fd, head, sizeof(head));
	head[strcspn(head, "\n")] = '\0';
	printf("connected=1 bytes=%zu head=\"%s\"\n", n, head);
	return 0;
}

static int random_bytes(unsigned int cid, size_t n)
{
	size_t sent = 0, connections = 0, ok = 0;
	uint32_t x = 1;
	char buf[1024], head[8];

	while (sent < n) {
		int fd = reach(cid, true);
		size_t before = sent;

		if (fd < 0)
			die("connect");
		connections++;
		for (size_t piece = 0; piece < 64 && sent < n; piece++) {
			ssize_t put;

			for (size_t i = 0; i < sizeof(buf); i++)
				buf[i] = (x = x * 1664525 + 1013904223) >> 24;
			put = send(fd, buf, sizeof(buf), MSG_NOSIGNAL);
			if (put <= 0)
				break;
			sent += put;
		}
		shutdown(fd, SHUT_WR);
		drain(fd, head, sizeof(head));
		ok += !strncmp(head, "ok", 2);
		close(fd);
		if (sent == before)
			sent++; /* refused at once */
	}
	printf("sent=%zu connections=%zu answered=%zu\n", sent, connections, ok);
	return 0;
}

static int crowd(unsigned int cid, size_t n)
{
	static int fds[CROWD];
	size_t reached = 0, answered = 0;
	char head[8];

	for (size_t i = 0; i < n && i < CROWD; i++) {
		fds[i] = socket(AF_VSOCK, SOCK_STREAM | SOCK_NONBLOCK, 0);
		if (fds[i] < 0)
			die("socket");
		connect(fds[i],
			(struct sockaddr *)&(struct sockaddr_vm){
				.svm_family = AF_VSOCK, .svm_cid = cid, .svm_port = PORT},
			sizeof(struct sockaddr_vm));
		reached++;
	}
	sleep(1);
	for (size_t i = 0; i < reached; i++) {
		ssize_t got = recv(fds[i], head, sizeof(head), MSG_DONTWAIT);

		answered += got > 0;
		close(fds[i]);
	}
	printf("connections=%zu answered=%zu\n", reached, answered);
	return 0;
}

/* The kernel takes in what the small buffer holds; the agent then waits for room until it has
 * enough of it. */
static int slow(unsigned int cid)
{
	int fd = reach_small(cid);
	struct pollfd p = {.fd = fd, .events = POLLRDHUP};
	size_t bytes = 0;
	double begin = now();
	char byte;

	if (fd < 0)
		die("connect");
	send(fd, REQUEST, strlen(REQUEST), MSG_NOSIGNAL);
	while (!poll(&p, 1, 1000) && now() - begin < 60)
		bytes += recv(fd, &byte, 1, 0) == 1;
	printf("seconds=%.0f", now() - begin);
	printf(" bytes=%zu\n", bytes + drain(fd, NULL, 0));
	close(fd);
	return 0;
}

static int order(unsigned int cid)
{
	int fd = reach(cid, true);
	char head[8] = "", again[8] = "";

	if (fd < 0)
		die("connect");
	for (const char *at = REQUEST; *at; at++) {
		send(fd, at, 1, MSG_NOSIGNAL);
		usleep(1000);
	}
	drain(fd, head, sizeof(head));
	send(fd, REQUEST, strlen(REQUEST), MSG_NOSIGNAL);
	drain(fd, again, sizeof(again));
	close(fd);
	printf("first=%.2s second=%s\n", head, *again ? again : "-");
	return 0;
}

/* What a guest that means harm may answer. Each ends with the connection, but for silence. */
static const struct {
	const char *how, *text;
	size_t repeat; /* of the text's last byte */
} lies[] = {
	{"garbage", "\x1b[2J\xff\xfe\n\n", 0},
	{"huge", "ok 18446744073709551615\n", 0},
	{"short", "ok 4096\n{", 0},
	{"host",
	 "ok 66\n{\"schema\":\"ringside-snapshot/1\",\"side\":\"host\",\"end\":{\"time_ns\":1}}",
	 0},
	{"endless", "ok 8000000\n[", 7999999},
	{"status", "no 2 \x1b[31ma fault was found\n", 0},
	{"line", "n", 1 << 20},
	{"silence", "", 0},
};

static void lie_tell(int fd, size_t which)
{
	size_t len = strlen(lies[which].text);
	char buf[4096], line[64];

	recv(fd, line, sizeof(line), 0);
	send(fd, lies[which].text, len, MSG_NOSIGNAL);
	memset(buf, len ? lies[which].text[len - 1] : 0, sizeof(buf));
	for (size_t left = lies[which].repeat; left;) {
		ssize_t put = send(fd, buf, left < sizeof(buf) ? left : sizeof(buf), MSG_NOSIGNAL);

		if (put <= 0)
			return;
		left -= put;
	}
	while (!len && recv(fd, line, sizeof(line), 0) > 0)
		;
}

static _Noreturn void lie(const char *how)
{
	struct sockaddr_vm own = {
		.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY, .svm_port = PORT};
	int fd = socket(AF_VSOCK, SOCK_STREAM, 0);
	size_t which = 0;

	while (which < sizeof(lies) / sizeof(lies[0]) && strcmp(lies[which].how, how))
		which++;
	if (which == sizeof(lies) / sizeof(lies[0]) ||
	    bind(fd, (struct sockaddr *)&own, sizeof(own)) || listen(fd, 4))
		die(how);
	puts("listening");
	fflush(stdout);
	for (;;) {
		int one = accept(fd, NULL, NULL);

		if (one >= 0)
			lie_tell(one, which);
		close(one);
	}
}

int main(int argc, char **argv)
{
	unsigned int cid = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	size_t n = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;

	signal(SIGPIPE, SIG_IGN);
	if (argc < 3)
		return 64;
	if (!strcmp(argv[1], "ask"))
		return ask(cid, argc > 3);
	if (!strcmp(argv[1], "random"))
		return random_bytes(cid, n);
	if (!strcmp(argv[1], "crowd"))
		return crowd(cid, n);
	if (!strcmp(argv[1], "slow"))
		return slow(cid);
	if (!strcmp(argv[1], "order"))
		return order(cid);
	if (!strcmp(argv[1], "lie"))
		lie(argv[2]);
	return 64;
}
