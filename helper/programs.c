// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/perf_event.h>

#include "programs.h"
#include "../bpf/maps.h"
#include "ringside.skel.h"

static char said[256];
static bool log_aloud;

/* While programs are loaded: which function each is for. */
static struct {
	const struct rs_program *programs;
	size_t n;
	struct rs_types *types;
} loading;

static int log_print(enum libbpf_print_level level, const char *format, va_list args)
{
	va_list again;

	if (level == LIBBPF_WARN && !said[0]) { /* the first names the program */
		va_copy(again, args);
		vsnprintf(said, sizeof(said), format, again);
		said[strcspn(said, "\n")] = '\0';
		va_end(again);
	}
	return log_aloud && level <= LIBBPF_INFO ? vfprintf(stderr, format, args) : 0;
}

void rs_programs_log(bool aloud)
{
	log_aloud = aloud;
	libbpf_set_print(log_print);
}

const char *rs_programs_said(void)
{
	return said;
}

static int prepare_fentry(struct bpf_program *prog, struct bpf_prog_load_opts *opts, long cookie)
{
	(void)cookie;
	for (size_t i = 0; i < loading.n; i++) {
		const struct rs_program *p = &loading.programs[i];
		int fd = 0, id;

		if (p->prog != prog)
			continue;
		id = rs_types_attach(loading.types, p->function, p->sym.module, &fd);
		opts->expected_attach_type = BPF_TRACE_FENTRY;
		opts->attach_btf_id = id;
		opts->attach_btf_obj_fd = fd;
		return id > 0 ? 0 : -ESRCH;
	}
	return -ESRCH;
}

/*
 * Two modules may have a function of the same name: libbpf takes the first, ringside knows which.
 * Once per process, and before an object is opened: objects point to their handlers.
 */
static int handle_fentry(void)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .prog_prepare_load_fn = prepare_fentry);
	static int handler;

	if (!handler)
		handler = libbpf_register_prog_handler("fentry+", BPF_PROG_TYPE_TRACING,
						       BPF_TRACE_FENTRY, &opts);
	return handler < 0 ? handler : 0;
}

static struct bpf_program *find_program(struct ringside_bpf *bpf, const char *function,
					const char *how)
{
	char name[128];

	snprintf(name, sizeof(name), "%s%s", function, how);
	return bpf_object__find_program_by_name(bpf->obj, name);
}

/* Of the two programs of a function one is loaded, or none. */
static void choose(struct ringside_bpf *bpf, struct rs_program *p, const struct rs_types *types,
		   bool fentry)
{
	struct bpf_program *entry = find_program(bpf, p->function, "_fentry");
	struct bpf_program *probe = find_program(bpf, p->function, "_kprobe");

	if (p->tracepoint) {
		p->prog = find_program(bpf, p->function, "");
		bpf_program__set_autoload(p->prog, p->wanted);
		return;
	}
	p->fentry = fentry && !p->deaf && rs_types_function(types, p->function, p->sym.module);
	p->prog = p->fentry ? entry : probe;
	bpf_program__set_autoload(entry, p->wanted && p->fentry);
	bpf_program__set_autoload(probe, p->wanted && !p->fentry);
}

static void set_constants(struct ringside_bpf *bpf, const struct rs_constants *c)
{
	bpf->rodata->rs_only_ifindex = c->ifindex;
	bpf->rodata->rs_tun_proto = c->tun_proto;
	for (int i = 0; i < 2; i++) {
		bpf->rodata->rs_xmit_from[i] = c->xmit[i].from;
		bpf->rodata->rs_xmit_to[i] = c->xmit[i].to;
	}
}

static int kprobe_type(void)
{
	FILE *f = fopen("/sys/bus/event_source/devices/kprobe/type", "re");
	int type = -1;

	if (!f)
		return -1;
	if (fscanf(f, "%d", &type) != 1)
		type = -1;
	fclose(f);
	return type;
}

/* By address, for the same reason. */
static struct bpf_link *attach_kprobe(const struct rs_program *p)
{
	struct perf_event_attr attr = {.size = sizeof(attr), .config2 = p->sym.from};
	struct bpf_link *link;
	int type = kprobe_type();
	int fd;

	if (type < 0 || !p->sym.from)
		return bpf_program__attach_kprobe(p->prog, false, p->sym.name);
	attr.type = type;
	fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return NULL;
	link = bpf_program__attach_perf_event(p->prog, fd);
	if (!link)
		close(fd);
	return link;
}

static int attach(struct rs_program *p)
{
	int e;

	if (p->fentry)
		p->link = bpf_program__attach_trace(p->prog);
	else if (p->tracepoint)
		p->link = bpf_program__attach(p->prog);
	else
		p->link = attach_kprobe(p);
	if (p->link)
		return 0;
	e = errno;
	snprintf(said, sizeof(said), "%s cannot be hooked: %s", p->function, strerror(e));
	return -e;
}

static FILE *open_enabled(void)
{
	FILE *f = fopen("/sys/kernel/tracing/enabled_functions", "re");

	return f ? f : fopen("/sys/kernel/debug/tracing/enabled_functions", "re");
}

/* "function [module] (1) R D ... direct-->bpf_trampoline...", the last part perhaps on a line of
 * its own */
static bool is_enabled(FILE *f, const char *function)
{
	size_t n = strlen(function);
	bool here = false;
	char line[512];

	rewind(f);
	while (fgets(line, sizeof(line), f)) {
		if (line[0] != '\t')
			here = !strncmp(line, function, n) && line[n] == ' ';
		if (here && strstr(line, "direct-->bpf_trampoline"))
			return true;
	}
	return false;
}

/*
 * Some kernels accept fentry for a function and never call it: seen on x86, irqfd_wakeup in 6.12.
 * ftrace lists what is really patched; where it cannot be asked, nothing is sure. Return: whether
 * all that was attached by fentry will run.
 */
static bool all_hear(struct rs_program *programs, size_t n)
{
	FILE *f = open_enabled();
	bool all = true;

	for (size_t i = 0; i < n; i++) {
		struct rs_program *p = &programs[i];

		if (p->link && p->fentry && !(f && is_enabled(f, p->function))) {
			p->deaf = true;
			all = false;
		}
	}
	if (f)
		fclose(f);
	return all;
}

void rs_programs_unload(struct ringside_bpf **bpf, struct rs_program *programs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bpf_link__destroy(programs[i].link);
		programs[i].link = NULL;
	}
	ringside_bpf__destroy(*bpf);
	*bpf = NULL;
}

static int load(struct ringside_bpf *bpf, struct rs_program *programs, size_t n)
{
	int e = ringside_bpf__load(bpf);

	for (size_t i = 0; !e && i < n; i++)
		if (programs[i].wanted)
			e = attach(&programs[i]);
	if (e)
		return e;
	bpf->links.look = bpf_program__attach(bpf->progs.look);
	return bpf->links.look ? 0 : -errno;
}

static int open_and_load(struct ringside_bpf **bpf, struct rs_program *programs, size_t n,
			 const struct rs_constants *constants, bool fentry)
{
	int e;

	said[0] = '\0';
	*bpf = ringside_bpf__open();
	if (!*bpf)
		return -errno;
	for (size_t i = 0; i < n; i++)
		choose(*bpf, &programs[i], loading.types, fentry);
	set_constants(*bpf, constants);
	e = load(*bpf, programs, n);
	if (e)
		rs_programs_unload(bpf, programs, n);
	return e;
}

int rs_programs_load(struct ringside_bpf **bpf, struct rs_program *programs, size_t n,
		     const struct rs_constants *constants, struct rs_types *types, bool fentry)
{
	int e = handle_fentry();

	loading.programs = programs;
	loading.n = n;
	loading.types = types;
	if (!e)
		e = open_and_load(bpf, programs, n, constants, fentry);
	if (!e && !all_hear(programs, n)) {
		rs_programs_unload(bpf, programs, n);
		e = open_and_load(bpf, programs, n, constants, fentry);
	}
	return e;
}
