// SPDX-License-Identifier: GPL-2.0-only
/*
 * When the vhost worker runs, on a machine with one CPU: at once, as it does
 * for a packet on its own, or after a burst. Left to the scheduler, the same
 * run would not cost the same twice.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "packet.h"

static pid_t worker;

static int is_worker(const char *dir, const char *pid)
{
	char path[300], name[32] = "", want[32];
	int fd, n = 0;

	snprintf(path, sizeof(path), "%s/%s/comm", dir, pid);
	snprintf(want, sizeof(want), "vhost-%d\n", getpid());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, name, sizeof(name) - 1);
		close(fd);
	}
	return n > 0 && !strcmp(name, want);
}

static void look_in(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (*e->d_name >= '0' && *e->d_name <= '9' && is_worker(dir, e->d_name))
			worker = atoi(e->d_name);
	if (d)
		closedir(d);
}

static void policy(pid_t pid, int policy, int priority)
{
	struct sched_param p = {.sched_priority = priority};

	if (sched_setscheduler(pid, policy, &p))
		die("sched_setscheduler");
}

/* A kernel thread of its own in older kernels, a thread of this process in newer ones. */
void worker_find(void)
{
	look_in("/proc");
	look_in("/proc/self/task");
	if (!worker) {
		errno = ESRCH;
		die("the vhost worker");
	}
	policy(0, SCHED_FIFO, 1);
}

void worker_first(void)
{
	policy(worker, SCHED_FIFO, 2);
}

void worker_last(void)
{
	policy(worker, SCHED_OTHER, 0);
}
