// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>

#include "symbols.h"

/* The modules a packet for a guest passes through; each may be built in. */
static const char *const modules[] = { "tun", "vhost", "vhost_net", "kvm", "kvm_amd", "kvm_intel" };

#define MODULES (sizeof(modules) / sizeof(modules[0]))

struct rs_types {
	struct btf *kernel;
	struct btf *module[MODULES]; /* NULL = not loaded, built in, or without types */
};

static bool is_hidden(const char *name)
{
	const char *hide = getenv("RINGSIDE_HIDE");
	size_t n = strlen(name);

	for (const char *p = hide; p && *p; p += strcspn(p, ",") + (p[strcspn(p, ",")] == ','))
		if (strcspn(p, ",") == n && !strncmp(p, name, n))
			return true;
	return false;
}

static bool is_named(const char *text, const char *name, const char *clone)
{
	size_t n = strlen(name);

	if (strncmp(text, name, n))
		return false;
	return *clone ? !strncmp(text + n, clone, strlen(clone)) : !text[n];
}

/* One line of kallsyms: address, kind, name, and the module in brackets. */
static bool read_line(FILE *f, struct rs_symbol *s, char *kind)
{
	char line[512];

	if (!fgets(line, sizeof(line), f))
		return false;
	memset(s, 0, sizeof(*s));
	*kind = '?';
	if (sscanf(line, "%" SCNx64 " %c %127s [%63[^]]", &s->from, kind, s->name, s->module) < 3)
		*kind = '?';
	return true;
}

/* A function ends where the next symbol of any kind begins; modules' symbols are not sorted. */
static uint64_t find_end(FILE *f, uint64_t from)
{
	struct rs_symbol s;
	uint64_t to = 0;
	char kind;

	rewind(f);
	while (read_line(f, &s, &kind))
		if (s.from > from && (!to || s.from < to))
			to = s.from;
	return to;
}

bool rs_symbol_find(const char *name, const char *clone, struct rs_symbol *sym)
{
	FILE *f = fopen("/proc/kallsyms", "re");
	bool found = false;
	char kind;

	if (!f)
		return false;
	while (!found && !is_hidden(name) && read_line(f, sym, &kind))
		found = strchr("tTwW", kind) && is_named(sym->name, name, clone);
	if (found && sym->from)
		sym->to = find_end(f, sym->from);
	fclose(f);
	return found;
}

static struct btf *read_module(const char *name, struct btf *kernel)
{
	struct btf *btf;
	char path[96];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/kernel/btf/%s", name);
	f = fopen(path, "re");
	if (!f)
		return NULL;
	fclose(f);
	btf = btf__load_module_btf(name, kernel);
	return btf;
}

struct rs_types *rs_types_read(void)
{
	struct rs_types *t = calloc(1, sizeof(*t));

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

void rs_types_free(struct rs_types *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < MODULES; i++)
		btf__free(t->module[i]);
	btf__free(t->kernel);
	free(t);
}

bool rs_types_struct(const struct rs_types *t, const char *name)
{
	bool found = btf__find_by_name_kind(t->kernel, name, BTF_KIND_STRUCT) > 0;

	for (size_t i = 0; i < MODULES; i++)
		found |= t->module[i] && btf__find_by_name_kind(t->module[i], name, BTF_KIND_STRUCT) > 0;
	return found;
}

bool rs_types_function(const struct rs_types *t, const char *name, const char *module)
{
	for (size_t i = 0; *module && i < MODULES; i++)
		if (!strcmp(module, modules[i]))
			return t->module[i] &&
			       btf__find_by_name_kind(t->module[i], name, BTF_KIND_FUNC) > 0;
	return !*module && btf__find_by_name_kind(t->kernel, name, BTF_KIND_FUNC) > 0;
}

bool rs_types_enumerator(const struct rs_types *t, const char *type, const char *name)
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
