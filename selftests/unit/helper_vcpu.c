// SPDX-License-Identifier: GPL-2.0-only
/* Which vCPU an MSI names, what it does, and the interrupt's state there; the worker's thread. */
#include <kselftest_harness.h>

#include <string.h>

#include "helper_fixture.h"
#include "thread.h"
#include "vcpu.h"

enum { VCPUS = 3, VECTOR = 0x23, KVM = 0x1000 };

#define LOGICAL	    (1 << 2) /* the destination mode of an MSI's address */
#define FLAT	    0xffffffff
#define MSI_BASE    0xfee00000ULL
#define MSI_TO(id)  (MSI_BASE | (uint64_t)((id)&0xff) << 12 | (uint64_t)((id) >> 8) << 40)
#define MS(ns_in_s) ((uint64_t)(ns_in_s)*1000000)

FIXTURE(vcpu)
{
	struct rs_found found[VCPUS + 1];
	struct rs_scan scan;
	struct rs_eventfd e;
	struct rs_queue q;
};

/* vCPU @i has APIC id @i; it halted, and waits for an interrupt. */
FIXTURE_SETUP(vcpu)
{
	memset(self, 0, sizeof(*self));
	for (unsigned int i = 0; i < VCPUS; i++) {
		struct rs_found *v = &self->found[i];

		v->kind = RS_FOUND_VCPU;
		v->vcpu.kvm = KVM;
		v->vcpu.id = i;
		v->vcpu.thread = (struct rs_thread){100 + i, RS_THREAD_ASLEEP, MS(1500)};
		v->vcpu.in_run = v->vcpu.waits = 1;
		v->vcpu.apic.id = i << 24;
		v->vcpu.apic.logical = 1U << i << 24;
		v->vcpu.apic.format = FLAT;
		v->vcpu.apic.known = 1;
	}
	self->found[VCPUS] = (struct rs_found){.kind = RS_FOUND_VM, .key = KVM};
	self->found[VCPUS].vm.vcpus = VCPUS;
	self->scan = (struct rs_scan){self->found, VCPUS + 1};
	self->e = (struct rs_eventfd){.msi = 1, .kvm = KVM, .address = MSI_TO(1), .data = VECTOR};
}

FIXTURE_TEARDOWN(vcpu)
{
}

static bool is_unknown(const struct rs_queue *q)
{
	return !q->vcpu.known && !*q->vcpu_state && !q->vcpu_state_ms.known &&
	       !q->msi_pending.known && !q->msi_active.known;
}

static void bit_set(uint32_t *words, unsigned int bit)
{
	words[bit / 32] |= 1U << bit % 32;
}

TEST_F(vcpu, an_address_names_an_apic)
{
	bit_set(self->found[0].vcpu.apic.irr, VECTOR);
	rs_vcpu_fill(&self->q, &self->scan, &self->e);
	EXPECT_EQ(1, self->q.vcpu.value);
	EXPECT_STREQ("halted", self->q.vcpu_state);
	EXPECT_EQ(1500, self->q.vcpu_state_ms.value);
	EXPECT_TRUE(self->q.msi_pending.known);
	EXPECT_EQ(0, self->q.msi_pending.value);
	EXPECT_TRUE(self->q.msi_active.known);
	EXPECT_EQ(0, self->q.msi_active.value);
}

TEST_F(vcpu, a_logical_address_names_a_bit)
{
	self->e.address = MSI_TO(1 << 2) | LOGICAL;
	rs_vcpu_fill(&self->q, &self->scan, &self->e);
	EXPECT_EQ(2, self->q.vcpu.value);
}

/* KVM delivers it to one of them: which one is not known. */
TEST_F(vcpu, an_address_that_names_two_names_none)
{
	self->e.address = MSI_TO(3) | LOGICAL;
	rs_vcpu_fill(&self->q, &self->scan, &self->e);
	EXPECT_TRUE(is_unknown(&self->q));
}

TEST_F(vcpu, an_address_to_all_names_none)
{
	self->found[1].vcpu.apic.id = 0xffU << 24;
	self->e.address = MSI_TO(0xff);
	rs_vcpu_fill(&self->q, &self->scan, &self->e);
	EXPECT_TRUE(is_unknown(&self->q));
}

TEST_F(vcpu, an_x2apic_has_32_bits)
{
	for (unsigned int i = 0; i < VCPUS; i++) {
		self->found[i].vcpu.apic.x2apic = 1;
		self->found[i].vcpu.apic.id = 0x100 + i;
		self->found[i].vcpu.apic.logical = 0x10 << 16 | 1U << i;
	}
	self->e.address = MSI_TO(0x102);
	rs_vcpu_fill(&self->q, &self->scan, &self->e);
	EXPECT_EQ(2, self->q.vcpu.value);

	memset(&self->q, 0, sizeof(self->q));
	self->e.address = MSI_TO(2);
	rs_vcpu_fill(&self->q, &self->scan, &self->e);
	EXPECT_TRUE(is_unknown(&self->q));
}

TEST_F(vcpu, a_cluster_of_an_xapic_is_unknown)
{
	for (unsigned int i = 0; i < VCPUS; i++)
		self->found[i].vcpu.apic.format = 0x0fffffff;
	self->e.address = MSI_TO(2) | LOGICAL;
	rs_vcpu_fill(&self->q, &self->scan, &self->e);
	EXPECT_TRUE(is_unknown(&self->q));
}

TEST_F(vcpu, what_was_not_read_is_unknown)
{
	self->found[1].vcpu.apic.known = 0;
	rs_vcpu_fill(&self->q, &self->scan, &self->e);
	EXPECT_TRUE(is_unknown(&self->q));
}

TEST_F(vcpu, another_machine_has_the_same_apic_ids)
{
	self->e.kvm = KVM + 1;
	rs_vcpu_fill(&self->q, &self->scan, &self->e);
	EXPECT_TRUE(is_unknown(&self->q));
}

TEST_F(vcpu, a_route_that_is_no_msi_names_none)
{
	self->e.msi = 0;
	rs_vcpu_fill(&self->q, &self->scan, &self->e);
	EXPECT_TRUE(is_unknown(&self->q));
}

TEST_F(vcpu, the_vector_is_pending_in_either_place_and_active_in_one)
{
	struct rs_apic *apic = &self->found[1].vcpu.apic;

	bit_set(apic->irr, VECTOR);
	rs_vcpu_fill(&self->q, &self->scan, &self->e);
	EXPECT_EQ(1, self->q.msi_pending.value);
	EXPECT_EQ(0, self->q.msi_active.value);

	memset(apic->irr, 0, sizeof(apic->irr));
	bit_set(apic->pir, VECTOR);
	bit_set(apic->isr, VECTOR);
	rs_vcpu_fill(&self->q, &self->scan, &self->e);
	EXPECT_EQ(1, self->q.msi_pending.value);
	EXPECT_EQ(1, self->q.msi_active.value);
}

/* arm64: the scan finds the LPI itself. */
TEST_F(vcpu, an_lpi_names_its_vcpu)
{
	self->e.lpi = RS_LPI_FOUND | RS_LPI_ENABLED | RS_LPI_PENDING | 2 << RS_LPI_VCPU_SHIFT;
	rs_vcpu_fill(&self->q, &self->scan, &self->e);
	EXPECT_EQ(2, self->q.vcpu.value);
	EXPECT_STREQ("halted", self->q.vcpu_state);
	EXPECT_EQ(1, self->q.msi_pending.value);
	EXPECT_TRUE(self->q.msi_active.known);
	EXPECT_EQ(0, self->q.msi_active.value);
	EXPECT_EQ(1, self->q.msi_enabled.value);
}

TEST_F(vcpu, an_lpi_of_a_vcpu_that_was_not_seen_is_unknown)
{
	self->e.lpi = RS_LPI_FOUND | RS_LPI_PENDING | VCPUS << RS_LPI_VCPU_SHIFT;
	rs_vcpu_fill(&self->q, &self->scan, &self->e);
	EXPECT_TRUE(is_unknown(&self->q));
	EXPECT_FALSE(self->q.msi_enabled.known);
}

/* The state may be in a list register of the CPU. */
TEST_F(vcpu, an_lpi_in_the_list_of_a_running_vcpu_is_unknown)
{
	self->found[1].vcpu.thread.state = RS_THREAD_RUNNING;
	self->e.lpi = RS_LPI_FOUND | RS_LPI_LISTED | RS_LPI_ACTIVE | 1 << RS_LPI_VCPU_SHIFT;
	rs_vcpu_fill(&self->q, &self->scan, &self->e);
	EXPECT_FALSE(self->q.msi_pending.known);
	EXPECT_EQ(1, self->q.msi_active.value);

	self->found[1].vcpu.thread.state = RS_THREAD_RUNNABLE;
	rs_vcpu_fill(&self->q, &self->scan, &self->e);
	EXPECT_TRUE(self->q.msi_pending.known);
	EXPECT_EQ(0, self->q.msi_pending.value);
}

/* Only the low byte is the vector; a guest may write anything above it. */
TEST_F(vcpu, any_data_stays_within_the_vectors)
{
	self->e.data = 0xffffffff;
	bit_set(self->found[1].vcpu.apic.irr, 255);
	rs_vcpu_fill(&self->q, &self->scan, &self->e);
	EXPECT_EQ(1, self->q.msi_pending.value);
}

TEST_F(vcpu, states)
{
	static const struct {
		enum rs_thread_state thread;
		bool in_run, in_guest, waits;
		const char *state;
		bool has_age; /* running comes and goes while the state lasts */
	} rows[] = {
		{RS_THREAD_RUNNING, true, true, false, "guest", false},
		{RS_THREAD_RUNNING, true, false, false, "host", false},
		{RS_THREAD_RUNNING, false, false, false, "host", false},
		{RS_THREAD_RUNNABLE, true, false, false, "runnable", true},
		{RS_THREAD_ASLEEP, true, false, true, "halted", true},
		{RS_THREAD_ASLEEP, true, false, false, "host", false},
		{RS_THREAD_BLOCKED, true, false, false, "host", false},
		{RS_THREAD_ASLEEP, false, false, false, "paused", true},
		{RS_THREAD_STOPPED, false, false, false, "paused", true},
		{0, true, false, true, "", false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rs_found *v = &self->found[1];

		memset(&self->q, 0, sizeof(self->q));
		v->vcpu.thread.state = rows[i].thread;
		v->vcpu.in_run = rows[i].in_run;
		v->vcpu.in_guest = rows[i].in_guest;
		v->vcpu.waits = rows[i].waits;
		rs_vcpu_fill(&self->q, &self->scan, &self->e);
		EXPECT_STREQ(rows[i].state, self->q.vcpu_state)
		TH_LOG("row %zu", i);
		EXPECT_EQ(rows[i].has_age, self->q.vcpu_state_ms.known)
		TH_LOG("row %zu", i);
	}
}

static void pause_all(struct rs_found *found)
{
	for (int i = 0; i < VCPUS; i++)
		found[i].vcpu.in_run = found[i].vcpu.waits = 0;
}

TEST_F(vcpu, a_machine_is_paused_when_all_its_vcpus_are)
{
	const struct rs_found *kvm = &self->found[VCPUS];

	EXPECT_EQ(0, rs_vcpu_all_paused(&self->scan, kvm).value);
	pause_all(self->found);
	EXPECT_TRUE(rs_vcpu_all_paused(&self->scan, kvm).known);
	EXPECT_EQ(1, rs_vcpu_all_paused(&self->scan, kvm).value);
	self->found[2].vcpu.in_run = self->found[2].vcpu.waits = 1;
	EXPECT_TRUE(rs_vcpu_all_paused(&self->scan, kvm).known);
	EXPECT_EQ(0, rs_vcpu_all_paused(&self->scan, kvm).value);
}

TEST_F(vcpu, a_vcpu_that_was_not_seen_may_run)
{
	const struct rs_found *kvm = &self->found[VCPUS];

	pause_all(self->found);
	self->found[1].vcpu.thread.state = 0;
	EXPECT_FALSE(rs_vcpu_all_paused(&self->scan, kvm).known);
	self->found[1].kind = RS_FOUND_TUN;
	EXPECT_FALSE(rs_vcpu_all_paused(&self->scan, kvm).known);
}

TEST_F(vcpu, a_worker_that_was_not_found_is_unknown)
{
	struct rs_found vq = {.kind = RS_FOUND_VQ};

	rs_thread_worker(&self->q, &vq);
	EXPECT_FALSE(self->q.worker.known);
	EXPECT_FALSE(self->q.worker_queued.known);
	EXPECT_STREQ("", self->q.worker_state);
}

TEST_F(vcpu, each_state_of_a_worker_has_its_name)
{
	static const char *const names[] = {"running", "runnable", "asleep", "blocked", "stopped"};
	struct rs_found vq = {.kind = RS_FOUND_VQ};

	for (unsigned int i = 0; i < 5; i++) {
		vq.vq.worker = (struct rs_thread){77, RS_THREAD_RUNNING + i, MS(12)};
		vq.vq.queued = i & 1;
		rs_thread_worker(&self->q, &vq);
		EXPECT_EQ(77, self->q.worker.value);
		EXPECT_STREQ(names[i], self->q.worker_state);
		EXPECT_EQ(12, self->q.worker_state_ms.value);
		EXPECT_EQ(i & 1, self->q.worker_queued.value);
	}
	vq.vq.worker.age_ns = 0;
	rs_thread_worker(&self->q, &vq);
	EXPECT_FALSE(self->q.worker_state_ms.known);
}

TEST_HARNESS_MAIN
