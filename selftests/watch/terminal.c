// SPDX-License-Identifier: GPL-2.0-only
/*
 * terminal SECONDS KEYS COMMAND...: runs it on a terminal of 200 columns and 50 rows, types KEYS
 * after so long, and prints what it drew. Ends as the command does; 124 if it does not end.
 */
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GRACE_S = 120 };

/* Copies until the command ends, or for so long. Return: whether it ended. */
static int copy(int terminal, int seconds)
{
	struct pollfd p = {.fd = terminal, .events = POLLIN};
	char buf[4096];

	for (int left = seconds * 10; left > 0;) {
		ssize_t n = poll(&p, 1, 100) > 0 ? read(terminal, buf, sizeof(buf)) : 0;

		if (n < 0) /* EIO: nobody has the other end */
			return 1;
		if (n)
			fwrite(buf, 1, n, stdout);
		else
			left--;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct winsize size = {.ws_row = 50, .ws_col = 200};
	int terminal, status;
	pid_t pid;

	if (argc < 4)
		return 64;
	pid = forkpty(&terminal, NULL, NULL, &size);
	if (!pid) {
		setenv("TERM", "vt100", 1);
		execvp(argv[3], argv + 3);
		_exit(127);
	}
	if (pid < 0)
		return 1;
	if (!copy(terminal, atoi(argv[1]))) {
		if (write(terminal, argv[2], strlen(argv[2])) < 0)
			return 1;
		if (!copy(terminal, GRACE_S)) {
			kill(pid, SIGKILL);
			return 124;
		}
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
