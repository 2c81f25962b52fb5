// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "btf.h"

/* The modules that a packet for a guest passes; each may be built in. */
static const char *const modules[] = {"tun", "tap",	"vhost",    "vhost_net",
				      "kvm", "kvm_amd", "kvm_intel"};

#define MODULES (sizeof(modules) / sizeof(modules[0]))

struct rs_btf {
	struct btf *kernel;
	struct btf *module[MODULES]; /* NULL = not loaded, built in, or without BTF */
	int fd[MODULES];	     /* 0 = not opened yet */
};

static struct btf *read_module(const char *name, struct btf *kernel)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/kernel/btf/%s", name);
	return access(path, R_OK) ? NULL : btf__load_module_btf(name, kernel);
}

struct rs_btf *rs_btf_read(void)
{
	struct rs_btf *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->kernel = btf__load_vmlinux_btf();
	if (!t->kernel) {
		free(t);
		return NULL;
	}
	for (size_t i = 0; i < MODULES; i++)
		t->module[i] = read_module(modules[i], t->kernel);
	return t;
}

void rs_btf_free(struct rs_btf *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < MODULES; i++) {
		btf__free(t->module[i]);
		if (t->fd[i] > 0)
			close(t->fd[i]);
	}
	btf__free(t->kernel);
	free(t);
}

bool rs_btf_struct(const struct rs_btf *t, const char *name)
{
	bool found = btf__find_by_name_kind(t->kernel, name, BTF_KIND_STRUCT) > 0;

	for (size_t i = 0; !found && i < MODULES; i++)
		found = t->module[i] &&
			btf__find_by_name_kind(t->module[i], name, BTF_KIND_STRUCT) > 0;
	return found;
}

static bool has_member(const struct btf *btf, int id, const char *name)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	for (int i = 0; btf_is_composite(type) && i < btf_vlen(type); i++) {
		const struct btf_member *m = &btf_members(type)[i];

		if (!strcmp(btf__name_by_offset(btf, m->name_off), name) ||
		    has_member(btf, m->type, name))
			return true;
	}
	return false;
}

static bool describes_member(const struct btf *btf, const char *type, const char *member)
{
	int id = btf ? btf__find_by_name_kind(btf, type, BTF_KIND_STRUCT) : -1;

	return id > 0 && has_member(btf, id, member);
}

bool rs_btf_member(const struct rs_btf *t, const char *type, const char *member)
{
	bool found = describes_member(t->kernel, type, member);

	for (size_t i = 0; !found && i < MODULES; i++)
		found = describes_member(t->module[i], type, member);
	return found;
}

/* Of a member that is not inside another one. */
static unsigned int offset_of(const struct btf *btf, const struct btf_type *type,
			      const char *member)
{
	for (int i = 0; i < btf_vlen(type); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_members(type)[i].name_off), member))
			return btf_member_bit_offset(type, i) / 8;
	return 0;
}

unsigned int rs_btf_offset(const struct rs_btf *t, const char *type, const char *beside,
			   const char *member)
{
	int n = btf__type_cnt(t->kernel);

	for (int i = 1; i < n; i++) {
		const struct btf_type *one = btf__type_by_id(t->kernel, i);

		if (btf_is_struct(one) &&
		    !strcmp(btf__name_by_offset(t->kernel, one->name_off), type) &&
		    has_member(t->kernel, i, beside))
			return offset_of(t->kernel, one, member);
	}
	return 0;
}

static int find_module(const char *name)
{
	for (size_t i = 0; i < MODULES; i++)
		if (!strcmp(name, modules[i]))
			return i;
	return -1;
}

/* A module's BTF extends the kernel's: a search by name would find the kernel's types first. */
static int find_function(const struct btf *btf, const struct btf *base, const char *name)
{
	int n = btf__type_cnt(btf);

	for (int i = base ? btf__type_cnt(base) : 1; i < n; i++) {
		const struct btf_type *type = btf__type_by_id(btf, i);

		if (btf_is_func(type) && !strcmp(btf__name_by_offset(btf, type->name_off), name))
			return i;
	}
	return -1;
}

static int function_id(const struct rs_btf *t, const char *name, const char *module)
{
	int m;

	if (!*module)
		return find_function(t->kernel, NULL, name);
	m = find_module(module);
	return m < 0 || !t->module[m] ? -1 : find_function(t->module[m], t->kernel, name);
}

bool rs_btf_function(const struct rs_btf *t, const char *name, const char *module)
{
	return function_id(t, name, module) > 0;
}

static bool is_module(int fd, const char *name)
{
	struct bpf_btf_info info = {0};
	__u32 len = sizeof(info);
	char text[64] = "";

	info.name = (uintptr_t)text;
	info.name_len = sizeof(text);
	return !bpf_obj_get_info_by_fd(fd, &info, &len) && info.kernel_btf && !strcmp(text, name);
}

/* The kernel gives each loaded BTF a number, and offers no search by the module's name. */
static int open_module(const char *name)
{
	__u32 id = 0;

	while (!bpf_btf_get_next_id(id, &id)) {
		int fd = bpf_btf_get_fd_by_id(id);

		if (fd >= 0 && is_module(fd, name))
			return fd;
		if (fd >= 0)
			close(fd);
	}
	return -1;
}

int rs_btf_attach(struct rs_btf *t, const char *name, const char *module, int *fd)
{
	int id = function_id(t, name, module);
	int m;

	*fd = 0;
	if (id <= 0 || !*module)
		return id;
	m = find_module(module);
	if (t->fd[m] <= 0)
		t->fd[m] = open_module(module);
	*fd = t->fd[m];
	return *fd > 0 ? id : -1;
}

bool rs_btf_tracepoint(const struct rs_btf *t, const char *name)
{
	char type[64];

	snprintf(type, sizeof(type), "btf_trace_%s", name);
	return btf__find_by_name_kind(t->kernel, type, BTF_KIND_TYPEDEF) > 0;
}

bool rs_btf_enumerator(const struct rs_btf *t, const char *type, const char *name)
{
	int id = btf__find_by_name_kind(t->kernel, type, BTF_KIND_ENUM);
	const struct btf_type *e;

	if (id <= 0)
		return false;
	e = btf__type_by_id(t->kernel, id);
	for (int i = 0; i < btf_vlen(e); i++)
		if (!strcmp(btf__name_by_offset(t->kernel, btf_enum(e)[i].name_off), name))
			return true;
	return false;
}
