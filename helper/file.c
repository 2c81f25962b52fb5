// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

/* The size of the kernel's files is unknown in advance: read until the end. */
static char *read_all(int fd, size_t *len)
{
	size_t room = 1 << 16, used = 0;
	char *text = malloc(room);
	ssize_t got = text ? 1 : -1;

	while (got > 0) {
		if (used + 1 == room) {
			char *more = realloc(text, room *= 2);

			got = more ? 1 : -1;
			if (!more)
				break;
			text = more;
		}
		got = read(fd, text + used, room - used - 1);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			used += got;
	}
	if (got < 0) {
		free(text);
		return NULL;
	}
	text[used] = '\0';
	*len = used;
	return text;
}

char *rs_file_read(const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = fd < 0 ? NULL : read_all(fd, len);
	int error = errno;

	if (fd >= 0)
		close(fd);
	errno = error;
	return text;
}

char *rs_file_read_again(int fd, size_t *len)
{
	return lseek(fd, 0, SEEK_SET) ? NULL : read_all(fd, len);
}

void rs_file_line(const char *path, char *line, size_t size)
{
	FILE *f = fopen(path, "re");

	*line = '\0';
	if (!f)
		return;
	if (!fgets(line, size, f))
		*line = '\0';
	line[strcspn(line, "\n")] = '\0';
	fclose(f);
}

bool rs_file_is_stdout(const char *path)
{
	return !path || !strcmp(path, "-");
}

/* A device or a pipe cannot be replaced by rename(): it is written to directly. */
static bool is_replaceable(const char *path)
{
	struct stat st;

	return stat(path, &st) ? errno == ENOENT : S_ISREG(st.st_mode);
}

static int cannot_create(const char *path, struct rs_error *err)
{
	return rs_error_set(err, RS_EXIT_NOOUTPUT, "cannot write %s: %s", path, strerror(errno));
}

static int cannot_write(const char *path, struct rs_error *err)
{
	return rs_error_set(err, RS_EXIT_IO, "writing %s failed: %s; %s", path, strerror(errno),
			    "the file was not changed");
}

int rs_file_probe(const char *path, struct rs_error *err)
{
	char copy[PATH_MAX];
	struct stat st;

	if (rs_file_is_stdout(path))
		return 0;
	if (snprintf(copy, sizeof(copy), "%s", path) >= (int)sizeof(copy)) {
		errno = ENAMETOOLONG;
		return cannot_create(path, err);
	}
	if (!stat(path, &st) && S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return cannot_create(path, err);
	}
	if (access(is_replaceable(path) ? dirname(copy) : path, W_OK))
		return cannot_create(path, err);
	return 0;
}

static int write_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		ssize_t put = write(fd, text, left);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		text += put;
		left -= put;
	}
	return 0;
}

static int write_plain(const char *path, int fd, const char *text, struct rs_error *err)
{
	if (fd < 0)
		return cannot_create(path, err);
	return write_all(fd, text) ? rs_error_set(err, RS_EXIT_IO, "writing %s failed: %s", path,
						  strerror(errno))
				   : 0;
}

static int replace(const char *path, const char *text, struct rs_error *err)
{
	char temp[PATH_MAX];
	mode_t mask = umask(0);
	int fd, ret;

	umask(mask);
	if (snprintf(temp, sizeof(temp), "%s.XXXXXX", path) >= (int)sizeof(temp)) {
		errno = ENAMETOOLONG;
		return cannot_create(path, err);
	}
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0)
		return cannot_create(path, err);
	ret = write_all(fd, text) || fchmod(fd, 0666 & ~mask) || fsync(fd);
	if (close(fd) || ret || rename(temp, path)) {
		cannot_write(path, err);
		unlink(temp);
		return -1;
	}
	return 0;
}

int rs_file_write(const char *path, const char *text, struct rs_error *err)
{
	sigset_t all, before;
	int ret, fd;

	if (rs_file_is_stdout(path))
		return write_plain("standard output", STDOUT_FILENO, text, err);
	if (!is_replaceable(path)) {
		fd = open(path, O_WRONLY | O_CLOEXEC);
		ret = write_plain(path, fd, text, err);
		if (fd >= 0)
			close(fd);
		return ret;
	}
	/* a second Ctrl-C must not leave the temporary file behind */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	ret = replace(path, text, err);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return ret;
}
