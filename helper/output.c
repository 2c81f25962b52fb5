// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "output.h"
#include "window.h"

#define NS_PER_MS 1000000ULL

/* Return: 0 or an errno. The program's outputs are @out, its input is empty. */
static int spawn(char *const *argv, int out, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none;
	int e;

	sigemptyset(&none);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
	e = posix_spawnp(pid, argv[0], &actions, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return e;
}

/* Return: whether it ended by itself, within the bounds. */
static bool copy(int in, FILE *text, size_t max, uint64_t end, const char **why)
{
	char buf[4096];
	size_t all = 0;

	for (;;) {
		struct pollfd p = {.fd = in, .events = POLLIN};
		uint64_t now = rs_window_now();
		ssize_t got;

		*why = "it took too long and was ended";
		if (now >= end || poll(&p, 1, (int)((end - now) / NS_PER_MS) + 1) == 0)
			return false;
		got = read(in, buf, sizeof(buf));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return true;
		*why = "the rest is left out";
		if ((all += got) > max)
			return false;
		fwrite(buf, 1, got, text);
	}
}

static void run(char *const *argv, size_t max, unsigned int timeout_ms, FILE *text)
{
	uint64_t end = rs_window_now() + timeout_ms * NS_PER_MS;
	const char *why;
	int pipes[2], e;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC)) {
		fprintf(text, "ringside: no pipe for %s: %s\n", argv[0], strerror(errno));
		return;
	}
	e = spawn(argv, pipes[1], &pid);
	close(pipes[1]);
	if (e) {
		fprintf(text, "ringside: cannot run %s: %s\n", argv[0], strerror(e));
	} else {
		if (!copy(pipes[0], text, max, end, &why)) {
			kill(pid, SIGKILL);
			fprintf(text, "\nringside: %s: %s\n", argv[0], why);
		}
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close(pipes[0]);
}

char *rs_output(char *const *argv, size_t max, unsigned int timeout_ms)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	run(argv, max, timeout_ms, out);
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}
