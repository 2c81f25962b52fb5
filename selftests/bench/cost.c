// SPDX-License-Identifier: GPL-2.0-only
/*
 * cost COMMAND [ARG]...: how long a command takes; cost -r FILE: how long it
 * takes to read a file. In nanoseconds of the machine's clock: under an
 * emulator that counts instructions, the instructions and the time waited.
 */
#include <fcntl.h>
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

static int run(char **argv)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		dup2(2, 1);
		execvp(*argv, argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	return status;
}

int main(int argc, char **argv)
{
	uint64_t from;
	int err;

	if (argc < 2 || (!strcmp(argv[1], "-r") && argc != 3)) {
		fprintf(stderr, "usage: cost COMMAND [ARG]... | cost -r FILE\n");
		return 64;
	}
	from = now();
	err = strcmp(argv[1], "-r") ? run(argv + 1) : read_file(argv[2]);
	printf("%llu\n", (unsigned long long)(now() - from));
	if (err)
		fprintf(stderr, "cost: %s failed\n", argv[1]);
	return err ? 1 : 0;
}
