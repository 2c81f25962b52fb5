// SPDX-License-Identifier: GPL-2.0-only
/*
 * What of a kernel's types the host's side does not find, without running that kernel.
 *
 *   types OBJECT ARCH IMAGE [MODULE.ko]...
 *
 * OBJECT is the compiled BPF object, IMAGE an uncompressed kernel. Prints one line for each thing
 * that the object or the table of hooks names and that neither the kernel's nor a module's BTF has:
 * "field STRUCT PATH", "type NAME", "value ENUM NAME", "function NAME MODULE", "tracepoint NAME".
 * Exit status: 0; 1 = a file cannot be read, with a message.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <linux/bpf.h>

#include "places.h"

/* libbpf 1.1 declares btf_ext__raw_data() and exports only this name; later ones export both. */
const void *btf_ext__get_raw_data(const struct btf_ext *ext, __u32 *size);

#define MODULES_MAX  16
#define PATH_MAX_LEN 256

/* Documentation/bpf/btf.rst: section .BTF.ext. */
struct ext_header {
	__u16 magic;
	__u8 version, flags;
	__u32 hdr_len;
	__u32 func_info_off, func_info_len;
	__u32 line_info_off, line_info_len;
	__u32 core_relo_off, core_relo_len;
};

struct ext_section {
	__u32 name_off, count;
	__u8 records[];
};

static struct {
	struct btf *btf;
	const char *name; /* as the table of hooks has it: "kvm_intel" */
	char buffer[64];
} units[1 + MODULES_MAX]; /* the first is the kernel, "" */
static size_t n_units;

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "types: %s: %s\n", what, why);
	exit(1);
}

/* Where a raw BTF begins in @data; *@len receives its length. */
static const void *find_btf(const char *data, size_t size, size_t *len)
{
	const __u16 magic = BTF_MAGIC;
	const char *p = data, *end = data + size;

	while ((p = memmem(p, end - p, &magic, sizeof(magic)))) {
		struct btf_header h;
		size_t room = end - p;

		if (room < sizeof(h))
			break;
		memcpy(&h, p, sizeof(h));
		*len = (size_t)h.hdr_len + h.str_off + h.str_len;
		if (h.version == BTF_VERSION && h.hdr_len == sizeof(h) && !h.type_off &&
		    h.str_off == h.type_len && h.str_len && *len <= room)
			return p;
		p++;
	}
	return NULL;
}

static void read_kernel(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	const void *raw;
	void *data;
	size_t len;

	if (fd < 0 || fstat(fd, &st))
		fail(path, strerror(errno));
	data = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		fail(path, strerror(errno));
	raw = find_btf(data, st.st_size, &len);
	if (!raw)
		fail(path, "no BTF in it: is it uncompressed?");
	units[0].btf = btf__new(raw, len);
	if (!units[0].btf)
		fail(path, "its BTF is not valid");
	units[0].name = "";
	n_units = 1;
	munmap(data, st.st_size);
	close(fd);
}

static void read_module(const char *path)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	char *name = units[n_units].buffer;

	if (n_units > MODULES_MAX)
		fail(path, "too many modules");
	snprintf(name, sizeof(units[0].buffer), "%.*s", (int)strcspn(base, "."), base);
	for (char *c = name; *c; c++)
		*c = *c == '-' ? '_' : *c;
	units[n_units].name = name;
	units[n_units].btf = btf__parse_split(path, units[0].btf);
	if (!units[n_units].btf)
		fail(path, strerror(errno));
	n_units++;
}

static const struct btf_type *plain(const struct btf *btf, __u32 id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	while (btf_is_mod(t) || btf_is_typedef(t))
		t = btf__type_by_id(btf, t->type);
	return t;
}

/* The id of member @name, directly or in a nameless member; 0 = none. */
static __u32 member_type(const struct btf *btf, const struct btf_type *t, const char *name)
{
	for (int i = 0; btf_is_composite(t) && i < btf_vlen(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		const char *own = btf__name_by_offset(btf, m->name_off);
		__u32 found;

		if (!strcmp(own, name))
			return m->type;
		found = *own ? 0 : member_type(btf, plain(btf, m->type), name);
		if (found)
			return found;
	}
	return 0;
}

/* Whether the type @id has the members of @path, "a.b.c", each inside the one before it. */
static bool has_path(const struct btf *btf, __u32 id, const char *path)
{
	while (*path) {
		const struct btf_type *t = plain(btf, id);
		size_t len = strcspn(path, ".");
		char name[PATH_MAX_LEN];

		while (btf_is_array(t))
			t = plain(btf, btf_array(t)->type);
		snprintf(name, sizeof(name), "%.*s", (int)len, path);
		id = member_type(btf, t, name);
		if (!id)
			return false;
		path += len + (path[len] == '.');
	}
	return true;
}

static bool has_value(const struct btf *btf, const struct btf_type *t, const char *name)
{
	for (int i = 0; i < btf_vlen(t); i++) {
		__u32 off = btf_is_enum64(t) ? btf_enum64(t)[i].name_off : btf_enum(t)[i].name_off;

		if (!strcmp(btf__name_by_offset(btf, off), name))
			return true;
	}
	return false;
}

/* Whether @t can stand for a type of @kind: a declaration has nothing in it. */
static bool kind_fits(const struct btf_type *t, int kind)
{
	bool is_enum = kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64;

	return is_enum ? btf_is_any_enum(t) : (int)btf_kind(t) == kind;
}

/* Whether the kernel or a module has a type of this name and kind, with that path or value. */
static bool is_found(const char *name, int kind, const char *path, const char *value)
{
	for (size_t u = 0; u < n_units; u++) {
		const struct btf *btf = units[u].btf;
		/* a split BTF also numbers the types of the kernel: those were searched */
		__u32 first = u ? btf__type_cnt(units[0].btf) : 1;

		for (__u32 id = first; id < btf__type_cnt(btf); id++) {
			const struct btf_type *t = btf__type_by_id(btf, id);

			if (kind_fits(t, kind) &&
			    !strcmp(btf__name_by_offset(btf, t->name_off), name) &&
			    (value ? has_value(btf, t, value) : has_path(btf, id, path)))
				return true;
		}
	}
	return false;
}

/* "0:2:1" to the names of the members; what is nameless, and the places in an array, add none. */
static void path_format(const struct btf *btf, __u32 id, const char *access, char *path)
{
	const char *p = strchr(access, ':');

	for (*path = '\0'; p; p = strchr(p + 1, ':')) {
		const struct btf_type *t = plain(btf, id);
		unsigned long i = strtoul(p + 1, NULL, 10);
		const char *name;

		if (btf_is_array(t)) {
			id = btf_array(t)->type;
			continue;
		}
		name = btf__name_by_offset(btf, btf_members(t)[i].name_off);
		id = btf_members(t)[i].type;
		if (*name)
			snprintf(path + strlen(path), PATH_MAX_LEN - strlen(path), "%s%s",
				 *path ? "." : "", name);
	}
}

/* The name without its flavour: what follows "___" tells versions of a struct apart. */
static void name_copy(char *to, const char *from)
{
	const char *flavour = strstr(from, "___");

	snprintf(to, PATH_MAX_LEN, "%.*s", (int)(flavour ? flavour - from : (long)strlen(from)),
		 from);
}

static void check_value(const struct btf *btf, const struct btf_type *t, const char *name,
			const char *access)
{
	unsigned long i = strtoul(access, NULL, 10);
	__u32 off = btf_is_enum64(t) ? btf_enum64(t)[i].name_off : btf_enum(t)[i].name_off;
	char value[PATH_MAX_LEN];

	name_copy(value, btf__name_by_offset(btf, off));
	if (!is_found(name, btf_kind(t), "", value))
		printf("value %s %s\n", name, value);
}

static void check_relocation(const struct btf *btf, const struct bpf_core_relo *r)
{
	const char *access = btf__name_by_offset(btf, r->access_str_off);
	const struct btf_type *t = plain(btf, r->type_id);
	char name[PATH_MAX_LEN], path[PATH_MAX_LEN];

	name_copy(name, btf__name_by_offset(btf, t->name_off));
	switch (r->kind) {
	case BPF_CORE_FIELD_BYTE_OFFSET ... BPF_CORE_FIELD_RSHIFT_U64:
		path_format(btf, r->type_id, access, path);
		if (!is_found(name, btf_kind(t), path, NULL))
			printf("field %s %s\n", name, path);
		break;
	case BPF_CORE_ENUMVAL_EXISTS:
	case BPF_CORE_ENUMVAL_VALUE:
		check_value(btf, t, name, access);
		break;
	case BPF_CORE_TYPE_ID_LOCAL:
		break;
	default:
		if (!is_found(name, btf_kind(t), "", NULL))
			printf("type %s\n", name);
	}
}

static void check_object(const char *path)
{
	struct btf_ext *ext = NULL;
	struct btf *btf = btf__parse(path, &ext);
	const struct ext_header *h;
	const char *data, *p, *end;
	__u32 size, count = 0;

	if (!btf || !ext)
		fail(path, "no BTF and BTF.ext in it");
	data = btf_ext__get_raw_data(ext, &size);
	h = (const void *)data;
	if (size < sizeof(*h) || h->hdr_len < sizeof(*h) ||
	    (size_t)h->hdr_len + h->core_relo_off + h->core_relo_len > size)
		fail(path, "no relocations in its BTF.ext");
	p = data + h->hdr_len + h->core_relo_off;
	end = p + h->core_relo_len;
	size = *(const __u32 *)p; /* of one record */
	for (p += sizeof(size); p < end;) {
		const struct ext_section *s = (const void *)p;

		for (__u32 i = 0; i < s->count; i++, count++)
			check_relocation(btf, (const void *)&s->records[(size_t)i * size]);
		p = (const char *)&s->records[(size_t)s->count * size];
	}
	if (!count)
		fail(path, "it has no relocation: was it compiled with -g?");
	btf_ext__free(ext);
	btf__free(btf);
}

static bool has_function(const char *name, const char *owner)
{
	for (size_t u = 0; u < n_units; u++)
		if ((!u || !strcmp(units[u].name, owner)) &&
		    btf__find_by_name_kind(units[u].btf, name, BTF_KIND_FUNC) > 0)
			return true;
	return false;
}

static void check_hooks(const char *arch)
{
	for (size_t i = 0; i < HOOKS; i++) {
		const struct hook *hook = &hooks[i];
		char name[PATH_MAX_LEN];

		if (hook->arch && strcmp(hook->arch, arch))
			continue;
		snprintf(name, sizeof(name), "btf_trace_%s", hook->symbol);
		if (hook->tracepoint && !is_found(name, BTF_KIND_TYPEDEF, "", NULL))
			printf("tracepoint %s\n", hook->symbol);
		if (!hook->tracepoint && !has_function(hook->symbol, hook->owner))
			printf("function %s %s\n", hook->symbol, *hook->owner ? hook->owner : "-");
		if (!is_found(hook->type, BTF_KIND_STRUCT, "", NULL))
			printf("type %s\n", hook->type);
	}
}

static void check_fields(void)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const char *type = fields[i].type, *other = fields[i].other;

		if (!is_found(type, BTF_KIND_STRUCT, fields[i].member, NULL) &&
		    !(other && is_found(type, BTF_KIND_STRUCT, other, NULL)))
			printf("field %s %s\n", type, fields[i].member);
	}
}

int main(int argc, char **argv)
{
	if (argc < 4) {
		fprintf(stderr, "usage: types OBJECT ARCH IMAGE [MODULE.ko]...\n");
		return 1;
	}
	read_kernel(argv[3]);
	for (int i = 4; i < argc; i++)
		read_module(argv[i]);
	check_object(argv[1]);
	check_hooks(argv[2]);
	check_fields();
	return 0;
}
