// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "hooks.h"
#include "programs.h"
#include "symbols.h"
#include "types.h"
#include "../bpf/maps.h"
#include "ringside.skel.h"

#define LOSES(counter) (1ULL << RS_HOST_##counter)
#define LOSES_DROPS                                                            \
	(LOSES(tun_dropped) | LOSES(tun_ring_full) | LOSES(tun_dropped_full) | \
	 LOSES(tun_dropped_filter) | LOSES(tun_dropped_other))
#define LOSES_REASONS (LOSES(tun_ring_full) | LOSES(tun_dropped_full) | LOSES(tun_dropped_filter))
#define LOSES_SIGNALS                                                                       \
	(LOSES(vhost_signals) | LOSES(vhost_signals_empty) | LOSES(vhost_suppressed_flag) | \
	 LOSES(vhost_suppressed_event_idx))
#define LOSES_POSTS \
	(LOSES_SIGNALS | LOSES(vhost_posted) | LOSES(vhost_calls) | LOSES(vhost_no_call))
#define LOSES_INJECTIONS (LOSES(injected) | LOSES(coalesced) | LOSES(irqfd_atomic))

_Static_assert(RS_HOST_COUNTERS <= 64, "what a hook loses is a set of 64");

/* Hooks of one group count the same: one that is attached is enough. */
enum group {
	XMIT,
	DROP,
	RECEIVE,
	POST_MANY,
	POST_ONE,
	RESTART,
	SIGNAL,
	WRITE,
	WAKEUP,
	DEFER,
	DELIVER,
	LPI_QUEUE,
	LPI_POPULATE,
	KICK,
	CLOSE_TUN,
	CLOSE_TAP,
	CLOSE_VHOST,
	CLOSE_CALL,
	GROUPS
};

struct hook {
	const char *symbol;
	const char *type;  /* the struct it must be able to read */
	const char *owner; /* the module it and the type are in, unless built in */
	const char *arch;  /* NULL = any */
	enum group group;
	bool first; /* of this group only the first that exists is attached: the other one calls it
		     */
	unsigned long long loses;
};

static const struct hook hooks[] = {
	{"tun_net_xmit", "tun_file", "tun", NULL, XMIT, false, LOSES(tun_offered)},
	{"kfree_skb", "sk_buff", "", NULL, DROP, false, LOSES_DROPS},
	{"tun_recvmsg", "tun_file", "tun", NULL, RECEIVE, false, LOSES(vhost_taken)},
	{"vhost_add_used_and_signal_n", "vhost_virtqueue", "vhost", NULL, POST_MANY, false,
	 LOSES_POSTS},
	{"vhost_add_used_and_signal", "vhost_virtqueue", "vhost", NULL, POST_ONE, false,
	 LOSES_POSTS},
	{"vhost_vq_init_access", "vhost_virtqueue", "vhost", NULL, RESTART, false,
	 LOSES(vhost_posted)},
	{"eventfd_signal", "eventfd_ctx", "", NULL, SIGNAL, true,
	 LOSES_SIGNALS | LOSES(eventfd_writes)},
	{"eventfd_signal_mask", "eventfd_ctx", "", NULL, SIGNAL, true,
	 LOSES_SIGNALS | LOSES(eventfd_writes)},
	{"eventfd_write", "eventfd_ctx", "", NULL, WRITE, false, LOSES(eventfd_writes)},
	{"irqfd_wakeup", "kvm_kernel_irqfd", "kvm", NULL, WAKEUP, false,
	 LOSES(irqfd_wakeups) | LOSES_INJECTIONS},
	{"irqfd_inject", "kvm_kernel_irqfd", "kvm", NULL, DEFER, false,
	 LOSES(irqfd_deferred) | LOSES_INJECTIONS},
	{"svm_deliver_interrupt", "kvm_lapic", "kvm_amd", "x86_64", DELIVER, false,
	 LOSES_INJECTIONS},
	{"vmx_deliver_interrupt", "kvm_lapic", "kvm_intel", "x86_64", DELIVER, false,
	 LOSES_INJECTIONS},
	{"vgic_queue_irq_unlock", "vgic_irq", "kvm", "aarch64", LPI_QUEUE, false,
	 LOSES_INJECTIONS | LOSES(populated)},
	{"vgic_v3_populate_lr", "vgic_irq", "kvm", "aarch64", LPI_POPULATE, false,
	 LOSES(populated) | LOSES(coalesced) | LOSES(injected)},
	{"kvm_vcpu_kick", "kvm_vcpu", "kvm", NULL, KICK, true, LOSES(vcpu_kicks)},
	{"__kvm_vcpu_kick", "kvm_vcpu", "kvm", NULL, KICK, true, LOSES(vcpu_kicks)},
	/* without these what is gone stays in the maps, and counts on if its address comes back */
	{"tun_chr_close", "tun_file", "tun", NULL, CLOSE_TUN, false, 0},
	{"tun_net_uninit", "net_device", "tun", NULL, CLOSE_TAP, false, 0},
	{"vhost_dev_cleanup", "vhost_dev", "vhost", NULL, CLOSE_VHOST, false, 0},
	{"eventfd_release", "eventfd_ctx", "", NULL, CLOSE_CALL, false, 0},
};

#define HOOKS (sizeof(hooks) / sizeof(hooks[0]))

/* NOT_HERE: another machine's, or another of its group does */
enum state { ABSENT, FAILED, READY, NOT_HERE };

struct rs_hooks {
	struct rs_symbols *symbols;
	struct rs_types *types;
	struct ringside_bpf *bpf;
	struct rs_program programs[HOOKS];
	enum state state[HOOKS];
	char why[HOOKS][160]; /* absent or failed */
	unsigned long long unknown;
};

static bool is_tracepoint(const struct hook *hook)
{
	return hook->group == DROP;
}

static bool group_found(const struct rs_hooks *h, size_t before, enum group group)
{
	for (size_t i = 0; i < before; i++)
		if (hooks[i].group == group && h->state[i] == READY)
			return true;
	return false;
}

static enum state find_hook(struct rs_hooks *h, size_t i, const char *machine)
{
	const struct hook *hook = &hooks[i];
	struct rs_program *p = &h->programs[i];
	struct rs_symbol clone;

	p->function = hook->symbol;
	p->tracepoint = is_tracepoint(hook);
	if ((hook->arch && strcmp(hook->arch, machine)) ||
	    (hook->first && group_found(h, i, hook->group)))
		return NOT_HERE;
	snprintf(h->why[i], sizeof(h->why[i]), "this kernel has no %s", hook->symbol);
	if (!p->tracepoint &&
	    !rs_symbols_find(h->symbols, hook->symbol, "", hook->owner, &p->sym)) {
		if (rs_symbols_find(h->symbols, hook->symbol, ".", hook->owner, &clone))
			snprintf(h->why[i], sizeof(h->why[i]),
				 "of %s there is only %.80s, whose arguments are not known",
				 hook->symbol, clone.name);
		return ABSENT;
	}
	snprintf(h->why[i], sizeof(h->why[i]), "no type information (BTF) for struct %s%s%s",
		 hook->type, *hook->owner ? " of module " : "", hook->owner);
	if (!rs_types_struct(h->types, hook->type))
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
	/* The first of a group is missed only where none of it was found. */
	for (size_t i = 0; i < HOOKS; i++)
		if (h->state[i] == ABSENT && group_found(h, HOOKS, hooks[i].group))
			h->state[i] = NOT_HERE;
}

/* A module that is in use but not described: nothing of it could be counted. */
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

/* A counter is known when every group that it needs and that belongs here is attached. */
static void find_unknown(struct rs_hooks *h)
{
	unsigned long long loses[GROUPS] = {0};
	bool attached[GROUPS] = {false};

	for (size_t i = 0; i < HOOKS; i++) {
		if (h->state[i] == NOT_HERE)
			continue;
		loses[hooks[i].group] |= hooks[i].loses;
		attached[hooks[i].group] |= h->programs[i].link != NULL;
	}
	for (int g = 0; g < GROUPS; g++)
		h->unknown |= attached[g] ? 0 : loses[g];
	if (!loses[LPI_POPULATE])
		h->unknown |= LOSES(populated);
	if (!h->programs[0].sym.from)
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

	rs_programs_log(verbose);
	if (!h) {
		rs_error_set(err, RS_EXIT_ERROR, "out of memory");
		return NULL;
	}
	h->types = rs_types_read();
	if (!h->types) {
		rs_error_set(err, RS_EXIT_NOBTF,
			     "this kernel has no type information: /sys/kernel/btf/vmlinux is "
			     "missing; use a kernel with CONFIG_DEBUG_INFO_BTF");
		rs_hooks_detach(h);
		return NULL;
	}
	h->symbols = rs_symbols_read();
	if (!h->symbols) {
		rs_error_set(err, RS_EXIT_CANNOT,
			     "/proc/kallsyms cannot be read: use a kernel with CONFIG_KALLSYMS");
		rs_hooks_detach(h);
		return NULL;
	}
	find_hooks(h);
	return h;
}

struct rs_hooks *rs_hooks_attach(unsigned int ifindex, bool verbose, struct rs_error *err)
{
	struct rs_hooks *h = open_hooks(verbose, err);
	struct rs_constants c = {.ifindex = ifindex};
	int e = -ENOTSUP;

	if (!h)
		return NULL;
	if (need_types(h, err))
		goto fail;
	c.xmit[0] = h->programs[0].sym;
	rs_symbols_find(h->symbols, "tun_net_xmit", ".cold", "tun", &c.xmit[1]);
	if (!want_kprobes())
		e = rs_programs_load(&h->bpf, h->programs, HOOKS, &c, h->types, true);
	if (e && e != -EPERM)
		e = rs_programs_load(&h->bpf, h->programs, HOOKS, &c, h->types, false);
	if (e) {
		rs_error_set(err, e == -EPERM ? RS_EXIT_NOPERM : RS_EXIT_CANNOT,
			     "the kernel refuses ringside's BPF programs (%s): %s", strerror(-e),
			     rs_programs_said());
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
	rs_programs_unload(&h->bpf, h->programs, HOOKS);
	rs_types_free(h->types);
	rs_symbols_free(h->symbols);
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
static struct rs_num missed(const struct rs_program *p)
{
	struct bpf_prog_info info = {0};
	__u32 len = sizeof(info);

	if (!p->fentry || bpf_obj_get_info_by_fd(bpf_program__fd(p->prog), &info, &len))
		return (struct rs_num){0};
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

static int fill_hook(const struct rs_hooks *h, size_t i, struct rs_sample *s)
{
	const struct rs_program *p = &h->programs[i];
	struct rs_hook *row;

	if (h->state[i] == NOT_HERE)
		return 0;
	row = rs_sample_add_hook(s);
	if (!row)
		return -1;
	rs_str_set(row->name, p->function);
	rs_str_set(row->kind, p->tracepoint ? "tracepoint" : p->fentry ? "fentry" : "kprobe");
	rs_str_set(row->state, p->link ? "attached" : h->state[i] == ABSENT ? "absent" : "failed");
	name_lost(hooks[i].loses, row->loses, sizeof(row->loses));
	if (p->link)
		row->missed = missed(p);
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
		e = fill_hook(h, i, s);
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
	struct rs_error err = {0};
	struct rs_hooks *h = open_hooks(false, &err);
	struct rs_check check = {
		.what = "type information (BTF)", .works = h, .why = h ? NULL : err.text};
	int bad = !h;

	row(ctx, &check);
	for (size_t i = 0; h && i < HOOKS; i++) {
		if (h->state[i] == NOT_HERE)
			continue;
		check.what = hooks[i].symbol;
		check.works = h->state[i] == READY;
		check.why = check.works ? NULL : h->why[i];
		check.fix = h->state[i] == FAILED
				    ? "use a kernel with CONFIG_DEBUG_INFO_BTF_MODULES"
				    : NULL;
		bad |= !check.works;
		row(ctx, &check);
	}
	rs_hooks_detach(h);
	return bad ? -1 : 0;
}
