// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kallsyms.h"

/* One line: address, kind, name, and the module in brackets. */
struct line {
	uint64_t address;
	const char *name;
	const char *module;
	char kind;
};

struct rs_kallsyms {
	char *text;
	struct line *lines;
	size_t n;
};

static char *read_all(const char *path)
{
	size_t have = 0, size = 1 << 20, got;
	FILE *f = fopen(path, "re");
	char *text = NULL;

	if (!f)
		return NULL;
	do {
		char *more = realloc(text, size *= 2);

		if (!more)
			break;
		text = more;
		got = fread(text + have, 1, size - have - 1, f);
		have += got;
	} while (got);
	fclose(f);
	if (text)
		text[have] = '\0';
	return text;
}

/* Splits the line at @text. Return: the next line, or NULL. */
static char *cut_line(char *text, struct line *l)
{
	char *end = text + strcspn(text, "\n"), *next = *end ? end + 1 : NULL, *p;

	*end = '\0';
	l->address = strtoull(text, &p, 16);
	l->kind = *p ? p[1] : '?';
	l->name = l->kind == '?' || !p[2] ? "" : p + 3;
	p = (char *)l->name + strcspn(l->name, "\t");
	l->module = "";
	if (*p) {
		*p = '\0';
		l->module = p + 1 + (p[1] == '[');
		((char *)l->module)[strcspn(l->module, "]")] = '\0';
	}
	return next;
}

struct rs_kallsyms *rs_kallsyms_read(void)
{
	struct rs_kallsyms *s = calloc(1, sizeof(*s));
	size_t lines = 1;

	if (!s)
		return NULL;
	s->text = read_all("/proc/kallsyms");
	for (char *p = s->text; p && (p = strchr(p, '\n')); p++)
		lines++;
	s->lines = s->text ? calloc(lines, sizeof(*s->lines)) : NULL;
	if (!s->lines) {
		rs_kallsyms_free(s);
		return NULL;
	}
	for (char *p = s->text; p && *p; s->n++)
		p = cut_line(p, &s->lines[s->n]);
	return s;
}

void rs_kallsyms_free(struct rs_kallsyms *s)
{
	if (!s)
		return;
	free(s->lines);
	free(s->text);
	free(s);
}

static bool is_hidden(const char *name)
{
	const char *p = getenv("RINGSIDE_HIDE");
	size_t n = strlen(name);

	while (p && *p) {
		size_t len = strcspn(p, ",");

		if (len == n && !strncmp(p, name, n))
			return true;
		p += len + (p[len] == ',');
	}
	return false;
}

static bool is_named(const struct line *l, const char *name, size_t n, const char *clone)
{
	if (!strchr("tTwW", l->kind) || strncmp(l->name, name, n))
		return false;
	return *clone ? !strncmp(l->name + n, clone, strlen(clone)) : !l->name[n];
}

/* A function ends where the next symbol starts; the symbols of modules are not sorted. */
static uint64_t find_end(const struct rs_kallsyms *s, uint64_t from)
{
	uint64_t to = 0;

	for (size_t i = 0; i < s->n; i++)
		if (s->lines[i].address > from && (!to || s->lines[i].address < to))
			to = s->lines[i].address;
	return to;
}

static const struct line *find_in(const struct rs_kallsyms *s, const char *name, const char *clone,
				  const char *module)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < s->n; i++)
		if (is_named(&s->lines[i], name, n, clone) && !strcmp(s->lines[i].module, module))
			return &s->lines[i];
	return NULL;
}

bool rs_kallsyms_find(const struct rs_kallsyms *s, const char *name, const char *clone,
		      const char *owner, struct rs_symbol *sym)
{
	const struct line *l = NULL;

	memset(sym, 0, sizeof(*sym));
	if (is_hidden(name))
		return false;
	if (*owner)
		l = find_in(s, name, clone, owner);
	if (!l) /* the function may be built in; a module that has it comes first */
		l = find_in(s, name, clone, "");
	if (!l)
		return false;
	snprintf(sym->name, sizeof(sym->name), "%s", l->name);
	snprintf(sym->module, sizeof(sym->module), "%s", l->module);
	sym->from = l->address;
	sym->to = sym->from ? find_end(s, sym->from) : 0;
	return true;
}

uint64_t rs_kallsyms_data(const struct rs_kallsyms *s, const char *name, const char *owner)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct line *l = &s->lines[i];

		if (strchr("AbBdDrR", l->kind) && !strcmp(l->name, name) &&
		    (!*l->module || !strcmp(l->module, owner)))
			return l->address;
	}
	return 0;
}

bool rs_kallsyms_known(const char *name)
{
	return !is_hidden(name);
}
