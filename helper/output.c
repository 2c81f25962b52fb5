// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "output.h"
#include "window.h"

#define NS_PER_MS 1000000ULL
#define KILLED_MS 1000 /* for its end after that */

/* Return: 0 or an errno. The program's outputs are @out, its input is empty. */
static int spawn(char *const *argv, int out, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	int e;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
	e = rs_child_spawn(pid, argv, &actions);
	posix_spawn_file_actions_destroy(&actions);
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
		if (now >= end)
			return false;
		if (poll(&p, 1, (int)((end - now) / NS_PER_MS) + 1) != 1)
			continue;
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

/* A program that waits for a device cannot be killed, and is not waited for. Return: its status, or
 * -1. */
static int reap(pid_t pid, uint64_t end)
{
	int status;

	for (;;) {
		pid_t got = waitpid(pid, &status, WNOHANG);

		if (got == pid)
			return status;
		if ((got < 0 && errno != EINTR) || rs_window_now() >= end)
			return -1;
		usleep(1000);
	}
}

/* Return: as reap(). */
static int run(char *const *argv, size_t max, unsigned int timeout_ms, FILE *text)
{
	uint64_t end = rs_window_now() + timeout_ms * NS_PER_MS;
	const char *why;
	int pipes[2], e, status = -1;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC)) {
		fprintf(text, "ringside: no pipe for %s: %s\n", argv[0], strerror(errno));
		return -1;
	}
	e = spawn(argv, pipes[1], &pid);
	close(pipes[1]);
	if (e) {
		fprintf(text, "ringside: cannot run %s: %s\n", argv[0], strerror(e));
	} else {
		if (!copy(pipes[0], text, max, end, &why)) {
			kill(pid, SIGKILL);
			fprintf(text, "\nringside: %s: %s\n", argv[0], why);
			end = rs_window_now() + KILLED_MS * NS_PER_MS;
		}
		status = reap(pid, end);
	}
	close(pipes[0]);
	return status;
}

char *rs_output(char *const *argv, size_t max, unsigned int timeout_ms, int *status)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int ended;

	if (!out)
		return NULL;
	ended = run(argv, max, timeout_ms, out);
	if (status)
		*status = ended;
	if (!fclose(out))
		return text;
	free(text);
	return NULL;
}
