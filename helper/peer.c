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

/* The guests that are wanted: how many CIDs, and processes; @pid and @cid are those of the last
 * one. A program that starts a VMM may have its command line. */
struct guests {
	unsigned int cids, pids;
	uint64_t cid, pid;
};

static void guest_add(struct guests *g, uint64_t pid, uint64_t cid)
{
	g->cids += !g->cids || g->cid != cid;
	g->pids++;
	g->cid = cid;
	g->pid = pid;
}

static struct guests guests_find(const struct rs_filter *f)
{
	DIR *dir = opendir("/proc");
	struct guests g = {0};
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		unsigned int pid = strtoul(entry->d_name, NULL, 10);
		uint64_t cid = pid ? rs_vm_cid(pid) : 0;

		if (cid > 2 && cid < UINT32_MAX && is_wanted(f, pid, cid))
			guest_add(&g, pid, cid);
	}
	if (dir)
		closedir(dir);
	return g;
}

struct rs_num rs_peer_pid(uint64_t cid)
{
	const struct rs_filter filter = {.cid = rs_num_of(cid)};
	struct guests g = guests_find(&filter);

	return g.pids == 1 ? rs_num_of(g.pid) : (struct rs_num){0};
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
	struct guests g;

	if (filter->cid.known)
		return 0;
	g = guests_find(filter);
	if (g.cids != 1)
		return unclear(g.cids, err);
	filter->cid = rs_num_of(g.cid);
	return 0;
}
