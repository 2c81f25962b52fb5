// SPDX-License-Identifier: GPL-2.0-only
/*
 * cost COMMAND [ARG]...: how long a command takes; cost -r FILE: how long it
 * takes to read a file; cost -u WORD COMMAND [ARG]...: how long until it says
 * WORD, and how long it then takes to end when it is interrupted. In
 * nanoseconds of the machine's clock: under an emulator that counts
 * instructions, the instructions and the time waited.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t now(void)
{
#ifdef __aarch64__
	uint64_t count, rate;

	__asm__ volatile("isb; mrs %0, cntvct_el0; mrs %1, cntfrq_el0" : "=r"(count), "=r"(rate));
	return count * (1000000000 / rate);
#else
	uint32_t low, high;

	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
#endif
}

static int read_file(const char *path)
{
	static char buf[1 << 16];
	int fd = open(path, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return -1;
	do
		n = read(fd, buf, sizeof(buf));
	while (n > 0);
	close(fd);
	return n;
}

/* What it says on either goes to @out. */
static pid_t start(char **argv, int out)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	dup2(out, 1);
	dup2(out, 2);
	execvp(*argv, argv);
	_exit(127);
}

static int end(pid_t pid)
{
	int status;

	return pid < 0 || waitpid(pid, &status, 0) < 0 ? -1 : status;
}

/* ringside that counted says with 2 and 3 what it found. */
static int is_failed(int status)
{
	int code = status < 0 || !WIFEXITED(status) ? -1 : WEXITSTATUS(status);

	return code != 0 && code != 2 && code != 3;
}

/* Reads what was said so far until @word is there. */
static int wait_for(const char *word, int in)
{
	char text[4096] = "";
	size_t have = 0;
	ssize_t n;

	while (!strstr(text, word)) {
		n = read(in, text + have, sizeof(text) - 1 - have);
		if (n <= 0) {
			fputs(text, stderr);
			return -1;
		}
		have += n;
		text[have] = '\0';
	}
	return 0;
}

static int until(const char *word, char **argv)
{
	uint64_t from = now(), said;
	int ends[2], err;
	pid_t pid;

	if (pipe(ends))
		return -1;
	pid = start(argv, ends[1]);
	close(ends[1]);
	err = wait_for(word, ends[0]);
	said = now();
	kill(pid, SIGINT);
	err |= is_failed(end(pid));
	printf("%llu %llu\n", (unsigned long long)(said - from),
	       (unsigned long long)(now() - said));
	return err;
}

static int whole(char **argv)
{
	uint64_t from = now();
	int err = strcmp(argv[0], "-r") ? end(start(argv, 2)) : read_file(argv[1]);

	printf("%llu\n", (unsigned long long)(now() - from));
	return err;
}

int main(int argc, char **argv)
{
	int err;

	if (argc < 2 || (!strcmp(argv[1], "-r") && argc != 3) ||
	    (!strcmp(argv[1], "-u") && argc < 4)) {
		fprintf(stderr, "usage: cost COMMAND [ARG]... | cost -r FILE | "
				"cost -u WORD COMMAND [ARG]...\n");
		return 64;
	}
	err = strcmp(argv[1], "-u") ? whole(argv + 1) : until(argv[2], argv + 3);
	if (err)
		fprintf(stderr, "cost: %s failed\n", argv[1]);
	return err ? 1 : 0;
}
