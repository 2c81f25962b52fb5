// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plain.h"
#include "vm.h"

#define CMDLINE_MAX (256 * 1024)

struct cmdline {
	char text[CMDLINE_MAX];
	size_t len;
};

static size_t read_proc(unsigned int pid, const char *name, char *buf, size_t size)
{
	char path[64];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
	f = fopen(path, "re");
	if (f) {
		n = fread(buf, 1, size - 1, f);
		fclose(f);
	}
	buf[n] = '\0';
	return n;
}

static struct cmdline *cmdline_read(unsigned int pid)
{
	struct cmdline *c = malloc(sizeof(*c));

	if (c)
		c->len = read_proc(pid, "cmdline", c->text, sizeof(c->text));
	return c;
}

/* The argument of the next @option from @*at on; moves @*at behind it. NULL = no more. */
static const char *cmdline_next(const struct cmdline *c, const char *option, size_t *at)
{
	while (*at < c->len) {
		const char *arg = c->text + *at;

		*at += strlen(arg) + 1;
		if (*at < c->len && arg[0] == '-' && !strcmp(arg + 1 + (arg[1] == '-'), option))
			return c->text + *at;
	}
	return NULL;
}

/* Copies the text up to the first character of @stop. */
static bool copy_until(const char *from, const char *stop, char *to, size_t size)
{
	size_t n = strcspn(from, stop);

	if (!n || n >= size)
		return false;
	memcpy(to, from, n);
	to[n] = '\0';
	return true;
}

/* The value of `key` in an option's argument, which QEMU accepts as key=value,... or as JSON. */
static bool arg_value(const char *arg, const char *key, char *to, size_t size)
{
	size_t n = strlen(key);

	for (const char *p = arg; (p = strstr(p, key)); p++) {
		bool starts = p == arg || p[-1] == ',' || p[-1] == '"';

		if (starts && p[n] == '=')
			return copy_until(p + n + 1, ",", to, size);
		if (starts && !strncmp(p + n, "\":\"", 3))
			return copy_until(p + n + 3, "\"", to, size);
	}
	return false;
}

static void fill_uuid(const struct cmdline *c, struct rs_vm *vm)
{
	size_t at = 0;
	const char *arg;

	while ((arg = cmdline_next(c, "uuid", &at))) /* QEMU takes the last one */
		rs_str_set(vm->uuid, arg);
	if (*vm->uuid)
		return;
	for (at = 0; (arg = cmdline_next(c, "smbios", &at));)
		if (arg_value(arg, "uuid", vm->uuid, sizeof(vm->uuid)))
			return;
}

static void fill_name(const struct cmdline *c, struct rs_vm *vm)
{
	size_t at = 0;
	const char *arg = cmdline_next(c, "name", &at);

	if (arg && !arg_value(arg, "guest", vm->name, sizeof(vm->name)))
		copy_until(arg, ",", vm->name, sizeof(vm->name));
}

void rs_vm_thread(unsigned int pid, unsigned int tid, char *name, size_t size)
{
	char path[32];

	snprintf(path, sizeof(path), "task/%u/comm", tid);
	if (!read_proc(pid, path, name, size))
		return;
	name[strcspn(name, "\n")] = '\0';
	rs_plain_make(name, size);
}

void rs_vm_fill(unsigned int pid, struct rs_vm *vm)
{
	struct cmdline *c = cmdline_read(pid);

	vm->pid = rs_num_of(pid);
	if (read_proc(pid, "comm", vm->comm, sizeof(vm->comm)))
		vm->comm[strcspn(vm->comm, "\n")] = '\0';
	if (c) {
		fill_uuid(c, vm);
		fill_name(c, vm);
		free(c);
	}
	rs_plain_make(vm->comm, sizeof(vm->comm));
	rs_plain_make(vm->uuid, sizeof(vm->uuid));
	rs_plain_make(vm->name, sizeof(vm->name));
}

/* Whether the first descriptor of "33:35" is open on @tap. */
static bool fds_are_tap(unsigned int pid, const char *fds, const char *tap)
{
	char name[64], info[1024], iff[64];
	const char *line;
	unsigned int fd;

	if (sscanf(fds, "%u", &fd) != 1)
		return false;
	snprintf(name, sizeof(name), "fdinfo/%u", fd);
	read_proc(pid, name, info, sizeof(info));
	line = strstr(info, "iff:");
	return line && sscanf(line, "iff: %63s", iff) == 1 && !strcmp(iff, tap);
}

static bool fd_is_file(unsigned int pid, const char *fd, const char *file)
{
	char path[64], link[256];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%u/fd/%u", pid, (unsigned int)strtoul(fd, NULL, 10));
	len = readlink(path, link, sizeof(link) - 1);
	link[len < 0 ? 0 : len] = '\0';
	return !strcmp(link, file);
}

/* @tap: the name of a tap, or the file of a vhost-vdpa device. */
static bool netdev_is_tap(unsigned int pid, const char *arg, const char *tap)
{
	char value[256];

	if (arg_value(arg, "vhostdev", value, sizeof(value)))
		return !strcmp(value, tap);
	if (arg_value(arg, "vhostfd", value, sizeof(value)) && fd_is_file(pid, value, tap))
		return true;
	if (arg_value(arg, "ifname", value, sizeof(value)))
		return !strcmp(value, tap);
	if (arg_value(arg, "fds", value, sizeof(value)) ||
	    arg_value(arg, "fd", value, sizeof(value)))
		return fds_are_tap(pid, value, tap);
	return false;
}

/* The id of the -netdev that is @tap. */
static bool netdev_id(unsigned int pid, const struct cmdline *c, const char *tap, char *id,
		      size_t size)
{
	const char *arg;

	for (size_t at = 0; (arg = cmdline_next(c, "netdev", &at));)
		if (netdev_is_tap(pid, arg, tap))
			return arg_value(arg, "id", id, size);
	return false;
}

bool rs_vm_mac(unsigned int pid, const char *tap, char *mac, size_t size)
{
	struct cmdline *c = cmdline_read(pid);
	char id[64], netdev[64];
	bool found = false;
	const char *arg;

	if (c && netdev_id(pid, c, tap, id, sizeof(id)))
		for (size_t at = 0; !found && (arg = cmdline_next(c, "device", &at));)
			found = arg_value(arg, "netdev", netdev, sizeof(netdev)) &&
				!strcmp(netdev, id) && arg_value(arg, "mac", mac, size);
	free(c);
	if (found)
		rs_plain_make(mac, size);
	for (char *p = mac; found && *p; p++)
		*p = tolower(*p);
	return found;
}

/* QEMU accepts guest-cid=N, and as JSON "guest-cid":N. */
static uint64_t device_cid(const char *arg)
{
	const char *at = strstr(arg, "guest-cid");

	if (!at)
		return 0;
	at += strlen("guest-cid");
	at += strspn(at, "\":= ");
	return strtoul(at, NULL, 10);
}

uint64_t rs_vm_cid(unsigned int pid)
{
	struct cmdline *c = cmdline_read(pid);
	uint64_t cid = 0;
	const char *arg;

	if (c)
		for (size_t at = 0; !cid && (arg = cmdline_next(c, "device", &at));)
			cid = device_cid(arg);
	free(c);
	return cid;
}
