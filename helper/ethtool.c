// SPDX-License-Identifier: GPL-2.0-only
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "ethtool.h"

/* A child that the kernel did not let go yet; 0 = none. */
static pid_t blocked;

static bool request(int sock, const char *netdev, void *data)
{
	struct ifreq ifr = {.ifr_data = data};

	strncpy(ifr.ifr_name, netdev, sizeof(ifr.ifr_name) - 1);
	return !ioctl(sock, SIOCETHTOOL, &ifr);
}

/* The number of its statistics; 0 = it is another device. */
static uint32_t stats_of(int sock, const char *netdev, const char *driver, const char *bus)
{
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};

	if (!request(sock, netdev, &info) || strcmp(info.driver, driver) ||
	    strcmp(info.bus_info, bus))
		return 0;
	return info.n_stats;
}

/*
 * The kernel does not look at how much room there is, and the number may change between two
 * requests: there is room for twice as many.
 */
static bool fetch(const char *netdev, const char *driver, const char *bus, struct rs_ethtool *e)
{
	struct ethtool_gstrings *strings = calloc(1, sizeof(*strings) + 2 * sizeof(e->names));
	struct ethtool_stats *stats = calloc(1, sizeof(*stats) + 2 * sizeof(e->values));
	int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (!strings || !stats || sock < 0)
		return false;
	e->n = stats_of(sock, netdev, driver, bus);
	if (!e->n || e->n > RS_ETHTOOL_MAX)
		return false;
	*strings = (struct ethtool_gstrings){
		.cmd = ETHTOOL_GSTRINGS, .string_set = ETH_SS_STATS, .len = e->n};
	*stats = (struct ethtool_stats){.cmd = ETHTOOL_GSTATS, .n_stats = e->n};
	if (!request(sock, netdev, strings) || !request(sock, netdev, stats) ||
	    strings->len != e->n || stats->n_stats != e->n)
		return false;
	memcpy(e->names, strings->data, e->n * sizeof(e->names[0]));
	memcpy(e->values, stats->data, e->n * sizeof(e->values[0]));
	return true;
}

static bool write_all(int fd, const void *data, size_t size)
{
	const char *at = data;

	for (ssize_t n; size; at += n, size -= (size_t)n) {
		n = write(fd, at, size);
		if (n <= 0)
			return false;
	}
	return true;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* Return: whether all @size bytes came before @deadline. */
static bool read_all(int fd, void *data, size_t size, int64_t deadline)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char *at = data;

	for (ssize_t n; size; at += n, size -= (size_t)n) {
		int64_t left = deadline - now_ms();

		if (left <= 0 || poll(&p, 1, (int)left) != 1)
			return false;
		n = read(fd, at, size);
		if (n <= 0)
			return false;
	}
	return true;
}

static struct rs_ethtool *receive(int fd, int64_t deadline)
{
	struct rs_ethtool *e = calloc(1, sizeof(*e));

	if (e && read_all(fd, &e->n, sizeof(e->n), deadline) && e->n <= RS_ETHTOOL_MAX &&
	    read_all(fd, e->names, e->n * sizeof(e->names[0]), deadline) &&
	    read_all(fd, e->values, e->n * sizeof(e->values[0]), deadline))
		return e;
	free(e);
	return NULL;
}

static void child(int fd, const char *netdev, const char *driver, const char *bus)
{
	struct rs_ethtool *e = calloc(1, sizeof(*e));
	bool sent = e && fetch(netdev, driver, bus, e) && write_all(fd, &e->n, sizeof(e->n)) &&
		    write_all(fd, e->names, e->n * sizeof(e->names[0])) &&
		    write_all(fd, e->values, e->n * sizeof(e->values[0]));

	_exit(!sent);
}

/* True: the child is gone. Otherwise it waits in the kernel, and no other one is started. */
static bool reap(pid_t pid, bool late)
{
	if (late)
		kill(pid, SIGKILL);
	blocked = waitpid(pid, NULL, late ? WNOHANG : 0) ? 0 : pid;
	return !blocked;
}

/*
 * The kernel takes a lock that a driver holds while it waits for an answer of its device, and no
 * signal ends that. A child can be left behind.
 */
struct rs_ethtool *rs_ethtool_read(const char *netdev, const char *driver, const char *bus,
				   int timeout_ms)
{
	int64_t deadline = now_ms() + timeout_ms;
	struct rs_ethtool *e;
	int ends[2];
	pid_t pid;

	if ((blocked && !reap(blocked, true)) || pipe(ends))
		return NULL;
	pid = fork();
	if (!pid) {
		close(ends[0]);
		child(ends[1], netdev, driver, bus);
	}
	close(ends[1]);
	e = pid < 0 ? NULL : receive(ends[0], deadline);
	close(ends[0]);
	if (pid > 0)
		reap(pid, !e && now_ms() >= deadline);
	return e;
}

bool rs_ethtool_find(const struct rs_ethtool *e, const char *name, uint64_t *value)
{
	for (uint32_t i = 0; i < e->n; i++) {
		if (strncmp(e->names[i], name, ETH_GSTRING_LEN))
			continue;
		*value = e->values[i];
		return true;
	}
	return false;
}
