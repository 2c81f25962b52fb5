// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "ringmem.h"
#include "rtnl.h"
#include "seen.h"
#include "stations.h"
#include "thread.h"
#include "vcpu.h"
#include "vdpa.h"
#include "vm.h"

/* What is known of one virtqueue, before it becomes a row of the sample. */
struct row {
	const struct rs_found *tun;  /* NULL = it has no tap, or none that is seen */
	const struct rs_found *vq;   /* NULL = no vhost device serves it */
	const struct rs_found *vdpa; /* NULL = no vhost-vdpa device serves it */
	struct rs_entries entries;
	unsigned long long unknown; /* see rs_hooks_unknown() */
	unsigned int pid;
};

bool rs_seen_wanted(const struct rs_seen *seen, const struct rs_found *tun)
{
	return tun->kind == RS_FOUND_TUN &&
	       (!seen->filter.tap ||
		(!strcmp(tun->tun.name, seen->filter.tap) &&
		 (!tun->tun.netns || !seen->netns || tun->tun.netns == seen->netns))) &&
	       (!seen->filter.queue.known || seen->filter.queue.value == tun->tun.queue);
}

struct rs_vm *rs_seen_vm(const struct rs_seen *seen, struct rs_sample *s, unsigned int pid,
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
		kvm = rs_scan_vm(&seen->scan, pid);
	if (kvm) {
		vm->vcpus = rs_num_of(kvm->vm.vcpus);
		vm->paused = rs_vcpu_all_paused(&seen->scan, kvm);
	}
	return vm;
}

static struct rs_num netns_of(const struct rs_found *tun)
{
	return tun->tun.netns ? rs_num_of(tun->tun.netns) : (struct rs_num){0};
}

/* A tap that rtnetlink does not show has its name and number, and no figures. */
static struct rs_tap *add_tap(struct rs_seen *seen, struct rs_sample *s, const struct rs_found *tun)
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
	rs_rtnl_fill(seen->rtnl, tun->pid, tap);
	return tap;
}

/* Whether some of a tap's queues are left out: of other numbers, or of other processes. */
static bool is_part(const struct rs_seen *seen, const struct rs_found *tun)
{
	for (size_t i = 0; i < seen->scan.n; i++) {
		const struct rs_found *other = &seen->scan.found[i];

		if (other->kind == RS_FOUND_TUN && other->tun.dev == tun->tun.dev &&
		    (other->pid != tun->pid || !rs_seen_wanted(seen, other)))
			return true;
	}
	return false;
}

/* The kernel's counts of a tap are of all its queues: beside some of them they say nothing. */
static void fill_tap(struct rs_queue *q, const struct rs_seen *seen, const struct rs_found *tun,
		     const struct rs_tap *tap)
{
	q->carrier = tap->carrier;
	if (strcmp(q->dir, "rx"))
		return;
	if (!is_part(seen, tun))
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
	if (r->vdpa)
		return rs_vdpa_dir(r->vdpa);
	if (!r->tun)
		return "other";
	return r->vq && r->vq->vq.index ? "tx" : "rx";
}

static void fill_backend(struct rs_queue *q, const struct rs_seen *seen, const struct row *r,
			 const struct rs_vm *vm)
{
	bool vhost = r->vq || (r->tun && rs_scan_idle_vhost(&seen->scan, r->tun->pid));
	struct rs_vm writer = {0};

	rs_str_set(q->backend, r->vdpa				  ? RS_BACKEND_VDPA
			       : vhost				  ? "vhost-net"
			       : r->tun || r->entries.call.writer ? "user-space backend"
								  : RS_BACKEND_UNSEEN);
	rs_str_set(q->comm, vm->comm);
	if (!r->tun && !r->vdpa && r->entries.call.writer) {
		rs_vm_fill(r->entries.call.writer, &writer);
		q->thread = rs_num_of(r->entries.call.thread);
		rs_vm_thread(r->entries.call.writer, r->entries.call.thread, q->thread_name,
			     sizeof(q->thread_name));
	}
	if (*writer.comm)
		rs_str_set(q->comm, writer.comm);
}

static int fill_from_tap(struct rs_queue *q, struct rs_seen *seen, const struct row *r,
			 struct rs_sample *s)
{
	struct rs_tap *tap = add_tap(seen, s, r->tun);

	if (!tap)
		return -1;
	rs_str_set(q->tap, r->tun->tun.name);
	rs_vm_mac(r->pid, q->tap, q->mac, sizeof(q->mac));
	q->tap_ifindex = rs_num_of(r->tun->tun.ifindex);
	q->tap_netns = netns_of(r->tun);
	q->queue = rs_num_of(r->tun->tun.queue);
	if (!strcmp(q->dir, "rx"))
		rs_stations_tun(q, r->unknown, &r->entries, r->tun);
	else
		rs_stations_sent(q, r->unknown, &r->entries);
	fill_tap(q, seen, r->tun, tap);
	return 0;
}

/* Whether the VM has an irqfd for another call eventfd: of this virtqueue, or of another one. */
static bool has_irqfds(struct rs_seen *seen, const struct rs_found *vq)
{
	for (size_t i = 0; i < RS_TABLES_CALLS; i++) {
		const struct rs_eventfd *e = &seen->tables.eventfds[i];

		if (!e->msi)
			continue;
		if (e->vq == vq->key ||
		    (e->scanned == seen->scans && rs_scan_find(&seen->scan, RS_FOUND_VM, e->kvm) ==
							  rs_scan_vm(&seen->scan, vq->pid)))
			return true;
	}
	return false;
}

/*
 * A VMM that masks a vector takes the irqfd away from the call eventfd, or gives vhost another
 * eventfd. Sure only of a ring that vhost serves, if nothing waits for the eventfd, and the VM's
 * interrupts do come by irqfds.
 */
static void fill_masked(struct rs_queue *q, struct rs_seen *seen, const struct row *r)
{
	if (!r->vq->vq.ctx || !r->vq->vq.avail)
		return;
	if (r->entries.is_masked)
		q->masked = rs_num_of(1);
	else if (r->entries.has_call && r->entries.call.scanned == seen->scans)
		q->masked = rs_num_of(0);
	else if (!r->vq->vq.heard && has_irqfds(seen, r->vq))
		q->masked = rs_num_of(1);
}

static int fill_queue(struct rs_seen *seen, const struct row *r, struct rs_sample *s)
{
	struct rs_vm *vm = rs_seen_vm(seen, s, r->pid,
				      rs_scan_find(&seen->scan, RS_FOUND_VM, r->entries.call.kvm));
	struct rs_queue *q;

	if (!vm)
		return -1;
	if (!is_vm_wanted(&seen->filter, vm))
		return 0;
	q = rs_sample_add_queue(s);
	if (!q)
		return -1;
	rs_str_set(q->dir, row_dir(r));
	rs_str_set(q->uuid, vm->uuid);
	rs_str_set(q->vm, vm->name);
	q->pid = rs_num_of(r->pid);
	fill_backend(q, seen, r, vm);
	if (r->entries.has_call) {
		rs_stations_call(q, r->unknown, &r->entries);
		if (r->entries.call.scanned == seen->scans)
			rs_vcpu_fill(q, &seen->scan, &r->entries.call);
	}
	if (r->vq) {
		rs_stations_vhost(q, r->unknown, &r->entries, r->vq);
		rs_ringmem_fill(q, r->vq);
		rs_thread_worker(q, r->vq);
		fill_masked(q, seen, r);
	}
	if (r->vdpa)
		rs_vdpa_fill(q, r->vdpa, &r->entries);
	return r->tun ? fill_from_tap(q, seen, r, s) : 0;
}

/* Queues of its tap that packets come to. */
static unsigned int open_queues(const struct rs_seen *seen, const struct rs_found *tun)
{
	unsigned int n = 0;

	for (size_t i = 0; i < seen->scan.n; i++)
		n += seen->scan.found[i].kind == RS_FOUND_TUN &&
		     seen->scan.found[i].tun.dev == tun->tun.dev &&
		     !seen->scan.found[i].tun.detached;
	return n;
}

/* Entries that do not belong together give no figure. */
static void row_copy(const struct rs_seen *seen, struct row *r, bool together)
{
	enum rs_driver driver = r->tun ? r->tun->tun.driver : RS_DRIVER_TUN;

	r->unknown = together ? rs_hooks_unknown(seen->hooks, driver,
						 r->tun ? open_queues(seen, r->tun) : 0)
			      : ~0ULL;
}

static int add_row(struct rs_seen *seen, const struct rs_found *tun, const struct rs_found *vq,
		   struct rs_sample *s)
{
	struct row r = {.tun = tun, .vq = vq, .pid = vq ? vq->pid : tun->pid};
	const struct rs_keys keys = {tun->tun.ring, vq ? vq->key : 0, vq ? vq->vq.ctx : 0,
				     vq ? vq->vq.error : 0};
	const struct rs_found *kvm;

	row_copy(seen, &r, rs_tables_copy(&seen->tables, &keys, &r.entries));
	kvm = rs_scan_find(&seen->scan, RS_FOUND_VM, r.entries.call.kvm);
	if (kvm)
		r.pid = kvm->pid;
	return fill_queue(seen, &r, s);
}

static bool is_vdpa_wanted(const struct rs_seen *seen, const struct rs_found *vdpa)
{
	return vdpa->kind == RS_FOUND_VDPA && rs_vdpa_is_used(vdpa) && !seen->filter.tap &&
	       (!seen->filter.queue.known || seen->filter.queue.value == vdpa->vdpa.index / 2);
}

/* What a device may do past the eventfd is not known by the eventfd's counts. */
static int add_vdpa(struct rs_seen *seen, const struct rs_found *vdpa, struct rs_sample *s)
{
	struct row r = {.vdpa = vdpa, .pid = vdpa->pid};
	const struct rs_keys keys = {.vq = vdpa->key, .ctx = vdpa->vdpa.ctx};
	const struct rs_found *kvm;
	bool together = rs_tables_copy(&seen->tables, &keys, &r.entries);

	row_copy(seen, &r, together && !vdpa->vdpa.bypass);
	kvm = rs_scan_find(&seen->scan, RS_FOUND_VM, r.entries.call.kvm);
	if (kvm)
		r.pid = kvm->pid;
	return fill_queue(seen, &r, s);
}

static int fill_vdpas(struct rs_seen *seen, struct rs_sample *s)
{
	int e = 0;

	for (size_t i = 0; !e && i < seen->scan.n; i++)
		if (is_vdpa_wanted(seen, &seen->scan.found[i]))
			e = add_vdpa(seen, &seen->scan.found[i], s);
	return e;
}

/* Eventfds that vhost does not write. Their tap and virtqueue cannot be seen. */
static int fill_eventfds(struct rs_seen *seen, struct rs_sample *s)
{
	const struct rs_found *kvm;
	int e = 0;

	for (size_t i = 0; !e && i < RS_TABLES_CALLS; i++) {
		const struct rs_eventfd *call = &seen->tables.eventfds[i];
		struct row r = {0};

		if (!call->kvm || !call->msi || call->vq)
			continue;
		row_copy(seen, &r, rs_tables_copy_slot(&seen->tables, i, &r.entries));
		kvm = rs_scan_find(&seen->scan, RS_FOUND_VM, r.entries.call.kvm);
		if (!kvm)
			continue;
		r.pid = kvm->pid;
		e = fill_queue(seen, &r, s);
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

int rs_seen_fill(struct rs_seen *seen, struct rs_sample *s)
{
	const struct rs_found *vq;
	int e = 0;

	/* the kernel's counts of drops come before those of the tables: see rs_tap.tx_dropped_late
	 */
	for (size_t i = 0; i < seen->scan.n; i++)
		if (rs_seen_wanted(seen, &seen->scan.found[i]))
			rs_rtnl_enter(seen->rtnl, netns_of(&seen->scan.found[i]),
				      seen->scan.found[i].pid);
	rs_tables_index(&seen->tables);
	for (size_t i = 0; !e && i < seen->scan.n; i++) {
		const struct rs_found *tun = &seen->scan.found[i];

		if (!rs_seen_wanted(seen, tun) || tun->tun.detached)
			continue;
		if (!rs_scan_vq(&seen->scan, tun->key, 0))
			e = add_row(seen, tun, NULL, s);
		for (unsigned int n = 0; !e && (vq = rs_scan_vq(&seen->scan, tun->key, n)); n++)
			e = add_row(seen, tun, vq, s);
	}
	if (!e)
		e = fill_vdpas(seen, s);
	if (!e && !seen->filter.tap && !seen->filter.queue.known)
		e = fill_eventfds(seen, s);
	if (s->queues_n)
		qsort(s->queues, s->queues_n, sizeof(s->queues[0]), by_queue);
	return e;
}

bool rs_seen_macvtap(const struct rs_seen *seen)
{
	for (size_t i = 0; i < seen->scan.n; i++)
		if (rs_seen_wanted(seen, &seen->scan.found[i]) &&
		    seen->scan.found[i].tun.driver == RS_DRIVER_TAP)
			return true;
	return false;
}
