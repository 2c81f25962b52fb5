// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "hooks.h"
#include "host.h"
#include "scan.h"
#include "sought.h"
#include "ringmem.h"
#include "rtnl.h"
#include "stations.h"
#include "thread.h"
#include "vcpu.h"
#include "vm.h"
#include "../bpf/maps.h"
#include "ringside.skel.h"

#define CAP_SYS_ADMIN_BIT 21

struct host {
	struct rs_filter filter;
	struct rs_rtnl *rtnl;
	struct rs_hooks *hooks;
	struct ringside_bpf *bpf;
	uint64_t started_ns;
	uint64_t netns;	     /* of the tap that --tap names */
	int ifindex;	     /* of that tap; 0 = all taps */
	unsigned int failed; /* attempts to attach what was loaded later */
	struct rs_scan scan; /* the last scan of the open files */
	uint32_t scans;	     /* its number */
	struct rs_tables tables;
};

/* What is known of one virtqueue, before it becomes a row of the sample. */
struct row {
	const struct rs_found *tun; /* NULL = a backend in user space; only its eventfd is seen */
	const struct rs_found *vq;  /* NULL = no vhost device serves it */
	struct rs_entries entries;
	unsigned long long unknown; /* see rs_hooks_unknown() */
	unsigned int pid;
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static int need_rights(struct rs_error *err)
{
	unsigned long long caps = 0;
	char line[256];
	FILE *f = fopen("/proc/self/status", "re");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "CapEff: %llx", &caps) == 1)
			break;
	if (f)
		fclose(f);
	if (caps & (1ULL << CAP_SYS_ADMIN_BIT))
		return 0;
	return rs_error_set(
		err, RS_EXIT_NOPERM,
		"not permitted to load BPF programs: run as root, or with CAP_SYS_ADMIN");
}

static bool is_wanted(const struct host *h, const struct rs_found *tun)
{
	return tun->kind == RS_FOUND_TUN &&
	       (!h->filter.tap || (!strcmp(tun->tun.name, h->filter.tap) &&
				   (!tun->tun.netns || !h->netns || tun->tun.netns == h->netns))) &&
	       (!h->filter.queue.known || h->filter.queue.value == tun->tun.queue);
}

static int need_open(const struct host *h, struct rs_error *err)
{
	for (size_t i = 0; i < h->scan.n; i++)
		if (is_wanted(h, &h->scan.found[i]))
			return 0;
	return rs_error_set(err, RS_EXIT_NOVHOST,
			    "tap '%s' is not served: no process has one of its queues open; start "
			    "the guest",
			    h->filter.tap);
}

static struct rs_vm *add_vm(const struct host *h, struct rs_sample *s, unsigned int pid,
			    const struct rs_found *kvm)
{
	struct rs_vm *vm;

	for (size_t i = 0; i < s->vms_n; i++)
		if (s->vms[i].pid.value == pid)
			return &s->vms[i];
	vm = rs_sample_add_vm(s);
	if (!vm)
		return NULL;
	rs_vm_fill(pid, vm);
	if (!kvm) /* while a guest is stopped, its queues have no irqfd */
		kvm = rs_scan_vm(&h->scan, pid);
	if (kvm) {
		vm->vcpus = rs_num_of(kvm->vm.vcpus);
		vm->paused = rs_vcpu_all_paused(&h->scan, kvm);
	}
	return vm;
}

static struct rs_num netns_of(const struct rs_found *tun)
{
	return tun->tun.netns ? rs_num_of(tun->tun.netns) : (struct rs_num){0};
}

/* A tap that rtnetlink does not show has its name and number, and no figures. */
static struct rs_tap *add_tap(struct host *h, struct rs_sample *s, const struct rs_found *tun)
{
	struct rs_tap *tap;

	for (size_t i = 0; i < s->taps_n; i++)
		if (s->taps[i].ifindex.value == tun->tun.ifindex &&
		    rs_nums_equal(s->taps[i].netns, netns_of(tun)))
			return &s->taps[i];
	tap = rs_sample_add_tap(s);
	if (!tap)
		return NULL;
	rs_str_set(tap->name, tun->tun.name);
	tap->ifindex = rs_num_of(tun->tun.ifindex);
	tap->netns = netns_of(tun);
	rs_rtnl_fill(h->rtnl, tun->pid, tap);
	return tap;
}

/* Whether some of a tap's queues are left out: of other numbers, or of other processes. */
static bool is_part(const struct host *h, const struct rs_found *tun)
{
	for (size_t i = 0; i < h->scan.n; i++) {
		const struct rs_found *other = &h->scan.found[i];

		if (other->kind == RS_FOUND_TUN && other->tun.dev == tun->tun.dev &&
		    (other->pid != tun->pid || !is_wanted(h, other)))
			return true;
	}
	return false;
}

/* The kernel's counts of a tap are of all its queues: beside some of them they say nothing. */
static void fill_tap(struct rs_queue *q, const struct host *h, const struct rs_found *tun,
		     const struct rs_tap *tap)
{
	q->carrier = tap->carrier;
	if (strcmp(q->dir, "rx"))
		return;
	if (!is_part(h, tun))
		q->counters[RS_HOST_kernel_dropped] = tap->tx_dropped;
	q->counters[RS_HOST_qdisc_dropped] = tap->qdisc_drops;
}

static bool is_vm_wanted(const struct rs_filter *f, const struct rs_vm *vm)
{
	if (f->pid.known && f->pid.value != vm->pid.value)
		return false;
	return !f->vm || !strcmp(f->vm, vm->name) || !strcmp(f->vm, vm->uuid);
}

/* The direction as the guest names it. Of a tap queue without vhost only the way to the guest is
 * known. */
static const char *row_dir(const struct row *r)
{
	if (!r->tun)
		return "other";
	return r->vq && r->vq->vq.index ? "tx" : "rx";
}

static void fill_backend(struct rs_queue *q, const struct host *h, const struct row *r,
			 const struct rs_vm *vm)
{
	bool vhost = r->vq || (r->tun && rs_scan_idle_vhost(&h->scan, r->tun->pid));
	struct rs_vm writer = {0};

	rs_str_set(q->backend, vhost				  ? "vhost-net"
			       : r->tun || r->entries.call.writer ? "user-space backend"
								  : RS_BACKEND_UNSEEN);
	rs_str_set(q->comm, vm->comm);
	if (!r->tun && r->entries.call.writer) {
		rs_vm_fill(r->entries.call.writer, &writer);
		q->thread = rs_num_of(r->entries.call.thread);
		rs_vm_thread(r->entries.call.writer, r->entries.call.thread, q->thread_name,
			     sizeof(q->thread_name));
	}
	if (*writer.comm)
		rs_str_set(q->comm, writer.comm);
}

/* A macvtap hears only what is sent to its own address: the guest has the same. */
static void fill_mac(struct rs_queue *q, const struct row *r, const struct rs_tap *tap)
{
	if (!rs_vm_mac(r->pid, q->tap, q->mac, sizeof(q->mac)) &&
	    r->tun->tun.driver == RS_DRIVER_TAP)
		rs_str_set(q->mac, tap->mac);
}

static int fill_from_tap(struct rs_queue *q, struct host *h, const struct row *r,
			 struct rs_sample *s)
{
	struct rs_tap *tap = add_tap(h, s, r->tun);

	if (!tap)
		return -1;
	rs_str_set(q->tap, r->tun->tun.name);
	fill_mac(q, r, tap);
	q->tap_ifindex = rs_num_of(r->tun->tun.ifindex);
	q->tap_netns = netns_of(r->tun);
	q->queue = rs_num_of(r->tun->tun.queue);
	if (!strcmp(q->dir, "rx"))
		rs_stations_tun(q, r->unknown, &r->entries, r->tun);
	else
		rs_stations_sent(q, r->unknown, &r->entries);
	fill_tap(q, h, r->tun, tap);
	return 0;
}

/* Whether the VM has an irqfd for another call eventfd: of this virtqueue, or of another one. */
static bool has_irqfds(struct host *h, const struct rs_found *vq)
{
	for (size_t i = 0; i < RS_TABLES_CALLS; i++) {
		const struct rs_eventfd *e = &h->tables.eventfds[i];

		if (!e->msi)
			continue;
		if (e->vq == vq->key ||
		    (e->scanned == h->scans &&
		     rs_scan_find(&h->scan, RS_FOUND_VM, e->kvm) == rs_scan_vm(&h->scan, vq->pid)))
			return true;
	}
	return false;
}

/*
 * A VMM that masks a vector takes the irqfd away from the call eventfd, or gives vhost another
 * eventfd. Sure only of a ring that vhost serves, if nothing waits for the eventfd, and the VM's
 * interrupts do come by irqfds.
 */
static void fill_masked(struct rs_queue *q, struct host *h, const struct row *r)
{
	if (!r->vq->vq.ctx || !r->vq->vq.avail)
		return;
	if (r->entries.is_masked)
		q->masked = rs_num_of(1);
	else if (r->entries.has_call && r->entries.call.scanned == h->scans)
		q->masked = rs_num_of(0);
	else if (!r->vq->vq.heard && has_irqfds(h, r->vq))
		q->masked = rs_num_of(1);
}

static int fill_queue(struct host *h, const struct row *r, struct rs_sample *s)
{
	struct rs_vm *vm =
		add_vm(h, s, r->pid, rs_scan_find(&h->scan, RS_FOUND_VM, r->entries.call.kvm));
	struct rs_queue *q;

	if (!vm)
		return -1;
	if (!is_vm_wanted(&h->filter, vm))
		return 0;
	q = rs_sample_add_queue(s);
	if (!q)
		return -1;
	rs_str_set(q->dir, row_dir(r));
	rs_str_set(q->uuid, vm->uuid);
	rs_str_set(q->vm, vm->name);
	q->pid = rs_num_of(r->pid);
	fill_backend(q, h, r, vm);
	if (r->entries.has_call) {
		rs_stations_call(q, r->unknown, &r->entries);
		if (r->entries.call.scanned == h->scans)
			rs_vcpu_fill(q, &h->scan, &r->entries.call);
	}
	if (r->vq) {
		rs_stations_vhost(q, r->unknown, &r->entries, r->vq);
		rs_ringmem_fill(q, r->vq);
		rs_thread_worker(q, r->vq);
		fill_masked(q, h, r);
	}
	return r->tun ? fill_from_tap(q, h, r, s) : 0;
}

/* Queues of its tap that packets come to. */
static unsigned int open_queues(const struct host *h, const struct rs_found *tun)
{
	unsigned int n = 0;

	for (size_t i = 0; i < h->scan.n; i++)
		n += h->scan.found[i].kind == RS_FOUND_TUN &&
		     h->scan.found[i].tun.dev == tun->tun.dev && !h->scan.found[i].tun.detached;
	return n;
}

/* Entries that do not belong together give no figure. */
static void row_copy(const struct host *h, struct row *r, bool together)
{
	enum rs_driver driver = r->tun ? r->tun->tun.driver : RS_DRIVER_TUN;

	r->unknown =
		together ? rs_hooks_unknown(h->hooks, driver, r->tun ? open_queues(h, r->tun) : 0)
			 : ~0ULL;
}

static int add_row(struct host *h, const struct rs_found *tun, const struct rs_found *vq,
		   struct rs_sample *s)
{
	struct row r = {.tun = tun, .vq = vq, .pid = vq ? vq->pid : tun->pid};
	const struct rs_keys keys = {tun->tun.ring, vq ? vq->key : 0, vq ? vq->vq.ctx : 0,
				     vq ? vq->vq.error : 0};
	const struct rs_found *kvm;

	row_copy(h, &r, rs_tables_copy(&h->tables, &keys, &r.entries));
	kvm = rs_scan_find(&h->scan, RS_FOUND_VM, r.entries.call.kvm);
	if (kvm)
		r.pid = kvm->pid;
	return fill_queue(h, &r, s);
}

/* Eventfds that vhost does not write. Their tap and virtqueue cannot be seen. */
static int fill_eventfds(struct host *h, struct rs_sample *s)
{
	const struct rs_found *kvm;
	int e = 0;

	for (size_t i = 0; !e && i < RS_TABLES_CALLS; i++) {
		const struct rs_eventfd *call = &h->tables.eventfds[i];
		struct row r = {0};

		if (!call->kvm || !call->msi || call->vq)
			continue;
		row_copy(h, &r, rs_tables_copy_slot(&h->tables, i, &r.entries));
		kvm = rs_scan_find(&h->scan, RS_FOUND_VM, r.entries.call.kvm);
		if (!kvm)
			continue;
		r.pid = kvm->pid;
		e = fill_queue(h, &r, s);
	}
	return e;
}

static int by_queue(const void *a, const void *b)
{
	const struct rs_queue *x = a, *y = b;
	int order = strcmp(x->tap, y->tap);

	if (!order)
		order = (x->tap_netns.value > y->tap_netns.value) -
			(x->tap_netns.value < y->tap_netns.value);
	if (!order)
		order = (x->queue.value > y->queue.value) - (x->queue.value < y->queue.value);
	if (!order)
		order = strcmp(x->dir, y->dir);
	return order ? order : (x->gsi.value > y->gsi.value) - (x->gsi.value < y->gsi.value);
}

static int fill_queues(struct host *h, struct rs_sample *s)
{
	const struct rs_found *vq;
	int e = 0;

	/* the kernel's counts of drops come before those of the tables: see rs_tap.tx_dropped_late
	 */
	for (size_t i = 0; i < h->scan.n; i++)
		if (is_wanted(h, &h->scan.found[i]))
			rs_rtnl_enter(h->rtnl, netns_of(&h->scan.found[i]), h->scan.found[i].pid);
	rs_tables_index(&h->tables);
	for (size_t i = 0; !e && i < h->scan.n; i++) {
		const struct rs_found *tun = &h->scan.found[i];

		if (!is_wanted(h, tun) || tun->tun.detached)
			continue;
		if (!rs_scan_vq(&h->scan, tun->key, 0))
			e = add_row(h, tun, NULL, s);
		for (unsigned int n = 0; !e && (vq = rs_scan_vq(&h->scan, tun->key, n)); n++)
			e = add_row(h, tun, vq, s);
	}
	if (!e && !h->filter.tap && !h->filter.queue.known)
		e = fill_eventfds(h, s);
	if (s->queues_n)
		qsort(s->queues, s->queues_n, sizeof(s->queues[0]), by_queue);
	return e;
}

/* Sleeps first: the scan reads the scheduler's clock from the moment when its own thread got a CPU.
 */
static int scan_files(struct host *h, struct rs_error *err)
{
	usleep(100);
	h->bpf->bss->rs_clocks_apart = 0;
	h->bpf->bss->rs_scans = ++h->scans;
	rs_scan_majors(h->bpf->bss->rs_tap_majors);
	return rs_scan_read(&h->scan, bpf_link__fd(h->bpf->links.scan), err);
}

static void host_close(void *handle)
{
	struct host *h = handle;

	if (!h)
		return;
	rs_hooks_detach(h->hooks);
	rs_rtnl_close(h->rtnl);
	rs_scan_clear(&h->scan);
	free(h);
}

/* Each process with a file that ringside knows; none if the memory does not suffice. */
static void fill_sought(const struct host *h, struct rs_sample *machines, struct rs_sought *s)
{
	for (size_t i = 0; i < h->scan.n; i++)
		if (h->scan.found[i].kind != RS_FOUND_VCPU)
			add_vm(h, machines, h->scan.found[i].pid, NULL);
	*s = (struct rs_sought){.filter = &h->filter,
				.netns = h->netns,
				.scan = &h->scan,
				.vms = machines->vms,
				.vms_n = machines->vms_n,
				.own_pids = rs_sought_own_pids()};
}

static int tell_sought(const struct host *h,
		       int (*tell)(const struct rs_sought *s, struct rs_error *err),
		       struct rs_error *err)
{
	struct rs_sample machines = {0};
	struct rs_sought s;
	int ret;

	fill_sought(h, &machines, &s);
	ret = tell(&s, err);
	rs_sample_clear(&machines);
	return ret;
}

static int host_nothing(void *handle, struct rs_error *err)
{
	return tell_sought(handle, rs_sought_nothing, err);
}

/* Counting begins: all hooks are attached. */
static int host_begin(struct host *h, struct rs_error *err)
{
	h->bpf = rs_hooks_bpf(h->hooks);
	h->tables.tuns = h->bpf->bss->tuns;
	h->tables.vqs = h->bpf->bss->vqs;
	h->tables.eventfds = h->bpf->bss->eventfds;
	h->started_ns = now_ns();
	return scan_files(h, err);
}

/* What was asked for is there. */
static int host_need(struct host *h, struct rs_error *err)
{
	if (tell_sought(h, rs_sought_check, err))
		return -1;
	return h->filter.tap ? need_open(h, err) : 0;
}

static struct rs_hooks *host_attach(const struct host *h, struct rs_error *err)
{
	return rs_hooks_attach(h->ifindex, !h->filter.no_times, h->filter.verbose, err);
}

static int host_start(struct host *h, struct rs_error *err)
{
	h->rtnl = rs_rtnl_open(err);
	if (!h->rtnl)
		return -1;
	if (h->filter.tap)
		h->ifindex = rs_rtnl_tap(h->rtnl, h->filter.tap, &h->netns, err);
	if (h->ifindex < 0)
		return -1;
	h->hooks = host_attach(h, err);
	return !h->hooks || host_begin(h, err) || host_need(h, err) ? -1 : 0;
}

/* In so many samples modules that need each other are loaded. */
#define LATE_TRIES 3

/*
 * A module was loaded since: what it has is attached, too, and counting begins anew. While more of
 * them are being loaded it may not work yet: then all stays as it is until the next sample.
 */
static int host_again(struct host *h, struct rs_error *err)
{
	struct rs_error later = {0};
	struct rs_hooks *hooks = host_attach(h, &later);

	if (!hooks && ++h->failed < LATE_TRIES)
		return scan_files(h, err);
	if (!hooks) {
		*err = later;
		return -1;
	}
	h->failed = 0;
	rs_hooks_detach(h->hooks);
	h->hooks = hooks;
	return host_begin(h, err);
}

static int host_open(const struct rs_filter *filter, void **handle, struct rs_error *err)
{
	struct host *h;

	if (need_rights(err))
		return -1;
	h = calloc(1, sizeof(*h));
	if (!h)
		return rs_error_set(err, RS_EXIT_ERROR, "out of memory");
	h->filter = *filter;
	if (host_start(h, err)) {
		host_close(h);
		return -1;
	}
	*handle = h;
	return 0;
}

static bool has_macvtap(const struct rs_scan *scan)
{
	for (size_t i = 0; i < scan->n; i++)
		if (scan->found[i].kind == RS_FOUND_TUN &&
		    scan->found[i].tun.driver == RS_DRIVER_TAP)
			return true;
	return false;
}

static int host_sample(void *handle, struct rs_sample *s, struct rs_error *err)
{
	struct host *h = handle;
	bool late = h->filter.repeats && rs_hooks_late(h->hooks), e;

	if (rs_rtnl_refresh(h->rtnl, err) || (late ? host_again(h, err) : scan_files(h, err)))
		return -1;
	s->time_ns = rs_num_of(now_ns());
	s->started_ns = rs_num_of(h->started_ns);
	e = fill_queues(h, s) || rs_hooks_fill(h->hooks, has_macvtap(&h->scan), s);
	rs_rtnl_again(h->rtnl, s);
	rs_rtnl_leave(h->rtnl);
	if (e)
		return rs_error_set(err, RS_EXIT_ERROR, "out of memory");
	return 0;
}

const struct rs_source rs_host_source = {
	.side = RS_SIDE_HOST,
	.open = host_open,
	.sample = host_sample,
	.nothing = host_nothing,
	.close = host_close,
};

static bool check_rights(rs_check_fn row, void *ctx)
{
	struct rs_error err = {0};
	struct rs_check check = {.what = "rights", .works = !need_rights(&err)};

	check.why = check.works ? NULL : err.text;
	check.fix = check.works ? NULL : "run as root";
	row(ctx, &check);
	return check.works;
}

/* All that comes behind the hooks: links, the scan of open files, one sample. */
static bool check_sample(struct host *h, rs_check_fn row, void *ctx)
{
	struct rs_sample s = {0};
	struct rs_error err = {0};
	struct rs_check check = {.what = "first sample"};

	h->rtnl = rs_rtnl_open(&err);
	check.works = h->rtnl && !host_begin(h, &err) && !host_sample(h, &s, &err);
	check.why = check.works ? NULL : err.text;
	row(ctx, &check);
	rs_sample_clear(&s);
	return check.works;
}

int rs_host_check(rs_check_fn row, void *ctx)
{
	bool works = check_rights(row, ctx), hooks_work;
	struct host *h = calloc(1, sizeof(*h));

	if (!h)
		return -1;
	h->hooks = rs_hooks_check(row, ctx, &hooks_work);
	works &= hooks_work;
	if (h->hooks)
		works &= check_sample(h, row, ctx);
	host_close(h);
	return works ? 0 : -1;
}
