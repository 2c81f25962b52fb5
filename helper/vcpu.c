// SPDX-License-Identifier: GPL-2.0-only
#include "thread.h"
#include "vcpu.h"

/* An MSI of x86: the address names the APIC, the data the vector (Intel SDM, vol. 3, "Message
 * Signalled Interrupts"). KVM takes the upper bits of a 32-bit id from the upper half. */
#define MSI_DEST(address)    (((address) >> 12 & 0xff) | ((address) >> 32 & 0xffffff00))
#define MSI_LOGICAL(address) ((address) >> 2 & 1)
#define MSI_VECTOR(data)     ((data)&0xff)

#define XAPIC_ALL  0xff
#define XAPIC_FLAT 0xffffffff

enum state { UNKNOWN, GUEST, HOST, RUNNABLE, HALTED, PAUSED };

static const char *const states[] = {[GUEST] = "guest",
				     [HOST] = "host",
				     [RUNNABLE] = "runnable",
				     [HALTED] = "halted",
				     [PAUSED] = "paused"};

/* A thread that waits outside KVM_RUN waits in the VMM: the VMM does not run the vCPU. */
static enum state vcpu_state(const struct rs_found *v)
{
	switch (v->vcpu.thread.state) {
	case RS_THREAD_RUNNING:
		return v->vcpu.in_guest ? GUEST : HOST;
	case RS_THREAD_RUNNABLE:
		return RUNNABLE;
	case RS_THREAD_ASLEEP:
	case RS_THREAD_BLOCKED:
	case RS_THREAD_STOPPED:
		if (!v->vcpu.in_run)
			return PAUSED;
		return v->vcpu.waits ? HALTED : HOST;
	default:
		return UNKNOWN;
	}
}

static bool physical_matches(const struct rs_apic *a, uint32_t dest)
{
	if (a->x2apic)
		return a->id == dest;
	return dest != XAPIC_ALL && a->id >> 24 == dest;
}

/* The cluster form of an xAPIC, which no current system uses, is left out: it matches none. */
static bool logical_matches(const struct rs_apic *a, uint32_t dest)
{
	if (a->x2apic)
		return a->logical >> 16 == dest >> 16 && a->logical & dest & 0xffff;
	return a->format == XAPIC_FLAT && a->logical >> 24 & dest;
}

static bool is_named(const struct rs_found *v, const struct rs_eventfd *e)
{
	uint32_t dest = MSI_DEST(e->address);

	if (v->kind != RS_FOUND_VCPU || v->vcpu.kvm != e->kvm || !v->vcpu.apic.known)
		return false;
	return MSI_LOGICAL(e->address) ? logical_matches(&v->vcpu.apic, dest)
				       : physical_matches(&v->vcpu.apic, dest);
}

static const struct rs_found *find_named(const struct rs_scan *scan, const struct rs_eventfd *e)
{
	const struct rs_found *found = NULL;

	for (size_t i = 0; i < scan->n; i++) {
		if (!is_named(&scan->found[i], e))
			continue;
		if (found)
			return NULL;
		found = &scan->found[i];
	}
	return found;
}

static bool bit_is_set(const uint32_t *words, uint32_t bit)
{
	return words[bit / 32] >> bit % 32 & 1;
}

static void fill_state(struct rs_queue *q, const struct rs_found *v)
{
	enum state state = vcpu_state(v);

	q->vcpu = rs_num_of(v->vcpu.id);
	if (state == UNKNOWN)
		return;
	rs_str_set(q->vcpu_state, states[state]);
	if (state != GUEST && state != HOST) /* these two change while the thread goes on */
		q->vcpu_state_ms = rs_thread_age(&v->vcpu.thread);
}

static const struct rs_found *find_vcpu(const struct rs_scan *scan, const struct rs_eventfd *e)
{
	for (size_t i = 0; i < scan->n; i++) {
		const struct rs_found *v = &scan->found[i];

		if (v->kind == RS_FOUND_VCPU && v->vcpu.kvm == e->kvm &&
		    v->vcpu.id == e->lpi >> RS_LPI_VCPU_SHIFT)
			return v;
	}
	return NULL;
}

/* While its vCPU runs, an LPI that is neither may be so in a list register of the CPU. */
static struct rs_num lpi_is(const struct rs_eventfd *e, const struct rs_found *v, enum rs_lpi bit)
{
	if (e->lpi & bit)
		return rs_num_of(1);
	if (e->lpi & RS_LPI_LISTED &&
	    (v->vcpu.thread.state == RS_THREAD_RUNNING || !v->vcpu.thread.state))
		return (struct rs_num){0};
	return rs_num_of(0);
}

static void fill_lpi(struct rs_queue *q, const struct rs_scan *scan, const struct rs_eventfd *e)
{
	const struct rs_found *v = find_vcpu(scan, e);

	if (!v)
		return;
	fill_state(q, v);
	q->msi_pending = lpi_is(e, v, RS_LPI_PENDING);
	q->msi_active = lpi_is(e, v, RS_LPI_ACTIVE);
	q->msi_enabled = rs_num_of(!!(e->lpi & RS_LPI_ENABLED));
}

static void fill_apic(struct rs_queue *q, const struct rs_scan *scan, const struct rs_eventfd *e)
{
	const struct rs_found *v = find_named(scan, e);
	uint32_t vector = MSI_VECTOR(e->data);

	if (!v)
		return;
	fill_state(q, v);
	q->msi_pending = rs_num_of(bit_is_set(v->vcpu.apic.irr, vector) ||
				   bit_is_set(v->vcpu.apic.pir, vector));
	q->msi_active = rs_num_of(bit_is_set(v->vcpu.apic.isr, vector));
}

void rs_vcpu_fill(struct rs_queue *q, const struct rs_scan *scan, const struct rs_eventfd *e)
{
	if (!e->msi || !e->kvm)
		return;
	if (e->lpi & RS_LPI_FOUND)
		fill_lpi(q, scan, e);
	else
		fill_apic(q, scan, e);
}

struct rs_num rs_vcpu_all_paused(const struct rs_scan *scan, const struct rs_found *kvm)
{
	unsigned int known = 0, paused = 0;

	for (size_t i = 0; i < scan->n; i++) {
		const struct rs_found *v = &scan->found[i];
		enum state state;

		if (v->kind != RS_FOUND_VCPU || v->vcpu.kvm != kvm->key)
			continue;
		state = vcpu_state(v);
		known += state != UNKNOWN;
		paused += state == PAUSED;
	}
	if (paused < known)
		return rs_num_of(0);
	return known && known == kvm->vm.vcpus ? rs_num_of(1) : (struct rs_num){0};
}
