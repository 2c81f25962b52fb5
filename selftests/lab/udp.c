// SPDX-License-Identifier: GPL-2.0-only
/*
 * UDP traffic with exact counts, one line of them at the end: sent, received,
 * lost and failed datagrams.
 *
 *   udp echo  [-p PORT] [-b USEC] [-P]          answer until SIGTERM
 *   udp sink  [-p PORT] [-n N] [-t MS]          receive until N, MS of silence or SIGTERM
 *   udp ping  [-n N] [-f FLOWS] [-t MS] HOST    one datagram in flight per flow;
 *	-w USEC: wait before each; -R: after MS of silence the same again, until
 *	it is answered
 *   udp blast [-n N] [-f FLOWS] [-r RATE] HOST  send only
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_FLOWS 256

static struct options {
	int port, flows, size, busy_us, wait_us, silence_ms, use_poll, source, insist;
	long count, rate, seconds;
} o = {.port = 7007, .flows = 1, .size = 64, .silence_ms = 1000};

static struct {
	long sent, received, lost, failed, polls, again;
} total;
static volatile sig_atomic_t stop;
static char data[65536];

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static void die(const char *what)
{
	fprintf(stderr, "udp: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static int report(void)
{
	printf("sent=%ld received=%ld lost=%ld failed=%ld polls=%ld again=%ld\n", total.sent,
	       total.received, total.lost, total.failed, total.polls, total.again);
	return total.lost ? 2 : 0;
}

static int socket_make(int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0), big = 8 << 20, yes = 1;

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &big, sizeof(big)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &big, sizeof(big));
	if (o.busy_us && setsockopt(fd, SOL_SOCKET, SO_BUSY_POLL, &o.busy_us, sizeof(o.busy_us)))
		die("SO_BUSY_POLL");
	if (port && bind(fd, (void *)&a, sizeof(a)))
		die("bind");
	return fd;
}

static void wait_ms(int fd, int ms)
{
	struct timeval t = {ms / 1000, ms % 1000 * 1000};

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t));
}

/* net.core.busy_poll works in poll(), busy_read and SO_BUSY_POLL in recv(). */
static ssize_t receive(int fd, struct sockaddr_in *from)
{
	struct pollfd p = {fd, POLLIN, 0};
	socklen_t len = sizeof(*from);

	if (o.use_poll) {
		total.polls++;
		if (poll(&p, 1, 1000) <= 0)
			return -1;
	}
	return recvfrom(fd, data, sizeof(data), o.use_poll ? MSG_DONTWAIT : 0, (void *)from, &len);
}

static int echo(void)
{
	int fd = socket_make(o.port);
	struct sockaddr_in from;
	ssize_t n;

	wait_ms(fd, 1000);
	while (!stop) {
		n = receive(fd, &from);
		if (n < 0)
			continue;
		total.received++;
		if (sendto(fd, data, n, 0, (void *)&from, sizeof(from)) == n)
			total.sent++;
		else
			total.failed++;
	}
	return report();
}

static int sink(void)
{
	int fd = socket_make(o.port), napi = 0;
	socklen_t len = sizeof(napi);
	struct sockaddr_in from;
	double last = 0;

	wait_ms(fd, 20);
	while (!stop && (!o.count || total.received < o.count)) {
		if (receive(fd, &from) >= 0) {
			total.received++;
			last = now();
		} else if (last && now() - last > o.silence_ms / 1e3) {
			break;
		}
	}
	if (o.count)
		total.lost = o.count - total.received;
	/* the NAPI ID of the last datagram, as the kernel reports it to a socket */
	getsockopt(fd, SOL_SOCKET, SO_INCOMING_NAPI_ID, &napi, &len);
	printf("napi=%d ", napi);
	return report();
}

static void flows_open(struct pollfd *p, const char *host)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(o.port)};

	if (inet_pton(AF_INET, host, &a.sin_addr) != 1) {
		fprintf(stderr, "udp: not an IPv4 address: %s\n", host);
		exit(64);
	}
	for (int i = 0; i < o.flows; i++) {
		p[i] = (struct pollfd){socket_make(o.source ? o.source + i : 0), POLLIN, 0};
		if (connect(p[i].fd, (void *)&a, sizeof(a)))
			die("connect");
	}
}

static int flow_send(struct pollfd *p)
{
	if (o.wait_us)
		usleep(o.wait_us);
	if (send(p->fd, data, o.size, 0) == o.size) {
		total.sent++;
		return 1;
	}
	total.failed++;
	return 0;
}

static int may_send(double end)
{
	return !stop && (end ? now() < end : total.sent + total.failed < o.count);
}

static int ping(const char *host)
{
	double end = o.seconds ? now() + o.seconds : 0;
	struct pollfd p[MAX_FLOWS];
	int flying = 0, n;

	flows_open(p, host);
	for (int i = 0; i < o.flows && may_send(end); i++)
		flying += flow_send(&p[i]);
	while (flying && !stop) {
		n = poll(p, o.flows, o.silence_ms);
		total.polls++;
		if (!n) { /* silence: what is in flight is lost, start again */
			total.lost += flying;
			flying = 0;
			for (int i = 0; i < o.flows && may_send(end); i++)
				flying += flow_send(&p[i]);
		}
		for (int i = 0; i < o.flows && n > 0; i++) {
			if (!p[i].revents || recv(p[i].fd, data, sizeof(data), MSG_DONTWAIT) < 0)
				continue;
			total.received++;
			flying--;
			if (may_send(end))
				flying += flow_send(&p[i]);
		}
	}
	return report();
}

/* What a flow waits for the answer to (0: nothing), and since when. */
static struct {
	long number;
	double since;
} waits[MAX_FLOWS];

/* A late answer to a datagram sent again is not the next one's: they are numbered. */
static int insist_answered(struct pollfd *p, long number)
{
	long got = -1;

	while (recv(p->fd, &got, sizeof(got), MSG_DONTWAIT) >= 0)
		if (got == number)
			return 1;
	return 0;
}

/* A look at flow @i: whether it goes on. */
static int insist_step(struct pollfd *p, int i, double end)
{
	if (waits[i].number && insist_answered(p, waits[i].number)) {
		total.received++;
		waits[i].number = 0;
	}
	if (waits[i].number && now() - waits[i].since < o.silence_ms / 1e3)
		return 1;
	if (!waits[i].number && !may_send(end))
		return 0;
	if (waits[i].number)
		total.again++;
	else
		waits[i].number = ++total.sent;
	memcpy(data, &waits[i].number, sizeof(waits[i].number));
	if (send(p->fd, data, o.size, 0) != o.size)
		total.failed++;
	waits[i].since = now();
	return 1;
}

/* Even after SIGTERM, wait up to a minute for the answers to what was sent. */
static int insist(const char *host)
{
	double end = o.seconds ? now() + o.seconds : 0, limit = 0;
	struct pollfd p[MAX_FLOWS];
	int flying;

	flows_open(p, host);
	do {
		poll(p, o.flows, 10);
		flying = 0;
		for (int i = 0; i < o.flows; i++)
			flying += insist_step(&p[i], i, end);
		if (!may_send(end) && !limit)
			limit = now() + 60;
	} while (flying && (!limit || now() < limit));
	total.lost = flying;
	return report();
}

static int blast(const char *host)
{
	double start = now(), end = o.seconds ? start + o.seconds : 0;
	struct pollfd p[MAX_FLOWS];
	int i = 0;

	flows_open(p, host);
	while (may_send(end)) {
		while (o.rate && total.sent > (now() - start) * o.rate)
			usleep(200);
		if (flow_send(&p[i % o.flows]))
			i++;
		else
			usleep(100); /* the socket's buffer is full */
	}
	return report();
}

static int usage(void)
{
	fputs("usage: udp echo|sink [-p PORT] [-n N] [-t MS] [-b BUSY_USEC] [-P]\n"
	      "       udp ping|blast [-p PORT] [-n N | -d SECONDS] [-f FLOWS] [-s SIZE]\n"
	      "           [-S SOURCE_PORT] [-t MS] [-b BUSY_USEC] [-w USEC] [-r RATE] [-R] HOST\n",
	      stderr);
	return 64;
}

static const struct {
	char name;
	int *number;
	long *big;
} option_table[] = {
	{'p', &o.port, NULL},	 {'f', &o.flows, NULL},	     {'s', &o.size, NULL},
	{'b', &o.busy_us, NULL}, {'t', &o.silence_ms, NULL}, {'S', &o.source, NULL},
	{'w', &o.wait_us, NULL}, {'n', NULL, &o.count},	     {'r', NULL, &o.rate},
	{'d', NULL, &o.seconds},
};

static int option_set(int c)
{
	if (c == 'P' || c == 'R') {
		*(c == 'P' ? &o.use_poll : &o.insist) = 1;
		return 0;
	}
	for (size_t i = 0; i < sizeof(option_table) / sizeof(option_table[0]); i++) {
		if (option_table[i].name != c)
			continue;
		if (option_table[i].number)
			*option_table[i].number = atoi(optarg);
		else
			*option_table[i].big = atol(optarg);
		return 0;
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct sigaction act = {.sa_handler = on_signal};
	const char *verb = argc > 1 ? argv[1] : "";
	int c;

	optind = 2;
	while ((c = getopt(argc, argv, "p:f:s:b:t:S:n:r:d:w:PR")) != -1)
		if (option_set(c))
			return usage();
	if (o.flows < 1 || o.flows > MAX_FLOWS || o.size > 65000 ||
	    o.size < (o.insist ? (int)sizeof(waits[0].number) : 1))
		return usage();
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGINT, &act, NULL);
	if (!strcmp(verb, "echo") && optind == argc)
		return echo();
	if (!strcmp(verb, "sink") && optind == argc)
		return sink();
	if (optind != argc - 1 || (!o.count && !o.seconds))
		return usage();
	if (!strcmp(verb, "ping"))
		return (o.insist ? insist : ping)(argv[optind]);
	if (!strcmp(verb, "blast"))
		return blast(argv[optind]);
	return usage();
}
