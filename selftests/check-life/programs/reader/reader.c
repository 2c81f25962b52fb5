// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads all files of a directory, or those named, again and again, in several processes,
 * until it is ended; then prints how often that went well, and what went wrong.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define READERS_MAX 64

struct counts {
	unsigned long files, bytes, failed;
	int error;
	char name[256]; /* of the file that failed last */
};

static volatile sig_atomic_t ended;

static void end(int sig)
{
	(void)sig;
	ended = 1;
}

static long now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* The module or its device may go at any time: a file that is gone is no failure. */
static void count_error(struct counts *c, const char *name, int error)
{
	if (error == ENOENT || error == ENXIO || error == EIO)
		return;
	c->failed++;
	c->error = error;
	snprintf(c->name, sizeof(c->name), "%s", name);
}

static void read_file(struct counts *c, int dir, const char *name)
{
	static char text[1 << 16];
	ssize_t n;
	int fd = openat(dir, name, O_RDONLY);

	if (fd < 0) {
		count_error(c, name, errno);
		return;
	}
	while ((n = read(fd, text, sizeof(text))) > 0)
		c->bytes += n;
	if (n < 0)
		count_error(c, name, errno);
	else
		c->files++;
	close(fd);
}

/* What to read: "reset" is for writing. */
static bool is_wanted(const char *name, char **names)
{
	if (name[0] == '.' || !strcmp(name, "reset"))
		return false;
	if (!*names)
		return true;
	while (*names)
		if (!strcmp(name, *names++))
			return true;
	return false;
}

/* One round; the pauses are as long as what was read took, @pause times. */
static void read_all(struct counts *c, const char *path, unsigned int pause, char **names)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir && !ended && (entry = readdir(dir))) {
		long from = now_us();

		if (!is_wanted(entry->d_name, names))
			continue;
		read_file(c, dirfd(dir), entry->d_name);
		if (pause)
			usleep((now_us() - from) * pause);
	}
	if (dir)
		closedir(dir);
	else
		usleep(1000);
}

static void reader(struct counts *c, char **argv)
{
	while (!ended)
		read_all(c, argv[1], atoi(argv[3]), argv + 4);
	exit(0);
}

static int report(const struct counts *c, int n)
{
	struct counts sum = {0};

	for (int i = 0; i < n; i++) {
		sum.files += c[i].files;
		sum.bytes += c[i].bytes;
		sum.failed += c[i].failed;
		if (c[i].failed)
			printf("reading %s failed %lu times: %s\n", c[i].name, c[i].failed,
			       strerror(c[i].error));
	}
	printf("readers=%d files=%lu bytes=%lu failed=%lu\n", n, sum.files, sum.bytes, sum.failed);
	return sum.failed || !sum.files;
}

int main(int argc, char **argv)
{
	int n = argc > 3 ? atoi(argv[2]) : 0;
	struct counts *c;

	if (n < 1 || n > READERS_MAX) {
		fprintf(stderr, "usage: reader DIRECTORY READERS PAUSE [FILE...]\n");
		return 64;
	}
	c = mmap(NULL, n * sizeof(*c), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (c == MAP_FAILED) {
		perror("reader: memory");
		return 1;
	}
	setpgid(0, 0);
	signal(SIGTERM, end);
	for (int i = 0; i < n; i++)
		if (!fork())
			reader(&c[i], argv);
	while (!ended)
		usleep(10000);
	signal(SIGTERM, SIG_IGN);
	kill(0, SIGTERM);
	while (wait(NULL) > 0)
		;
	return report(c, n);
}
