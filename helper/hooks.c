// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "file.h"
#include "hooks.h"
#include "places.h"
#include "programs.h"
#include "refusal.h"
#include "scan.h"
#include "kallsyms.h"
#include "btf.h"
#include "../bpf/maps.h"
#include "ringside.skel.h"

/* NOT_HERE: for another architecture, or another hook of its group is used */
enum state { ABSENT, FAILED, READY, NOT_HERE };

struct rs_hooks {
	struct rs_kallsyms *kallsyms;
	struct rs_btf *btf;
	struct ringside_bpf *bpf;
	struct rs_program programs[HOOKS];
	enum state state[HOOKS];
	char why[HOOKS][160];		    /* absent or failed */
	struct rs_symbol drops[RS_DRIVERS]; /* the function of each driver that drops */
	unsigned long long unknown[RS_DRIVERS];
	bool vdpa;	     /* vhost_vdpa was there: without it the scan knows no such device */
	bool loaded[HOOKS];  /* what it hooks was there before hooks were looked for */
	bool probes_counted; /* the kernel counts the hits that its fprobes and kprobes miss */
	bool times;	     /* time stamps are taken */
};

/* The tracepoint that every socket of the host passes, including the sockets of tap queues. */
static bool is_any_socket(const struct hook *hook)
{
	return hook->tracepoint && hook->group == XMIT;
}

/* The program recognises tun's sockets by the address of tun_proto, and reads their fields through
 * bpf_rdonly_cast(). */
static bool has_tracepoint(const struct rs_hooks *h, const struct hook *hook)
{
	return rs_kallsyms_known(hook->symbol) && rs_btf_tracepoint(h->btf, hook->symbol) &&
	       (!is_any_socket(hook) || (rs_btf_function(h->btf, "bpf_rdonly_cast", "") &&
					 rs_kallsyms_data(h->kallsyms, "tun_proto", "tun")));
}

static bool group_found(const struct rs_hooks *h, size_t before, enum group group)
{
	for (size_t i = 0; i < before; i++)
		if (hooks[i].group == group && h->state[i] == READY)
			return true;
	return false;
}

/* A module that is being loaded or removed is not there; one that is built in has no state. */
static bool is_loaded(const char *module)
{
	char path[128], state[16];

	if (!*module)
		return true;
	snprintf(path, sizeof(path), "/sys/module/%s/initstate", module);
	rs_file_line(path, state, sizeof(state));
	if (*state)
		return !strcmp(state, "live");
	snprintf(path, sizeof(path), "/sys/module/%s", module);
	return !access(path, F_OK);
}

/* Whether there is anything to hook. */
static bool is_there(const struct hook *hook)
{
	unsigned int majors[RS_MAJORS];

	if (!hook->macvtap)
		return is_loaded(hook->owner);
	rs_scan_majors(majors);
	return majors[RS_MAJOR_MACVTAP] || majors[RS_MAJOR_IPVTAP];
}

static enum state find_hook(struct rs_hooks *h, size_t i, const char *machine)
{
	const struct hook *hook = &hooks[i];
	struct rs_program *p = &h->programs[i];
	struct rs_symbol clone;

	p->function = hook->symbol;
	p->tracepoint = hook->tracepoint;
	p->unsure = hook->unsure;
	if ((hook->arch && strcmp(hook->arch, machine)) ||
	    (hook->first && group_found(h, i, hook->group)) || (hook->macvtap && !h->loaded[i]))
		return NOT_HERE;
	snprintf(h->why[i], sizeof(h->why[i]), "this kernel has no %s", hook->symbol);
	if (p->tracepoint && !has_tracepoint(h, hook))
		return ABSENT;
	if (!p->tracepoint &&
	    !rs_kallsyms_find(h->kallsyms, hook->symbol, "", hook->owner, &p->sym)) {
		if (rs_kallsyms_find(h->kallsyms, hook->symbol, ".", hook->owner, &clone))
			snprintf(h->why[i], sizeof(h->why[i]),
				 "only the compiler's clone %2$.80s of %1$s exists; its arguments "
				 "are unknown",
				 hook->symbol, clone.name);
		return ABSENT;
	}
	snprintf(h->why[i], sizeof(h->why[i]), "no type information (BTF) for struct %s%s%s",
		 hook->type, *hook->owner ? " of module " : "", hook->owner);
	if (!rs_btf_struct(h->btf, hook->type))
		return FAILED;
	h->why[i][0] = '\0';
	p->wanted = true;
	return READY;
}

static void find_hooks(struct rs_hooks *h)
{
	struct utsname u;

	uname(&u);
	for (size_t i = 0; i < HOOKS; i++)
		h->state[i] = find_hook(h, i, u.machine);
	/* A function is reported as absent only if no function of its group was found. */
	for (size_t i = 0; i < HOOKS; i++)
		if (h->state[i] == ABSENT && group_found(h, HOOKS, hooks[i].group))
			h->state[i] = NOT_HERE;
}

/* A module that is in use but has no BTF: nothing in it can be counted. */
static int need_types(const struct rs_hooks *h, struct rs_error *err)
{
	for (size_t i = 0; i < HOOKS; i++)
		if (h->state[i] == FAILED)
			return rs_error_set(err, RS_EXIT_NOBTF,
					    "%s: /sys/kernel/btf/%s is missing; use a kernel with "
					    "CONFIG_DEBUG_INFO_BTF_MODULES",
					    h->why[i], hooks[i].owner);
	return 0;
}

static bool is_read(const struct rs_hooks *h, const char *reader)
{
	for (size_t i = 0; reader && i < HOOKS; i++)
		if (!strcmp(hooks[i].symbol, reader))
			return h->programs[i].link != NULL;
	return true;
}

static unsigned long long unknown_fields(const struct rs_hooks *h)
{
	unsigned long long unknown = 0;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (is_read(h, fields[i].reader) &&
		    !rs_btf_member(h->btf, fields[i].type, fields[i].member) &&
		    !(fields[i].other && rs_btf_member(h->btf, fields[i].type, fields[i].other)))
			unknown |= fields[i].loses;
	return unknown;
}

static bool is_of_other_driver(const struct hook *hook, enum rs_driver driver)
{
	static const char *const owners[] = {[RS_DRIVER_TUN] = "tun", [RS_DRIVER_TAP] = "tap"};

	for (int i = 0; i < RS_DRIVERS; i++)
		if (i != (int)driver && !strcmp(hook->owner, owners[i]))
			return true;
	return false;
}

/* A counter of a tap of this driver is known if a hook of each group that it needs on this
 * architecture is attached. */
static unsigned long long find_unknown(const struct rs_hooks *h, enum rs_driver driver)
{
	unsigned long long loses[GROUPS] = {0}, unknown = unknown_fields(h);
	bool attached[GROUPS] = {false};

	for (size_t i = 0; i < HOOKS; i++) {
		if ((h->state[i] == NOT_HERE && !hooks[i].macvtap) ||
		    is_of_other_driver(&hooks[i], driver))
			continue;
		loses[hooks[i].group] |= hooks[i].loses;
		attached[hooks[i].group] |= h->programs[i].link != NULL;
	}
	for (int g = 0; g < GROUPS; g++)
		unknown |= attached[g] ? 0 : loses[g];
	if (!loses[LPI_POPULATE]) /* only on arm64 */
		unknown |= LOSES(populated);
	if (!loses[DELIVER])
		unknown |= LOSES(posted) | LOSES(moved);
	if (!h->drops[driver].from)
		unknown |= LOSES_DROPS;
	if (!h->times)
		unknown |= LOSES_TIMES;
	if (!rs_btf_enumerator(h->btf, "skb_drop_reason", "SKB_DROP_REASON_FULL_RING"))
		unknown |= LOSES_REASONS;
	return unknown;
}

static bool want_kprobes(void)
{
	const char *how = getenv("RINGSIDE_HOOKS");

	return how && !strcmp(how, "kprobe");
}

static struct rs_hooks *open_hooks(bool verbose, struct rs_error *err)
{
	struct rs_hooks *h = calloc(1, sizeof(*h));

	rs_programs_log(verbose);
	if (!h) {
		rs_error_set(err, RS_EXIT_ERROR, "out of memory");
		return NULL;
	}
	/* first of all: what is loaded from here on is late, wherever it shows already */
	for (size_t i = 0; i < HOOKS; i++)
		h->loaded[i] = is_there(&hooks[i]);
	h->vdpa = is_loaded("vhost_vdpa");
	h->btf = rs_btf_read();
	if (!h->btf) {
		rs_error_set(err, RS_EXIT_NOBTF,
			     "this kernel has no type information: /sys/kernel/btf/vmlinux is "
			     "missing; use a kernel with CONFIG_DEBUG_INFO_BTF");
		rs_hooks_detach(h);
		return NULL;
	}
	h->kallsyms = rs_kallsyms_read();
	if (!h->kallsyms) {
		rs_error_set(err, RS_EXIT_CANNOT,
			     "/proc/kallsyms cannot be read: use a kernel with CONFIG_KALLSYMS");
		rs_hooks_detach(h);
		return NULL;
	}
	find_hooks(h);
	return h;
}

/* The address of tun_proto, if the tracepoint of all sockets is used; 0 = it is not. */
static uint64_t tun_proto(const struct rs_hooks *h)
{
	for (size_t i = 0; i < HOOKS; i++)
		if (is_any_socket(&hooks[i]) && h->state[i] == READY)
			return rs_kallsyms_data(h->kallsyms, "tun_proto", "tun");
	return 0;
}

static int refused(int e, struct rs_error *err)
{
	const char *cause = rs_refusal_cause();

	return rs_error_set(err, e == -EPERM ? RS_EXIT_NOPERM : RS_EXIT_CANNOT,
			    "the kernel refuses ringside's BPF programs (%s): %s%s%s", strerror(-e),
			    rs_programs_message(), cause ? "; " : "", cause ? cause : "");
}

/* @found: the driver's function that drops, and its .cold clone. */
static void find_drops(struct rs_hooks *h, enum rs_driver driver, const char *function,
		       const char *owner, struct rs_symbol found[2])
{
	rs_kallsyms_find(h->kallsyms, function, "", owner, &found[0]);
	rs_kallsyms_find(h->kallsyms, function, ".cold", owner, &found[1]);
	h->drops[driver] = found[0];
}

static int attach(struct rs_hooks *h, unsigned int ifindex, bool times, struct rs_error *err)
{
	struct rs_constants c = {.ifindex = ifindex, .times = times};
	int e = -ENOTSUP;

	c.tun_proto = tun_proto(h);
	c.run_queues = rs_kallsyms_data(h->kallsyms, "runqueues", "");
	c.cpu_offsets = rs_kallsyms_data(h->kallsyms, "__per_cpu_offset", "");
	if (need_types(h, err))
		return -1;
	find_drops(h, RS_DRIVER_TUN, "tun_net_xmit", "tun", c.xmit);
	find_drops(h, RS_DRIVER_TAP, "tap_handle_frame", "tap", c.frame);
	if (!want_kprobes())
		e = rs_programs_load(&h->bpf, h->programs, HOOKS, &c, h->btf, true);
	if (e && e != -EPERM)
		e = rs_programs_load(&h->bpf, h->programs, HOOKS, &c, h->btf, false);
	if (e)
		return refused(e, err);
	h->times = times;
	for (int d = 0; d < RS_DRIVERS; d++)
		h->unknown[d] = find_unknown(h, d);
	h->probes_counted = rs_btf_member(h->btf, "bpf_link_info", "missed");
	return 0;
}

struct rs_hooks *rs_hooks_attach(unsigned int ifindex, bool times, bool verbose,
				 struct rs_error *err)
{
	struct rs_hooks *h = open_hooks(verbose, err);

	if (!h || !attach(h, ifindex, times, err))
		return h;
	rs_hooks_detach(h);
	return NULL;
}

void rs_hooks_detach(struct rs_hooks *h)
{
	if (!h)
		return;
	rs_programs_unload(&h->bpf, h->programs, HOOKS);
	rs_btf_free(h->btf);
	rs_kallsyms_free(h->kallsyms);
	free(h);
}

bool rs_hooks_late(const struct rs_hooks *h)
{
	for (size_t i = 0; i < HOOKS; i++)
		if (!h->loaded[i] && is_there(&hooks[i]))
			return true;
	return !h->vdpa && is_loaded("vhost_vdpa");
}

struct ringside_bpf *rs_hooks_bpf(struct rs_hooks *h)
{
	return h->bpf;
}

unsigned long long rs_hooks_unknown(const struct rs_hooks *h, enum rs_driver driver,
				    unsigned int queues)
{
	unsigned long long unknown = h->unknown[driver];

	if (driver == RS_DRIVER_TAP && queues > 1)
		unknown |= LOSES_HIST(occupancy_at_enqueue) | LOSES_HIST(s1_s2);
	if (driver == RS_DRIVER_TAP && queues > RS_TAP_QUEUES)
		unknown |= LOSES(tun_offered);
	return unknown;
}

/*
 * Hits that the kernel dropped. Of a tracepoint it counts those of all sockets and packets of the
 * host: none is none of the taps, but of some it is unknown how many were of taps. A packet whose
 * hit of sk_data_ready was dropped is counted from the producer index; it has no time and is not in
 * the histogram.
 */
static struct rs_num missed(const struct rs_hooks *h, size_t i)
{
	uint64_t count;

	if (!rs_programs_missed(&h->programs[i], h->probes_counted, &count) ||
	    (hooks[i].tracepoint && count))
		return (struct rs_num){0};
	return rs_num_of(count);
}

/* The name of the counter or histogram behind bit @i of what a hook loses. */
static const char *name_of(size_t i)
{
	return i < RS_HOST_COUNTERS ? rs_counters[RS_SIDE_HOST].rows[i].name
				    : rs_hists[RS_SIDE_HOST].rows[i - RS_HOST_COUNTERS].name;
}

static void name_lost(unsigned long long loses, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < RS_HOST_COUNTERS + RS_HOST_HISTS && used < size; i++)
		if (loses & (1ULL << i))
			used += snprintf(text + used, size - used, "%s%s", used ? "," : "",
					 name_of(i));
}

static int fill_hook(const struct rs_hooks *h, size_t i, struct rs_sample *s)
{
	static const char *const names[] = {[RS_FENTRY] = "fentry",
					    [RS_FPROBE] = "fprobe",
					    [RS_KPROBE] = "kprobe",
					    [RS_TRACEPOINT] = "tracepoint"};
	const struct rs_program *p = &h->programs[i];
	struct rs_hook *row;

	if (h->state[i] == NOT_HERE)
		return 0;
	row = rs_sample_add_hook(s);
	if (!row)
		return -1;
	rs_str_set(row->name, p->function);
	rs_str_set(row->kind, names[p->how]);
	rs_str_set(row->state, p->link ? "attached" : h->state[i] == ABSENT ? "absent" : "failed");
	name_lost(hooks[i].loses, row->loses, sizeof(row->loses));
	if (p->link)
		row->missed = missed(h, i);
	return 0;
}

/* A full table is shown like a hook that misses hits. */
static int fill_map(const char *name, const char *loses, uint64_t used, uint64_t count,
		    struct rs_sample *s)
{
	struct rs_hook *row = rs_sample_add_hook(s);

	if (!row)
		return -1;
	rs_str_set(row->name, name);
	rs_str_set(row->kind, "map");
	rs_str_set(row->state, "attached");
	rs_str_set(row->loses, loses);
	row->used = rs_num_of(used);
	row->missed = rs_num_of(count);
	return 0;
}

/* What the ledger derives from times is unknown, too. */
static int fill_times(struct rs_sample *s)
{
	struct rs_hook *row = rs_sample_add_hook(s);
	char lost[RS_LOSES_LEN];

	if (!row)
		return -1;
	rs_str_set(row->name, "clock");
	rs_str_set(row->kind, "option");
	rs_str_set(row->state, "not read (--no-times)");
	name_lost(LOSES_TIMES, lost, sizeof(lost));
	snprintf(row->loses, sizeof(row->loses), "%.*s,s1_merged,s4_merged", RS_LOSES_LEN - 32,
		 lost);
	return 0;
}

int rs_hooks_fill(struct rs_hooks *h, bool macvtap, struct rs_sample *s)
{
	const struct rs_missed *m = &h->bpf->bss->rs_missed;
	const struct rs_used *u = &h->bpf->bss->rs_used;
	int e = 0;

	for (size_t i = 0; !e && i < HOOKS; i++)
		if (macvtap || !hooks[i].macvtap)
			e = fill_hook(h, i, s);
	if (!e && !h->times)
		e = fill_times(s);
	if (!e)
		e = fill_map("tap queues", "tun_offered,tun_dropped", u->tuns, m->tuns, s);
	if (!e)
		e = fill_map("virtqueues", "vhost_posted,vhost_signals", u->vqs, m->vqs, s);
	if (!e)
		e = fill_map("call eventfds", "eventfd_writes,irqfd_wakeups,injected",
			     u->eventfds + u->routes, m->eventfds + m->routes + m->irqfds, s);
	return e;
}

static const char *why_not(const struct rs_hooks *h, size_t i, char *text, size_t size)
{
	const char *why = h->state[i] == READY ? "the BPF programs are refused" : h->why[i];
	char lost[RS_LOSES_LEN];

	name_lost(hooks[i].loses, lost, sizeof(lost));
	snprintf(text, size, "%s%s%s", why, *lost ? "; unknown without it: " : "", lost);
	return text;
}

/* Attached, or not and why. */
static bool check_hook(const struct rs_hooks *h, size_t i, rs_check_fn row, void *ctx)
{
	char why[RS_LOSES_LEN + 200];
	struct rs_check check = {.what = hooks[i].symbol, .works = h->programs[i].link != NULL};

	if (h->state[i] == NOT_HERE)
		return true;
	check.why = check.works ? NULL : why_not(h, i, why, sizeof(why));
	check.fix =
		h->state[i] == FAILED ? "use a kernel with CONFIG_DEBUG_INFO_BTF_MODULES" : NULL;
	row(ctx, &check);
	return check.works;
}

/* As `ringside host` does it: nothing is called working that was only looked up. */
static bool check_attach(struct rs_hooks *h, rs_check_fn row, void *ctx)
{
	struct rs_error err = {0};
	struct rs_check check = {.what = "BPF programs", .works = !attach(h, 0, true, &err)};

	check.why = check.works ? NULL : err.text;
	row(ctx, &check);
	return check.works;
}

struct rs_hooks *rs_hooks_check(rs_check_fn row, void *ctx, bool *works)
{
	struct rs_error err = {0};
	struct rs_hooks *h = open_hooks(false, &err);
	struct rs_check check = {
		.what = "type information (BTF)", .works = h, .why = h ? NULL : err.text};
	bool attached;

	row(ctx, &check);
	*works = h;
	if (!h)
		return NULL;
	attached = check_attach(h, row, ctx);
	for (size_t i = 0; i < HOOKS; i++)
		*works &= check_hook(h, i, row, ctx);
	if (attached)
		return h;
	*works = false;
	rs_hooks_detach(h);
	return NULL;
}
