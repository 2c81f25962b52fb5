// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "hooks.h"
#include "symbols.h"
#include "../bpf/maps.h"
#include "ringside.skel.h"

#define LOSES(counter) (1ULL << RS_HOST_##counter)
#define LOSES_DROPS \
	(LOSES(tun_dropped) | LOSES(tun_ring_full) | LOSES(tun_dropped_full) | \
	 LOSES(tun_dropped_filter) | LOSES(tun_dropped_other))
#define LOSES_REASONS (LOSES(tun_ring_full) | LOSES(tun_dropped_full) | LOSES(tun_dropped_filter))
#define LOSES_SIGNALS \
	(LOSES(vhost_signals) | LOSES(vhost_signals_empty) | LOSES(vhost_suppressed_flag) | \
	 LOSES(vhost_suppressed_event_idx))
#define LOSES_POSTS (LOSES_SIGNALS | LOSES(vhost_posted) | LOSES(vhost_calls) | LOSES(vhost_no_call))
#define LOSES_INJECTIONS (LOSES(injected) | LOSES(coalesced) | LOSES(irqfd_atomic))

_Static_assert(RS_HOST_COUNTERS <= 64, "what a hook loses is a set of 64");

/* Hooks of one group count the same: one that is attached is enough. */
enum group { XMIT, DROP, RECEIVE, POST_MANY, POST_ONE, RESTART, SIGNAL, WRITE, WAKEUP, DEFER,
	     DELIVER, LPI_QUEUE, LPI_POPULATE, GROUPS };

struct hook {
	const char *symbol;
	const char *type;  /* the struct it must be able to read */
	const char *owner; /* the module it and the type are in, unless built in */
	const char *arch;  /* NULL = any */
	enum group group;
	bool first; /* of this group only the first that exists is attached: the other one calls it */
	unsigned long long loses;
};

static const struct hook hooks[] = {
	{ "tun_net_xmit", "tun_file", "tun", NULL, XMIT, false, LOSES(tun_offered) },
	{ "kfree_skb", "sk_buff", "", NULL, DROP, false, LOSES_DROPS },
	{ "tun_recvmsg", "tun_file", "tun", NULL, RECEIVE, false, LOSES(vhost_taken) },
	{ "vhost_add_used_and_signal_n", "vhost_virtqueue", "vhost", NULL, POST_MANY, false,
	  LOSES_POSTS },
	{ "vhost_add_used_and_signal", "vhost_virtqueue", "vhost", NULL, POST_ONE, false, LOSES_POSTS },
	{ "vhost_vq_init_access", "vhost_virtqueue", "vhost", NULL, RESTART, false,
	  LOSES(vhost_posted) },
	{ "eventfd_signal", "eventfd_ctx", "", NULL, SIGNAL, true,
	  LOSES_SIGNALS | LOSES(eventfd_writes) },
	{ "eventfd_signal_mask", "eventfd_ctx", "", NULL, SIGNAL, true,
	  LOSES_SIGNALS | LOSES(eventfd_writes) },
	{ "eventfd_write", "eventfd_ctx", "", NULL, WRITE, false, LOSES(eventfd_writes) },
	{ "irqfd_wakeup", "kvm_kernel_irqfd", "kvm", NULL, WAKEUP, false,
	  LOSES(irqfd_wakeups) | LOSES_INJECTIONS },
	{ "irqfd_inject", "kvm_kernel_irqfd", "kvm", NULL, DEFER, false,
	  LOSES(irqfd_deferred) | LOSES_INJECTIONS },
	{ "svm_deliver_interrupt", "kvm_lapic", "kvm", "x86_64", DELIVER, false, LOSES_INJECTIONS },
	{ "vmx_deliver_interrupt", "kvm_lapic", "kvm", "x86_64", DELIVER, false, LOSES_INJECTIONS },
	{ "vgic_queue_irq_unlock", "vgic_irq", "kvm", "aarch64", LPI_QUEUE, false,
	  LOSES_INJECTIONS | LOSES(populated) },
	{ "vgic_v3_populate_lr", "vgic_irq", "kvm", "aarch64", LPI_POPULATE, false,
	  LOSES(populated) | LOSES(coalesced) | LOSES(injected) },
};

#define HOOKS (sizeof(hooks) / sizeof(hooks[0]))

enum state { ABSENT, FAILED, READY, ATTACHED, NOT_HERE };

struct live {
	struct rs_symbol sym;
	enum state state;
	bool fentry;
	struct bpf_program *prog;
	struct bpf_link *link;
	char why[160];
};

struct rs_hooks {
	struct rs_types *types;
	struct ringside_bpf *bpf;
	struct live live[HOOKS];
	struct rs_symbol cold; /* the other part of tun_net_xmit, if the compiler made one */
	unsigned long long unknown;
};

static char libbpf_said[256];
static bool libbpf_aloud;

static int libbpf_print(enum libbpf_print_level level, const char *format, va_list args)
{
	va_list again;

	if (level == LIBBPF_WARN) {
		va_copy(again, args);
		vsnprintf(libbpf_said, sizeof(libbpf_said), format, again);
		libbpf_said[strcspn(libbpf_said, "\n")] = '\0';
		va_end(again);
	}
	return libbpf_aloud && level <= LIBBPF_INFO ? vfprintf(stderr, format, args) : 0;
}

static bool is_tracepoint(const struct hook *hook)
{
	return hook->group == DROP;
}

static bool group_found(const struct rs_hooks *h, size_t before, enum group group)
{
	for (size_t i = 0; i < before; i++)
		if (hooks[i].group == group && h->live[i].state == READY)
			return true;
	return false;
}

static void find_hook(struct rs_hooks *h, size_t i, const char *machine)
{
	const struct hook *hook = &hooks[i];
	struct live *l = &h->live[i];
	struct rs_symbol clone;

	l->state = NOT_HERE;
	if ((hook->arch && strcmp(hook->arch, machine)) || (hook->first && group_found(h, i, hook->group)))
		return;
	l->state = ABSENT;
	snprintf(l->why, sizeof(l->why), "this kernel has no %s", hook->symbol);
	if (!is_tracepoint(hook) && !rs_symbol_find(hook->symbol, "", &l->sym)) {
		if (rs_symbol_find(hook->symbol, ".", &clone))
			snprintf(l->why, sizeof(l->why), "of %s there is only %.80s, whose arguments are not known",
				 hook->symbol, clone.name);
		return;
	}
	l->state = FAILED;
	if (!rs_types_struct(h->types, hook->type)) {
		snprintf(l->why, sizeof(l->why), "no type information (BTF) for struct %s%s%s", hook->type,
			 *hook->owner ? " of module " : "", hook->owner);
		return;
	}
	l->state = READY;
	l->why[0] = '\0';
}

static void find_hooks(struct rs_hooks *h)
{
	struct utsname u;

	uname(&u);
	for (size_t i = 0; i < HOOKS; i++)
		find_hook(h, i, u.machine);
	if (!rs_symbol_find("tun_net_xmit", ".cold", &h->cold))
		memset(&h->cold, 0, sizeof(h->cold));
}

/* A module that is in use but not described: nothing of it could be counted. */
static int need_types(const struct rs_hooks *h, struct rs_error *err)
{
	for (size_t i = 0; i < HOOKS; i++)
		if (h->live[i].state == FAILED)
			return rs_error_set(err, RS_EXIT_NOBTF,
					    "%s: /sys/kernel/btf/%s is missing; use a kernel with "
					    "CONFIG_DEBUG_INFO_BTF_MODULES", h->live[i].why, hooks[i].owner);
	return 0;
}

static struct bpf_program *find_program(struct ringside_bpf *bpf, const char *symbol, const char *how)
{
	char name[128];

	snprintf(name, sizeof(name), "%s%s", symbol, how);
	return bpf_object__find_program_by_name(bpf->obj, name);
}

/* Of the two programs of each hook, one or none is loaded. */
static void choose_programs(struct rs_hooks *h, bool fentry)
{
	for (size_t i = 0; i < HOOKS; i++) {
		struct live *l = &h->live[i];
		struct bpf_program *entry = find_program(h->bpf, hooks[i].symbol, "_fentry");
		struct bpf_program *probe = find_program(h->bpf, hooks[i].symbol, "_kprobe");

		if (is_tracepoint(&hooks[i])) {
			l->prog = h->bpf->progs.kfree_skb;
			bpf_program__set_autoload(l->prog, l->state == READY);
			continue;
		}
		l->fentry = fentry && rs_types_function(h->types, hooks[i].symbol, l->sym.module);
		l->prog = l->fentry ? entry : probe;
		bpf_program__set_autoload(entry, l->state == READY && l->fentry);
		bpf_program__set_autoload(probe, l->state == READY && !l->fentry);
	}
}

static void set_constants(struct rs_hooks *h, unsigned int ifindex)
{
	const struct rs_symbol *xmit = &h->live[0].sym;

	h->bpf->rodata->rs_only_ifindex = ifindex;
	h->bpf->rodata->rs_xmit_from[0] = xmit->from;
	h->bpf->rodata->rs_xmit_to[0] = xmit->to;
	h->bpf->rodata->rs_xmit_from[1] = h->cold.from;
	h->bpf->rodata->rs_xmit_to[1] = h->cold.to;
}

static int attach_one(struct live *l, const struct hook *hook)
{
	if (l->fentry || is_tracepoint(hook))
		l->link = bpf_program__attach(l->prog);
	else
		l->link = bpf_program__attach_kprobe(l->prog, false, l->sym.name);
	if (!l->link) {
		snprintf(l->why, sizeof(l->why), "attaching failed: %s", strerror(errno));
		return -1;
	}
	l->state = ATTACHED;
	return 0;
}

static void unload(struct rs_hooks *h)
{
	for (size_t i = 0; i < HOOKS; i++) {
		struct live *l = &h->live[i];

		bpf_link__destroy(l->link);
		l->link = NULL;
		if (l->state == ATTACHED)
			l->state = READY;
	}
	ringside_bpf__destroy(h->bpf);
	h->bpf = NULL;
}

/* Everything that is there, one way. Return: 0 or a negative errno, with nothing left loaded. */
static int load(struct rs_hooks *h, unsigned int ifindex, bool fentry)
{
	int e = 0;

	h->bpf = ringside_bpf__open();
	if (!h->bpf)
		return -errno;
	choose_programs(h, fentry);
	set_constants(h, ifindex);
	e = ringside_bpf__load(h->bpf);
	for (size_t i = 0; !e && i < HOOKS; i++)
		if (h->live[i].state == READY && attach_one(&h->live[i], &hooks[i]))
			e = -errno;
	if (!e) {
		h->bpf->links.look = bpf_program__attach(h->bpf->progs.look);
		e = h->bpf->links.look ? 0 : -errno;
	}
	if (e)
		unload(h);
	return e;
}

/* A counter is known when every group that it needs and that belongs here is attached. */
static void find_unknown(struct rs_hooks *h)
{
	unsigned long long loses[GROUPS] = { 0 };
	bool attached[GROUPS] = { false };

	for (size_t i = 0; i < HOOKS; i++) {
		if (h->live[i].state == NOT_HERE)
			continue;
		loses[hooks[i].group] |= hooks[i].loses;
		attached[hooks[i].group] |= h->live[i].state == ATTACHED;
	}
	for (int g = 0; g < GROUPS; g++)
		h->unknown |= attached[g] ? 0 : loses[g];
	if (!loses[LPI_POPULATE])
		h->unknown |= LOSES(populated);
	if (!h->live[0].sym.from)
		h->unknown |= LOSES_DROPS;
	if (!rs_types_enumerator(h->types, "skb_drop_reason", "SKB_DROP_REASON_FULL_RING"))
		h->unknown |= LOSES_REASONS;
}

static bool want_kprobes(void)
{
	const char *how = getenv("RINGSIDE_HOOKS");

	return how && !strcmp(how, "kprobe");
}

static struct rs_hooks *open_hooks(bool verbose, struct rs_error *err)
{
	struct rs_hooks *h = calloc(1, sizeof(*h));

	libbpf_aloud = verbose;
	libbpf_set_print(libbpf_print);
	if (!h) {
		rs_error_set(err, RS_EXIT_ERROR, "out of memory");
		return NULL;
	}
	h->types = rs_types_read();
	if (!h->types) {
		rs_error_set(err, RS_EXIT_NOBTF, "this kernel has no type information: /sys/kernel/btf/vmlinux is "
			     "missing; use a kernel with CONFIG_DEBUG_INFO_BTF");
		rs_hooks_detach(h);
		return NULL;
	}
	find_hooks(h);
	return h;
}

struct rs_hooks *rs_hooks_attach(unsigned int ifindex, bool verbose, struct rs_error *err)
{
	struct rs_hooks *h = open_hooks(verbose, err);
	int e = 0;

	if (!h)
		return NULL;
	if (need_types(h, err))
		goto fail;
	e = want_kprobes() ? -ENOTSUP : load(h, ifindex, true);
	if (e && e != -EPERM)
		e = load(h, ifindex, false);
	if (e) {
		rs_error_set(err, e == -EPERM ? RS_EXIT_NOPERM : RS_EXIT_CANNOT,
			     "the kernel refuses ringside's BPF programs (%s): %s", strerror(-e), libbpf_said);
		goto fail;
	}
	find_unknown(h);
	return h;
fail:
	rs_hooks_detach(h);
	return NULL;
}

void rs_hooks_detach(struct rs_hooks *h)
{
	if (!h)
		return;
	unload(h);
	rs_types_free(h->types);
	free(h);
}

struct ringside_bpf *rs_hooks_bpf(struct rs_hooks *h)
{
	return h->bpf;
}

bool rs_hooks_know(const struct rs_hooks *h, enum rs_host_counter counter)
{
	return !(h->unknown & (1ULL << counter));
}

/* Hits the kernel dropped because the same program was running on that CPU already. */
static struct rs_num missed(const struct live *l)
{
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info);

	if (!l->fentry || bpf_obj_get_info_by_fd(bpf_program__fd(l->prog), &info, &len))
		return (struct rs_num){ 0 };
	return rs_num_of(info.recursion_misses);
}

static void name_lost(unsigned long long loses, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < RS_HOST_COUNTERS && used < size; i++)
		if (loses & (1ULL << i))
			used += snprintf(text + used, size - used, "%s%s", used ? "," : "",
					 rs_counters[RS_SIDE_HOST].rows[i].name);
}

static int fill_hook(const struct live *l, const struct hook *hook, struct rs_sample *s)
{
	static const char *const states[] = { "absent", "failed", "failed", "attached" };
	struct rs_hook *row;

	if (l->state == NOT_HERE || (l->state == ABSENT && hook->group == DELIVER))
		return 0;
	row = rs_sample_add_hook(s);
	if (!row)
		return -1;
	rs_str_set(row->name, l->sym.name[0] && l->state == ATTACHED ? l->sym.name : hook->symbol);
	rs_str_set(row->kind, is_tracepoint(hook) ? "tracepoint" : l->fentry ? "fentry" : "kprobe");
	rs_str_set(row->state, states[l->state]);
	name_lost(hook->loses, row->loses, sizeof(row->loses));
	if (l->state == ATTACHED)
		row->missed = missed(l);
	return 0;
}

/* A full map is a hook that misses. */
static int fill_map(const char *name, const char *loses, uint64_t count, struct rs_sample *s)
{
	struct rs_hook *row = rs_sample_add_hook(s);

	if (!row)
		return -1;
	rs_str_set(row->name, name);
	rs_str_set(row->kind, "map");
	rs_str_set(row->state, "attached");
	rs_str_set(row->loses, loses);
	row->missed = rs_num_of(count);
	return 0;
}

int rs_hooks_fill(struct rs_hooks *h, struct rs_sample *s)
{
	const struct rs_missed *m = &h->bpf->bss->rs_missed;
	int e = 0;

	for (size_t i = 0; !e && i < HOOKS; i++)
		e = fill_hook(&h->live[i], &hooks[i], s);
	if (!e)
		e = fill_map("tap queues", "tun_offered,tun_dropped", m->tuns + m->taken, s);
	if (!e)
		e = fill_map("virtqueues", "vhost_posted,vhost_signals", m->vqs, s);
	if (!e)
		e = fill_map("call eventfds", "eventfd_writes,irqfd_wakeups,injected",
			     m->calls + m->lpis + m->irqfds, s);
	return e;
}

int rs_hooks_check(rs_check_fn row, void *ctx)
{
	struct rs_error err = { 0 };
	struct rs_hooks *h = open_hooks(false, &err);
	struct rs_check check = { .what = "type information (BTF)", .works = h, .why = h ? NULL : err.text };
	int bad = !h;

	row(ctx, &check);
	for (size_t i = 0; h && i < HOOKS; i++) {
		const struct live *l = &h->live[i];

		if (l->state == NOT_HERE)
			continue;
		check.what = hooks[i].symbol;
		check.works = l->state == READY;
		check.why = check.works ? NULL : l->why;
		check.fix = l->state == FAILED ? "use a kernel with CONFIG_DEBUG_INFO_BTF_MODULES" : NULL;
		bad |= !check.works;
		row(ctx, &check);
	}
	rs_hooks_detach(h);
	return bad ? -1 : 0;
}
