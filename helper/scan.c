// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "file.h"
#include "scan.h"

static int add(struct rs_scan *scan, const struct rs_found *f)
{
	struct rs_found *more = (struct rs_found *)rs_scan_find(scan, f->kind, f->key);

	if (more) { /* another process has the same file open */
		if (f->kind == RS_FOUND_VQ && f->vq.owner)
			*more = *f;
		return 0;
	}
	more = realloc(scan->found, (scan->n + 1) * sizeof(*more));
	if (!more)
		return -1;
	scan->found = more;
	scan->found[scan->n++] = *f;
	return 0;
}

/* The kernel writes whole records, but a read may end inside a record. */
static int read_all(struct rs_scan *scan, int fd)
{
	struct rs_found buf[256];
	size_t have = 0, n;
	ssize_t got;

	while ((got = read(fd, (char *)buf + have, sizeof(buf) - have)) > 0) {
		have += got;
		n = have / sizeof(buf[0]);
		for (size_t i = 0; i < n; i++)
			if (add(scan, &buf[i]))
				return -1;
		have -= n * sizeof(buf[0]);
		memmove(buf, &buf[n], have);
	}
	return got < 0 ? -1 : 0;
}

static unsigned int major_of(const char *devices, const char *driver)
{
	char line[32];
	const char *at;

	snprintf(line, sizeof(line), " %s\n", driver);
	at = strstr(devices, line);
	while (at && at > devices && at[-1] != '\n')
		at--;
	return at ? strtoul(at, NULL, 10) : 0;
}

void rs_scan_majors(unsigned int majors[RS_MAJORS])
{
	static const char *const names[RS_MAJORS] = {[RS_MAJOR_MACVTAP] = "macvtap",
						     [RS_MAJOR_IPVTAP] = "ipvtap",
						     [RS_MAJOR_VDPA] = "vhost-vdpa"};
	size_t len;
	char *devices = rs_file_read("/proc/devices", &len);

	for (int i = 0; i < RS_MAJORS; i++)
		majors[i] = devices ? major_of(devices, names[i]) : 0;
	free(devices);
}

int rs_scan_read(struct rs_scan *scan, int link, struct rs_error *err)
{
	int fd = bpf_iter_create(link);
	int e;

	scan->n = 0;
	if (fd < 0)
		return rs_error_set(err, RS_EXIT_CANNOT,
				    "the kernel cannot list the open files: %s", strerror(errno));
	e = read_all(scan, fd);
	if (e)
		rs_error_set(err, RS_EXIT_ERROR, "reading the list of open files failed: %s",
			     strerror(errno));
	close(fd);
	return e;
}

void rs_scan_clear(struct rs_scan *scan)
{
	free(scan->found);
	scan->found = NULL;
	scan->n = 0;
}

const struct rs_found *rs_scan_find(const struct rs_scan *scan, enum rs_found_kind kind,
				    uint64_t key)
{
	for (size_t i = 0; i < scan->n; i++)
		if (scan->found[i].kind == kind && scan->found[i].key == key)
			return &scan->found[i];
	return NULL;
}

const struct rs_found *rs_scan_vm(const struct rs_scan *scan, uint32_t pid)
{
	const struct rs_found *vm = NULL;

	for (size_t i = 0; i < scan->n; i++) {
		if (scan->found[i].kind != RS_FOUND_VM || scan->found[i].pid != pid)
			continue;
		if (vm)
			return NULL;
		vm = &scan->found[i];
	}
	return vm;
}

const struct rs_found *rs_scan_vq(const struct rs_scan *scan, uint64_t socket, unsigned int n)
{
	for (size_t i = 0; i < scan->n; i++) {
		const struct rs_found *f = &scan->found[i];

		if (f->kind == RS_FOUND_VQ && f->vq.socket == socket && !n--)
			return f;
	}
	return NULL;
}

bool rs_scan_idle_vhost(const struct rs_scan *scan, uint32_t pid)
{
	for (size_t i = 0; i < scan->n; i++) {
		const struct rs_found *f = &scan->found[i];

		if (f->kind == RS_FOUND_VQ && f->pid == pid && !f->vq.socket)
			return true;
	}
	return false;
}
