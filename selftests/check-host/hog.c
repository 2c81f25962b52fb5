// SPDX-License-Identifier: GPL-2.0-only
/*
 * hog CPU SPIN_US GAP_US N HOST PORT: N times, on one CPU and as a real-time
 * process: sends a datagram, keeps the CPU for SPIN_US, and leaves it for GAP_US.
 * The load is always the same; CPU alone decides which thread has to wait.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000ULL + t.tv_nsec / 1000;
}

static void die(const char *what)
{
	fprintf(stderr, "hog: ");
	perror(what);
	exit(1);
}

static void sit_on(int cpu)
{
	struct sched_param p = {.sched_priority = 50};
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) || sched_setscheduler(0, SCHED_FIFO, &p))
		die("cannot have the CPU");
}

static int socket_to(const char *host, int port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (inet_pton(AF_INET, host, &to.sin_addr) != 1 || fd < 0 ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)))
		die(host);
	return fd;
}

int main(int argc, char **argv)
{
	uint64_t until;
	int fd, n;

	if (argc != 7) {
		fprintf(stderr, "usage: hog CPU SPIN_US GAP_US N HOST PORT\n");
		return 64;
	}
	fd = socket_to(argv[5], atoi(argv[6]));
	sit_on(atoi(argv[1]));
	for (n = atoi(argv[4]); n; n--) {
		if (send(fd, "", 1, 0) != 1)
			die("send");
		for (until = now_us() + atoi(argv[2]); now_us() < until;)
			;
		usleep(atoi(argv[3]));
	}
	return 0;
}
