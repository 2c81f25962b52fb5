// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netns.h"

#define BOUND "/run/netns"
#define OWN   "/proc/self/ns/net"

static uint64_t number_of(int fd)
{
	struct stat st;

	return fd < 0 || fstat(fd, &st) ? 0 : st.st_ino;
}

uint64_t rs_netns_own(void)
{
	struct stat st;

	return stat(OWN, &st) ? 0 : st.st_ino;
}

static int path_open(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

/* A file of @dir, which leads to a namespace, as @suffix says. */
static int entry_open(const char *dir, const char *name, const char *suffix)
{
	char path[512];
	int n = snprintf(path, sizeof(path), "%s/%s%s", dir, name, suffix);

	return n < (int)sizeof(path) ? path_open(path) : -1;
}

/* The namespaces that were seen: a machine has thousands of processes, and few namespaces. */
struct seen {
	uint64_t *netns;
	size_t n;
};

static bool seen_add(struct seen *seen, uint64_t netns)
{
	uint64_t *grown;

	for (size_t i = 0; i < seen->n; i++)
		if (seen->netns[i] == netns)
			return false;
	grown = reallocarray(seen->netns, seen->n + 1, sizeof(*grown));
	if (!grown)
		return false;
	seen->netns = grown;
	seen->netns[seen->n++] = netns;
	return true;
}

/* What is done with each namespace; @more: false ends it. */
struct walk {
	struct seen seen;
	bool (*each)(void *ctx, int fd, uint64_t netns);
	void *ctx;
	bool more;
};

/* Whether an entry of a directory leads to a namespace, by its name. */
static bool is_bound(const char *name)
{
	return name[0] != '.';
}

static bool is_process(const char *name)
{
	return isdigit((unsigned char)name[0]);
}

static void dir_walk(struct walk *w, const char *path, bool (*leads)(const char *name),
		     const char *suffix)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir && w->more && (entry = readdir(dir))) {
		int fd = leads(entry->d_name) ? entry_open(path, entry->d_name, suffix) : -1;
		uint64_t netns = number_of(fd);

		if (netns && seen_add(&w->seen, netns))
			w->more = w->each(w->ctx, fd, netns);
		if (fd >= 0)
			close(fd);
	}
	if (dir)
		closedir(dir);
}

void rs_netns_each(bool (*each)(void *ctx, int fd, uint64_t netns), void *ctx)
{
	struct walk w = {.each = each, .ctx = ctx, .more = true};

	seen_add(&w.seen, rs_netns_own());
	dir_walk(&w, BOUND, is_bound, "");
	dir_walk(&w, "/proc", is_process, "/ns/net");
	free(w.seen.netns);
}

struct wanted {
	uint64_t netns;
	int fd;
};

static bool wanted_keep(void *ctx, int fd, uint64_t netns)
{
	struct wanted *wanted = ctx;

	if (netns != wanted->netns)
		return true;
	wanted->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return false;
}

int rs_netns_open(uint64_t netns, unsigned int pid)
{
	struct wanted wanted = {netns, -1};
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/ns/net", pid);
	fd = path_open(path);
	if (number_of(fd) == netns)
		return fd;
	if (fd >= 0)
		close(fd);
	rs_netns_each(wanted_keep, &wanted);
	return wanted.fd;
}

struct job {
	int fd;
	void (*work)(void *ctx);
	void *ctx;
	int error;
};

/* setns() is of one thread alone. */
static void *job_run(void *arg)
{
	struct job *job = arg;

	if (setns(job->fd, CLONE_NEWNET))
		job->error = errno;
	else
		job->work(job->ctx);
	return NULL;
}

int rs_netns_run(int fd, void (*work)(void *ctx), void *ctx)
{
	struct job job = {fd, work, ctx, 0};
	pthread_t thread;

	errno = pthread_create(&thread, NULL, job_run, &job);
	if (errno)
		return -1;
	pthread_join(thread, NULL);
	errno = job.error;
	return job.error ? -1 : 0;
}
