// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "look.h"

static int add(struct rs_look *look, const struct rs_found *f)
{
	struct rs_found *more;

	if (rs_look_find(look, f->kind, f->key))
		return 0; /* another process has the same file */
	more = realloc(look->found, (look->n + 1) * sizeof(*more));
	if (!more)
		return -1;
	look->found = more;
	look->found[look->n++] = *f;
	return 0;
}

/* Records are written whole, but a read may end within one. */
static int read_all(struct rs_look *look, int fd)
{
	struct rs_found buf[256];
	size_t have = 0, n;
	ssize_t got;

	while ((got = read(fd, (char *)buf + have, sizeof(buf) - have)) > 0) {
		have += got;
		n = have / sizeof(buf[0]);
		for (size_t i = 0; i < n; i++)
			if (add(look, &buf[i]))
				return -1;
		have -= n * sizeof(buf[0]);
		memmove(buf, &buf[n], have);
	}
	return got < 0 ? -1 : 0;
}

int rs_look_read(struct rs_look *look, int link, struct rs_error *err)
{
	int fd = bpf_iter_create(link);
	int e;

	look->n = 0;
	if (fd < 0)
		return rs_error_set(err, RS_EXIT_CANNOT, "the kernel does not list open files: %s",
				    strerror(errno));
	e = read_all(look, fd);
	if (e)
		rs_error_set(err, RS_EXIT_ERROR, "the list of open files broke off: %s",
			     strerror(errno));
	close(fd);
	return e;
}

void rs_look_clear(struct rs_look *look)
{
	free(look->found);
	look->found = NULL;
	look->n = 0;
}

const struct rs_found *rs_look_find(const struct rs_look *look, enum rs_found_kind kind,
				    uint64_t key)
{
	for (size_t i = 0; i < look->n; i++)
		if (look->found[i].kind == kind && look->found[i].key == key)
			return &look->found[i];
	return NULL;
}

const struct rs_found *rs_look_vq(const struct rs_look *look, uint64_t socket, unsigned int n)
{
	for (size_t i = 0; i < look->n; i++) {
		const struct rs_found *f = &look->found[i];

		if (f->kind == RS_FOUND_VQ && f->vq.socket == socket && !n--)
			return f;
	}
	return NULL;
}

bool rs_look_idle_vhost(const struct rs_look *look, uint32_t pid)
{
	for (size_t i = 0; i < look->n; i++) {
		const struct rs_found *f = &look->found[i];

		if (f->kind == RS_FOUND_VQ && f->pid == pid && !f->vq.socket)
			return true;
	}
	return false;
}
