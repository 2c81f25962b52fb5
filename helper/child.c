// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"

int rs_child_spawn(pid_t *pid, char *const *argv, const posix_spawn_file_actions_t *actions)
{
	posix_spawnattr_t attr;
	sigset_t none;
	int e;

	sigemptyset(&none);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	e = posix_spawnp(pid, argv[0], actions, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	return e;
}

int rs_child_start(struct rs_child *c, char *const *argv, struct rs_error *err)
{
	int e = rs_child_spawn(&c->pid, argv, NULL);

	if (!e)
		return 0;
	c->pid = 0;
	return rs_error_set(err, e == ENOENT ? RS_EXIT_NOCOMMAND : RS_EXIT_NOEXEC,
			    "cannot run %.100s: %s", argv[0], strerror(e));
}

static bool reap(struct rs_child *c, int flags)
{
	pid_t pid;

	do
		pid = waitpid(c->pid, &c->status, flags);
	while (pid < 0 && errno == EINTR);
	if (pid)
		c->pid = 0;
	return pid;
}

bool rs_child_runs(struct rs_child *c)
{
	return c->pid && !reap(c, WNOHANG);
}

void rs_child_wait(struct rs_child *c)
{
	if (c->pid)
		reap(c, 0);
}

int rs_child_exit(const struct rs_child *c)
{
	return WIFSIGNALED(c->status) ? 128 + WTERMSIG(c->status) : WEXITSTATUS(c->status);
}
