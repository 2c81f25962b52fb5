// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/perf_event.h>
#ifdef __x86_64__
#include <cpuid.h>
#define bit_VMX (1 << 5) /* of CPUID 1, ECX */
#endif

#include "programs.h"
#include "../bpf/maps.h"
#include "ringside.skel.h"

/* The place that ftrace patches lies within so many bytes of a function's start. */
#define ENTRY_MAX 16

static char message[256];
static bool log_verbose;

/* The programs that are being loaded, for the handler that libbpf calls. */
static struct {
	const struct rs_program *programs;
	size_t n;
	struct rs_btf *btf;
	bool again; /* load again: one of them needs another way to attach */
} loading;

static int log_print(enum libbpf_print_level level, const char *format, va_list args)
{
	va_list again;

	if (level == LIBBPF_WARN && !message[0]) { /* the first message names the program */
		va_copy(again, args);
		vsnprintf(message, sizeof(message), format, again);
		message[strcspn(message, "\n")] = '\0';
		va_end(again);
	}
	return log_verbose && level <= LIBBPF_INFO ? vfprintf(stderr, format, args) : 0;
}

void rs_programs_log(bool verbose)
{
	log_verbose = verbose;
	libbpf_set_print(log_print);
}

const char *rs_programs_message(void)
{
	return message;
}

static int prepare_fentry(struct bpf_program *prog, struct bpf_prog_load_opts *opts, long cookie)
{
	(void)cookie;
	for (size_t i = 0; i < loading.n; i++) {
		const struct rs_program *p = &loading.programs[i];
		int fd = 0, id;

		if (p->prog != prog)
			continue;
		id = rs_btf_attach(loading.btf, p->function, p->sym.module, &fd);
		opts->expected_attach_type = BPF_TRACE_FENTRY;
		opts->attach_btf_id = id;
		opts->attach_btf_obj_fd = fd;
		return id > 0 ? 0 : -ESRCH;
	}
	return -ESRCH;
}

/*
 * Two modules may have a function of the same name: libbpf takes the first one, ringside the right
 * one. Called once per process, before an object is opened: objects point to their handlers.
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

/* The best way to attach that is left. */
static enum rs_how choose_how(const struct rs_program *p, const struct rs_btf *btf)
{
	if (p->at_best == RS_FENTRY && rs_btf_function(btf, p->function, p->sym.module))
		return RS_FENTRY;
	return p->at_best <= RS_FPROBE && p->sym.from ? RS_FPROBE : RS_KPROBE;
}

/* Loads one of the two programs of a function, or none; both if fentry may never be called. */
static void choose(struct ringside_bpf *bpf, struct rs_program *p, const struct rs_btf *btf,
		   bool fentry)
{
	struct bpf_program *entry = find_program(bpf, p->function, "_fentry");
	struct bpf_program *probe = find_program(bpf, p->function, "_kprobe");

	if (p->tracepoint) {
		p->how = RS_TRACEPOINT;
		p->prog = find_program(bpf, p->function, "");
		bpf_program__set_autoload(p->prog, p->wanted);
		return;
	}
	p->how = fentry ? choose_how(p, btf) : RS_KPROBE;
	p->prog = p->how == RS_FENTRY ? entry : probe;
	bpf_program__set_autoload(entry, p->wanted && p->prog == entry);
	p->spare = p->how == RS_FENTRY && p->unsure ? probe : NULL;
	bpf_program__set_autoload(probe, p->wanted && (p->prog == probe || p->spare));
	if (p->how == RS_FPROBE || p->spare)
		bpf_program__set_expected_attach_type(probe, BPF_TRACE_KPROBE_MULTI);
}

static bool has_vmx(void)
{
#ifdef __x86_64__
	unsigned int a, b, c = 0, d;

	return __get_cpuid(1, &a, &b, &c, &d) && c & bit_VMX;
#else
	return false;
#endif
}

static void set_constants(struct ringside_bpf *bpf, const struct rs_constants *c)
{
	bpf->rodata->rs_only_ifindex = c->ifindex;
	bpf->rodata->rs_times = c->times;
	bpf->rodata->rs_tun_proto = c->tun_proto;
	bpf->rodata->rs_run_queues = c->run_queues;
	bpf->rodata->rs_cpu_offsets = c->cpu_offsets;
	bpf->rodata->rs_vmx = has_vmx();
	bpf->rodata->rs_its_device_id =
		rs_btf_offset(loading.btf, "its_device", "itt_head", "device_id");
	for (int i = 0; i < 2; i++) {
		bpf->rodata->rs_xmit_from[i] = c->xmit[i].from;
		bpf->rodata->rs_xmit_to[i] = c->xmit[i].to;
		bpf->rodata->rs_frame_from[i] = c->frame[i].from;
		bpf->rodata->rs_frame_to[i] = c->frame[i].to;
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

/* By address: two modules may have a function of the same name. */
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

/*
 * An fprobe runs through ftrace: no trap, and no perf event for each hit. The address must be that
 * of the ftrace record itself. At the address of the function's start ftrace takes any record
 * inside the function, see all_run().
 */
static struct bpf_link *attach_fprobe(const struct rs_program *p)
{
	libbpf_print_fn_t print =
		libbpf_set_print(NULL); /* do not print that most addresses have no record */
	struct bpf_link *link = NULL;

	for (unsigned long i = 1; !link && i <= ENTRY_MAX; i++) {
		unsigned long at = p->sym.from + i % ENTRY_MAX;
		LIBBPF_OPTS(bpf_kprobe_multi_opts, opts, .addrs = &at, .cnt = 1);

		link = bpf_program__attach_kprobe_multi_opts(p->prog, NULL, &opts);
	}
	libbpf_set_print(print);
	return link;
}

static struct bpf_link *attach_one(const struct rs_program *p)
{
	switch (p->how) {
	case RS_TRACEPOINT:
		return bpf_program__attach(p->prog);
	case RS_FENTRY:
		return bpf_program__attach_trace(p->prog);
	case RS_FPROBE:
		return attach_fprobe(p);
	default:
		return attach_kprobe(p);
	}
}

static int attach(struct rs_program *p)
{
	int e;

	p->link = attach_one(p);
	if (p->link)
		return 0;
	e = errno;
	snprintf(message, sizeof(message), "%s cannot be hooked: %s", p->function, strerror(e));
	if (p->how == RS_FPROBE) {
		p->at_best = RS_KPROBE;
		loading.again = true;
	}
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

/* Return: false = all programs must be loaded again. */
static bool use_spare(struct rs_program *p)
{
	p->at_best = RS_FPROBE;
	if (!p->spare)
		return false;
	bpf_link__destroy(p->link);
	p->how = RS_FPROBE;
	p->prog = p->spare;
	p->link = attach_one(p);
	if (!p->link)
		p->at_best = RS_KPROBE;
	return p->link;
}

/*
 * A program can be attached and yet never called. A weak function that another function overrides
 * has no symbol, but its code and its ftrace record stay in the module. The function before it then
 * seems to include them. fentry asks for a record inside the function, and may get the record of
 * the weak function, which never runs: so it is for irqfd_wakeup in kvm on x86. ftrace's list of
 * enabled functions shows which record is patched. If it cannot be read, no fentry is trusted.
 * Return: whether all attached programs will be called.
 */
static bool all_run(struct rs_program *programs, size_t n)
{
	FILE *f = open_enabled();
	bool all = true;

	for (size_t i = 0; i < n; i++) {
		struct rs_program *p = &programs[i];

		if (p->link && p->how == RS_FENTRY && !(f && is_enabled(f, p->function)))
			all &= use_spare(p);
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
	bpf->links.scan = bpf_program__attach(bpf->progs.scan);
	return bpf->links.scan ? 0 : -errno;
}

static int open_and_load(struct ringside_bpf **bpf, struct rs_program *programs, size_t n,
			 const struct rs_constants *constants, bool fentry)
{
	int e;

	message[0] = '\0';
	*bpf = ringside_bpf__open();
	if (!*bpf)
		return -errno;
	for (size_t i = 0; i < n; i++)
		choose(*bpf, &programs[i], loading.btf, fentry);
	set_constants(*bpf, constants);
	e = load(*bpf, programs, n);
	if (e)
		rs_programs_unload(bpf, programs, n);
	return e;
}

int rs_programs_load(struct ringside_bpf **bpf, struct rs_program *programs, size_t n,
		     const struct rs_constants *constants, struct rs_btf *btf, bool fentry)
{
	int e = handle_fentry();

	loading.programs = programs;
	loading.n = n;
	loading.btf = btf;
	if (e)
		return e;
	do { /* each time at least one of them uses the next best way */
		loading.again = false;
		e = open_and_load(bpf, programs, n, constants, fentry);
		if (!e && !all_run(programs, n)) {
			rs_programs_unload(bpf, programs, n);
			loading.again = true;
		}
	} while (loading.again);
	return e;
}

/* The answers of BPF_OBJ_GET_INFO_BY_FD for a link by fprobe, and for one by a kprobe's perf event.
 * Their layout is fixed; <linux/bpf.h> may be too old to have them. */
struct fprobe_info {
	__u32 type;
	__u32 id;
	__u32 prog_id;
	__u32 pad;
	__aligned_u64 addrs;
	__u32 count;
	__u32 flags;
	__aligned_u64 missed;
};

struct kprobe_info {
	__u32 type;
	__u32 id;
	__u32 prog_id;
	__u32 pad;
	__u32 event;
	__u32 pad_event;
	__aligned_u64 func_name;
	__u32 name_len;
	__u32 offset;
	__aligned_u64 addr;
	__aligned_u64 missed;
};

#define EVENT_KPROBE 3 /* enum bpf_perf_event_type */

/* Adds the hits for which the kprobe did not run: they came inside another kprobe's handler. */
static bool kprobe_missed(const struct rs_program *p, uint64_t *count)
{
	struct kprobe_info info = {0};
	__u32 len = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_link__fd(p->link), &info, &len) || len < sizeof(info) ||
	    info.event != EVENT_KPROBE)
		return false;
	*count += info.missed;
	return true;
}

/* Adds the hits that ftrace did not deliver: they came inside a tracer's own function. */
static bool fprobe_missed(const struct rs_program *p, uint64_t *count)
{
	struct fprobe_info info = {0};
	__u32 len = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_link__fd(p->link), &info, &len) || len < sizeof(info))
		return false;
	*count += info.missed;
	return true;
}

/* Those for which the program did not run, because it was running on that CPU. */
static bool program_missed(const struct rs_program *p, uint64_t *count)
{
	struct bpf_prog_info info = {0};
	__u32 len = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_program__fd(p->prog), &info, &len) ||
	    len < offsetof(struct bpf_prog_info, recursion_misses) + sizeof(info.recursion_misses))
		return false;
	*count = info.recursion_misses;
	return true;
}

bool rs_programs_missed(const struct rs_program *p, bool counted, uint64_t *count)
{
	if (!program_missed(p, count))
		return false;
	switch (p->how) {
	case RS_FPROBE:
		return counted && fprobe_missed(p, count);
	case RS_KPROBE:
		return counted && kprobe_missed(p, count);
	default: /* before 6.2 a tracepoint's program runs inside itself: it misses none */
		return true;
	}
}
