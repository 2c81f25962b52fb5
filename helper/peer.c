// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"
#include "vm.h"

static bool is_wanted(const struct rs_filter *f, unsigned int pid, uint64_t cid)
{
	struct rs_vm vm = {.comm = ""};

	if (f->cid.known && f->cid.value != cid)
		return false;
	if (f->pid.known && f->pid.value != pid)
		return false;
	if (!f->vm)
		return true;
	rs_vm_fill(pid, &vm);
	return !strcmp(vm.name, f->vm) || !strcmp(vm.uuid, f->vm);
}

/* How many guests with a CID are wanted; @pid and @cid are those of the last one. */
static unsigned int guests_find(const struct rs_filter *f, uint64_t *pid, uint64_t *cid)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	unsigned int n = 0;

	while (dir && (entry = readdir(dir))) {
		unsigned int at = strtoul(entry->d_name, NULL, 10);
		uint64_t has = at ? rs_vm_cid(at) : 0;

		if (!has || !is_wanted(f, at, has))
			continue;
		*pid = at;
		*cid = has;
		n++;
	}
	if (dir)
		closedir(dir);
	return n;
}

static int unclear(unsigned int n, struct rs_error *err)
{
	if (n)
		return rs_error_set(
			err, RS_EXIT_USAGE,
			"%u virtual machines here have a vsock: name one by --vm, --pid "
			"or --guest vsock:CID",
			n);
	return rs_error_set(err, RS_EXIT_NOTAP,
			    "no such virtual machine has a vsock on its command line: give it one "
			    "(QEMU: -device vhost-vsock-pci,guest-cid=3), or name it by --guest "
			    "vsock:CID");
}

int rs_peer_find(struct rs_filter *filter, struct rs_error *err)
{
	uint64_t pid = 0, cid = 0;
	unsigned int n = guests_find(filter, &pid, &cid);

	if (!filter->cid.known && n != 1)
		return unclear(n, err);
	if (n == 1) {
		filter->cid = rs_num_of(cid);
		filter->pid = rs_num_of(pid);
	}
	return 0;
}
