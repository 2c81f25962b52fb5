// SPDX-License-Identifier: GPL-2.0-only
/* What is not known is not taken for none, and what is no fault is not called one. */
#include <kselftest_harness.h>

#include "helper_fixture.h"
#include "hist.h"

FIXTURE(doubt)
{
	struct joined j;
	struct rs_verdict v;
	char *text;
};

FIXTURE_SETUP(doubt)
{
	memset(self, 0, sizeof(*self));
	snapshot_fill(&self->j.guest, RS_SIDE_GUEST);
	snapshot_fill(&self->j.host, RS_SIDE_HOST);
}

static void answer_clear(FIXTURE_DATA(doubt) * self)
{
	rs_verdict_clear(&self->v);
	rs_ledger_clear(&self->j.ledger);
	rs_match_clear(&self->j.match);
	free(self->text);
	self->text = NULL;
}

FIXTURE_TEARDOWN(doubt)
{
	answer_clear(self);
	joined_clear(&self->j);
}

/* Judges both snapshots as they are now. */
static int answer(FIXTURE_DATA(doubt) * self)
{
	answer_clear(self);
	if (joined_make(&self->j) || rs_verdict_reach(&self->v, &self->j.ledger, &self->j.err))
		return -1;
	self->text = ledger_text(&self->j.ledger, &self->v);
	return self->text ? 0 : -1;
}

static const struct rs_finding *found(const struct rs_verdict *v, const char *id)
{
	for (size_t i = 0; i < v->n; i++)
		if (!strcmp(v->findings[i].id, id))
			return &v->findings[i];
	return NULL;
}

/* A queue of both samples. */
#define EACH(side, number, q)                                                \
	for (struct rs_queue *q = &self->j.side.begin.queues[number],        \
			     *end_of_##q = &self->j.side.end.queues[number]; \
	     q; q = q == end_of_##q ? NULL : end_of_##q)

/* The guest consumes nothing; entries stand in its queue for the whole window. */
static void stand(FIXTURE_DATA(doubt) * self, int number)
{
	struct rs_queue *begin = &self->j.guest.begin.queues[number];
	struct rs_queue *end = &self->j.guest.end.queues[number];

	*end = *begin;
	begin->last_used_idx = end->last_used_idx = rs_num_of(begin->used_idx.value - 9);
	end->stalled_ms = rs_num_of(9000);
	self->j.host.end.queues[number] = self->j.host.begin.queues[number];
}

TEST_F(doubt, exits_that_are_unknown_are_not_none)
{
	struct rs_histogram h = {.known = true};

	rs_queue_hist_set(&self->j.host.begin.queues[0], RS_HOST_HIST_s5_run, &h);
	h.bucket[rs_hist_bucket(1048576)] = 900;
	rs_queue_hist_set(&self->j.host.end.queues[0], RS_HOST_HIST_s5_run, &h);
	ASSERT_EQ(0,
		  answer(self)); /* where the vCPU was is not known, as no interrupt was counted */
	EXPECT_EQ(NULL, found(&self->v, "vcpu-late")) TH_LOG("%s", self->text);
	HOST_COUNTER(&self->j.host.end.queues[0], vcpu_asleep).value += 900;
	ASSERT_EQ(0, answer(self));
	EXPECT_NE(NULL, found(&self->v, "vcpu-late")) TH_LOG("%s", self->text);
	HOST_COUNTER(&self->j.host.end.queues[0], exits_pending_io).known = false;
	ASSERT_EQ(0, answer(self));
	EXPECT_EQ(NULL, found(&self->v, "vcpu-late")) TH_LOG("%s", self->text);
}

/* A signal without an entry does not tell of the entries that wait. */
TEST_F(doubt, an_empty_signal_tells_nothing)
{
	struct rs_queue *h = &self->j.host.end.queues[0];

	stand(self, 0);
	HOST_COUNTER(h, vhost_signals).value += 3;
	ASSERT_EQ(0, answer(self));
	EXPECT_EQ(RS_LINK_DONE, self->v.turns[0].links[RS_STEP_TOLD].state)
	TH_LOG("%s", self->text);
	HOST_COUNTER(h, vhost_signals_empty).value += 3;
	ASSERT_EQ(0, answer(self));
	EXPECT_NE(RS_LINK_DONE, self->v.turns[0].links[RS_STEP_TOLD].state)
	TH_LOG("%s", self->text);
}

/* worker_wait may rule the worker out: the sentence does not blame it. */
TEST_F(doubt, packets_that_wait_for_vhost_do_not_blame_its_worker)
{
	for (size_t i = 0; i < rs_rules_count(); i++)
		if (!strcmp(rs_rule_at(i)->id, "backend-late"))
			EXPECT_EQ(NULL, strstr(rs_rule_at(i)->sentence, "worker"));
}

static void carrier_set(FIXTURE_DATA(doubt) * self, uint64_t begin, uint64_t end)
{
	for (int i = 0; i < QUEUES; i++) {
		self->j.host.begin.queues[i].carrier = rs_num_of(begin);
		self->j.host.end.queues[i].carrier = rs_num_of(end);
	}
}

TEST_F(doubt, a_link_that_is_off_is_a_fault_only_where_the_guest_sends)
{
	carrier_set(self, 0, 0);
	ASSERT_EQ(0, answer(self));
	EXPECT_NE(NULL, found(&self->v, "carrier-off")) TH_LOG("%s", self->text);
	carrier_set(self, 1, 0); /* it may have sent before */
	ASSERT_EQ(0, answer(self));
	EXPECT_EQ(NULL, found(&self->v, "carrier-off")) TH_LOG("%s", self->text);
	carrier_set(self, 0, 0);
	for (int i = 0; i < QUEUES; i++) {
		EACH(guest, i, g)
		*g = self->j.guest.begin.queues[i];
		EACH(host, i, h)
		h->counters[RS_HOST_vhost_posted] = rs_num_of(0);
	}
	ASSERT_EQ(0, answer(self));
	EXPECT_EQ(NULL, found(&self->v, "carrier-off")) TH_LOG("%s", self->text);
}

/* What is wrong with its figures: the kernel's own flag, and counts of a hook. */
static void wrong_set(FIXTURE_DATA(doubt) * self)
{
	struct rs_queue *q = &self->j.guest.end.queues[0];

	self->j.guest.end.irqs[2].disabled = rs_num_of(1);
	GUEST_COUNTER(q, none_busy_poll).value += 500;
	GUEST_COUNTER(q, none).value += 500;
	GUEST_COUNTER(q, interrupts).value += 500;
}

static enum rs_confidence confidence(FIXTURE_DATA(doubt) * self, const char *id)
{
	const struct rs_finding *f = answer(self) ? NULL : found(&self->v, id);

	return f ? f->confidence : RS_CONFIDENCES;
}

TEST_F(doubt, misses_that_nothing_counts_are_not_none)
{
	struct rs_hook *hook = &self->j.guest.end.hooks[0];

	wrong_set(self);
	EXPECT_EQ(RS_CONFIDENCE_EXACT, confidence(self, "irq-disabled"));
	EXPECT_EQ(RS_CONFIDENCE_EXACT, confidence(self, "busy-poll-theft"));
	/* only what the hook counts is in doubt */
	rs_str_set(hook->loses, "results-of-interrupts");
	hook->missed.known = false;
	EXPECT_EQ(RS_CONFIDENCE_EXACT, confidence(self, "irq-disabled"));
	EXPECT_EQ(RS_CONFIDENCE_HINT, confidence(self, "busy-poll-theft"));
	rs_str_set(hook->loses, "who-consumed-transmit-entries");
	EXPECT_EQ(RS_CONFIDENCE_EXACT, confidence(self, "busy-poll-theft"));
	/* the kernel calls a module's probe for each hit of a tracepoint */
	rs_str_set(hook->loses, "results-of-interrupts");
	rs_str_set(hook->kind, "tracepoint");
	EXPECT_EQ(RS_CONFIDENCE_EXACT, confidence(self, "busy-poll-theft"));
	self->j.host.end.hooks[0].missed.known = false;
	EXPECT_EQ(RS_CONFIDENCE_HINT, confidence(self, "irq-disabled"));
	self->j.host.end.hooks[0].missed = rs_num_of(3);
	EXPECT_EQ(RS_CONFIDENCE_BOUNDED, confidence(self, "irq-disabled"));
}

/*
 * The ring moved between the two samples: they show one standstill only if it lasted for longer
 * than they are apart.
 */
TEST_F(doubt, samples_that_are_far_apart_are_no_proof)
{
	const uint64_t at = 1700000000000000000ULL;
	const struct rs_finding *f;

	for (int side = 0; side < RS_SIDES; side++) {
		struct rs_snapshot *s = side ? &self->j.host : &self->j.guest;

		s->end.queues[0].used_idx.value += side ? 0 : 3;
	}
	self->j.guest.end.queues[0].stalled_ms = rs_num_of(2100);
	self->j.guest.end.queues[0].broken = rs_num_of(1);
	ASSERT_EQ(0, answer(self));
	f = found(&self->v, "ring-broken");
	ASSERT_NE(NULL, f) TH_LOG("%s", self->text);
	EXPECT_EQ(RS_CONFIDENCE_HINT, f->confidence);
	for (uint64_t apart = 1999; apart <= 2000; apart++) {
		self->j.guest.end.wall_ns = rs_num_of(at);
		self->j.host.end.wall_ns = rs_num_of(at - apart * 1000000);
		ASSERT_EQ(0, answer(self));
		EXPECT_EQ(apart < 2000 ? RS_CONFIDENCE_BOUNDED : RS_CONFIDENCE_HINT,
			  found(&self->v, "ring-broken")->confidence);
	}
	/* later, it may have moved again */
	self->j.host.end.wall_ns = rs_num_of(at + 1000000);
	ASSERT_EQ(0, answer(self));
	EXPECT_EQ(RS_CONFIDENCE_HINT, found(&self->v, "ring-broken")->confidence);
}

/* With the module, a machine that was paused at the end of the window is not "another tap". */
TEST_F(doubt, a_paused_machine_is_said_to_be_paused)
{
	struct rs_vm *vm = rs_sample_add_vm(&self->j.host.end);

	vm->pid = rs_num_of(1234);
	vm->paused = rs_num_of(1);
	for (int i = 0; i < QUEUES; i++)
		self->j.host.end.queues[i].vhost_vq.known = false;
	EXPECT_EQ(-1, answer(self));
	EXPECT_NE(NULL, strstr(self->j.err.text, "is paused")) TH_LOG("%s", self->j.err.text);
}

static bool has_cause(const struct rs_turn *t, const char *id)
{
	for (size_t i = 0; i < RS_STEPS; i++)
		for (size_t c = 0; c < rs_step_at(i)->causes_n; c++)
			if (t->links[i].causes & 1U << c &&
			    !strcmp(rs_step_at(i)->causes[c].id, id))
				return true;
	return false;
}

/* The transmit queue 0 stands still: a kick is due for 230 entries, and vhost sleeps. */
static void unserved_set(FIXTURE_DATA(doubt) * self)
{
	struct rs_queue *g = &self->j.guest.end.queues[1], *h = &self->j.host.end.queues[1];

	memcpy(g->counters, self->j.guest.begin.queues[1].counters, sizeof(g->counters));
	memcpy(h->counters, self->j.host.begin.queues[1].counters, sizeof(h->counters));
	g->used_idx = g->last_used_idx = self->j.guest.begin.queues[1].used_idx;
	h->used_idx = h->avail_idx = g->used_idx;
	g->outstanding = self->j.guest.begin.queues[1].outstanding = rs_num_of(230);
	g->outstanding_ms = rs_num_of(20000);
	g->event_idx = rs_num_of(1);
	g->avail_event = rs_num_of((uint16_t)(g->used_idx.value + 100));
	rs_str_set(h->worker_state, "asleep");
	h->worker_queued = rs_num_of(0);
	g->kicks = self->j.guest.begin.queues[1].kicks = rs_num_of(10);
}

TEST_F(doubt, a_kick_that_was_sent_is_not_missing)
{
	unserved_set(self);
	ASSERT_EQ(0, answer(self));
	EXPECT_TRUE(has_cause(&self->v.turns[1], "kick-missing")) TH_LOG("%s", self->text);
	self->j.guest.end.queues[1].kicks = rs_num_of(12);
	ASSERT_EQ(0, answer(self));
	EXPECT_FALSE(has_cause(&self->v.turns[1], "kick-missing")) TH_LOG("%s", self->text);
	EXPECT_TRUE(has_cause(&self->v.turns[1], "kick-lost")) TH_LOG("%s", self->text);
}

/* Errors that vhost told of while entries waited prove that it knew of them, and ran. */
TEST_F(doubt, errors_of_vhost_name_it)
{
	unserved_set(self);
	ASSERT_EQ(0, answer(self));
	EXPECT_FALSE(has_cause(&self->v.turns[1], "backend-fails")) TH_LOG("%s", self->text);
	HOST_COUNTER(&self->j.host.begin.queues[1], vhost_errors) = rs_num_of(2);
	HOST_COUNTER(&self->j.host.end.queues[1], vhost_errors) = rs_num_of(3);
	ASSERT_EQ(0, answer(self));
	EXPECT_EQ(1U << RS_PARTY_BACKEND, self->v.turns[1].parties) TH_LOG("%s", self->text);
	EXPECT_TRUE(has_cause(&self->v.turns[1], "backend-fails")) TH_LOG("%s", self->text);
	EXPECT_NE(NULL, strstr(self->text, "vhost_errors"));
}

/* The MSI route of a queue, as both samples of each side have it. */
static void route_set(FIXTURE_DATA(doubt) * self, int number, uint64_t guest, uint64_t host)
{
	EACH(guest, number, g)
	g->msi.address = rs_num_of(guest);
	EACH(host, number, h)
	{
		h->msi.address = rs_num_of(host);
		h->masked = rs_num_of(0);
	}
}

static void walls_set(FIXTURE_DATA(doubt) * self, uint64_t host_begin)
{
	self->j.guest.begin.wall_ns = rs_num_of(1000);
	self->j.guest.end.wall_ns = rs_num_of(2000);
	self->j.host.begin.wall_ns = rs_num_of(host_begin);
	self->j.host.end.wall_ns = rs_num_of(host_begin + 1000);
}

/* Queue 0 waits for an interrupt that does not come, and its route is not the guest's. */
static void misrouted_set(FIXTURE_DATA(doubt) * self)
{
	stand(self, 0);
	self->j.guest.end.queues[0].event_idx = rs_num_of(1);
	self->j.guest.end.queues[0].used_event = self->j.guest.end.queues[0].last_used_idx;
	EACH(guest, 0, g)
	GUEST_COUNTER(g, interrupts) = rs_num_of(0);
	route_set(self, 0, 0xfee02000, 0xfee01000);
	walls_set(self, 1500);
}

static bool is_vmm_alone(FIXTURE_DATA(doubt) * self)
{
	return !answer(self) && self->v.turns[0].motion == RS_MOTION_STILL &&
	       self->v.turns[0].parties == 1U << RS_PARTY_VMM;
}

TEST_F(doubt, a_route_that_stays_wrong_is_the_fault)
{
	misrouted_set(self);
	EXPECT_TRUE(is_vmm_alone(self)) TH_LOG("%s", self->text);
	walls_set(self, 2001); /* an interrupt may have moved between both windows */
	EXPECT_FALSE(is_vmm_alone(self)) TH_LOG("%s", self->text);
	self->j.host.end.wall_ns.known = false;
	EXPECT_FALSE(is_vmm_alone(self)) TH_LOG("%s", self->text);
}

/* A route that is about to follow the guest's: it was not wrong for the whole window. */
TEST_F(doubt, a_route_that_changes_is_not_wrong)
{
	misrouted_set(self);
	self->j.guest.begin.queues[0].msi.address = rs_num_of(0xfee01000);
	EXPECT_FALSE(is_vmm_alone(self)) TH_LOG("%s", self->text);
}

/* The VMM changes the route when the vector is unmasked. */
TEST_F(doubt, a_route_of_a_masked_vector_is_not_wrong)
{
	misrouted_set(self);
	self->j.guest.end.irqs[0].masked = rs_num_of(1);
	EXPECT_FALSE(is_vmm_alone(self)) TH_LOG("%s", self->text);
	self->j.guest.end.irqs[0].masked = rs_num_of(0);
	EXPECT_TRUE(is_vmm_alone(self)) TH_LOG("%s", self->text);
	EACH(host, 0, h)
	h->masked.known = false;
	EXPECT_FALSE(is_vmm_alone(self)) TH_LOG("%s", self->text);
}

/* Its message and KVM's route are never the same. */
TEST_F(doubt, an_iommu_of_the_guest_is_no_wrong_route)
{
	misrouted_set(self);
	route_set(self, 0, 0xfee00018, 0xfee01000);
	EXPECT_FALSE(is_vmm_alone(self)) TH_LOG("%s", self->text);
	route_set(self, 0, 0xfee02000, 0xfee01000);
	EXPECT_TRUE(is_vmm_alone(self)) TH_LOG("%s", self->text);
	route_set(self, 2, 0xfee03000, 0xfee01000); /* one that changes each of them */
	EXPECT_FALSE(is_vmm_alone(self)) TH_LOG("%s", self->text);
	route_set(self, 2, 0xfee01000, 0xfee01000);
	rs_str_set(self->j.guest.taken.arch, "aarch64"); /* it translates the address */
	EXPECT_FALSE(is_vmm_alone(self)) TH_LOG("%s", self->text);
}

/* An APIC id above 255: the guest has its high part in bits 5 to 11, KVM in the upper half. */
TEST_F(doubt, an_extended_apic_id_is_no_wrong_route)
{
	misrouted_set(self);
	route_set(self, 0, 0xfee02020, 0x10000002000ULL | 0xfee00000);
	EXPECT_FALSE(is_vmm_alone(self)) TH_LOG("%s", self->text);
	route_set(self, 0, 0xfee02040, 0x10000002000ULL | 0xfee00000);
	EXPECT_TRUE(is_vmm_alone(self)) TH_LOG("%s", self->text);
}

/* KVM was woken for the vector; what it made of that is not known, and the guest got nothing. */
TEST_F(doubt, a_wakeup_is_no_injection)
{
	unsigned int causes = 0;

	stand(self, 0);
	EACH(guest, 0, g)
	GUEST_COUNTER(g, interrupts) = GUEST_COUNTER(g, handled) = GUEST_COUNTER(g, none) =
		GUEST_COUNTER(g, none_softirq) = rs_num_of(0);
	self->j.host.end.queues[0].counters[RS_HOST_irqfd_wakeups].value += 9;
	self->j.host.end.queues[0].counters[RS_HOST_eventfd_writes].value += 9;
	self->j.host.end.queues[0].counters[RS_HOST_vhost_signals].value += 9;
	self->j.host.end.queues[0].counters[RS_HOST_vhost_calls].value += 9;
	HOST_COUNTER(&self->j.host.end.queues[0], injected).known = false;
	HOST_COUNTER(&self->j.host.end.queues[0], coalesced).known = false;
	ASSERT_EQ(0, answer(self));
	ASSERT_EQ(RS_MOTION_STILL, self->v.turns[0].motion) TH_LOG("%s", self->text);
	for (size_t c = 0; c < rs_step_at(RS_STEP_ARRIVES)->causes_n; c++)
		if (!strcmp(rs_step_at(RS_STEP_ARRIVES)->causes[c].id, "not-injected"))
			causes = self->v.turns[0].links[RS_STEP_ARRIVES].causes & 1U << c;
	EXPECT_NE(0, causes) TH_LOG("%s", self->text);
}

/* What a host sees of the interrupt of a queue that a program serves, until it writes. */
static void unseen_set(FIXTURE_DATA(doubt) * self, uint64_t data)
{
	EACH(host, 0, h)
	{
		*h->tap = *h->mac = '\0';
		h->tap_ifindex = h->queue = h->vhost_vq = h->used_addr = (struct rs_num){0};
		rs_str_set(h->dir, "other");
		rs_str_set(h->backend, RS_BACKEND_UNSEEN);
		h->msi = self->j.guest.end.queues[0].msi;
		h->msi.data = rs_num_of(data);
		rs_str_set(h->uuid, "6aa2ba6e-0f5f-4bd3-9a49-2e8c5e3f9d01");
	}
}

TEST_F(doubt, an_eventfd_that_nobody_wrote_is_no_queue_of_its_own)
{
	const uint64_t data = self->j.guest.end.queues[0].msi.data.value;

	rs_str_set(self->j.guest.taken.uuid, "6aa2ba6e-0f5f-4bd3-9a49-2e8c5e3f9d01");
	unseen_set(self, data);
	ASSERT_EQ(0, answer(self));
	EXPECT_EQ(QUEUES, self->j.ledger.rows_n);
	EXPECT_NE(NULL, self->j.ledger.rows[0].host) TH_LOG("%s", self->text);
	unseen_set(self, data + 7);
	ASSERT_EQ(0, answer(self));
	EXPECT_EQ(QUEUES, self->j.ledger.rows_n) TH_LOG("%s", self->text);
	EXPECT_EQ(NULL, self->j.ledger.rows[0].host) TH_LOG("%s", self->text);
	EXPECT_EQ(QUEUES - 1, rs_sample_seen(&self->j.host.end));
}

/* A host that has nothing else: a ledger without rows is no healthy machine. */
TEST_F(doubt, nothing_seen_is_not_healthy)
{
	struct rs_ledger l;
	struct rs_verdict v;
	char *text;

	for (int i = 0; i < QUEUES; i++)
		rs_str_set(self->j.host.end.queues[i].backend, RS_BACKEND_UNSEEN);
	ASSERT_EQ(0, rs_ledger_make(&l, NULL, &self->j.host, NULL, &self->j.err));
	ASSERT_EQ(0, rs_verdict_reach(&v, &l, &self->j.err));
	text = ledger_text(&l, &v);
	EXPECT_EQ(0, l.rows_n);
	EXPECT_NE(NULL, strstr(text, "machine: no queue was seen")) TH_LOG("%s", text);
	EXPECT_EQ(RS_EXIT_UNDECIDED, rs_verdict_exit(&v, &l));
	free(text);
	rs_verdict_clear(&v);
	rs_ledger_clear(&l);
}

/* It stopped for lack of space, and nothing is there that could give it space again. */
TEST_F(doubt, a_stopped_transmit_queue_is_not_idle)
{
	struct rs_queue *end = &self->j.guest.end.queues[1];

	*end = self->j.guest.begin.queues[1];
	self->j.host.end.queues[1] = self->j.host.begin.queues[1];
	self->j.host.end.queues[1].avail_idx = self->j.host.begin.queues[1].avail_idx =
		end->used_idx;
	EACH(guest, 1, g)
	g->outstanding = rs_num_of(0);
	end->tx_stopped = rs_num_of(1);
	ASSERT_EQ(0, answer(self));
	EXPECT_EQ(RS_MOTION_UNKNOWN, self->v.turns[1].motion) TH_LOG("%s", self->text);
	end->tx_stopped_ms = rs_num_of(5000);
	end->broken = rs_num_of(0);
	ASSERT_EQ(0, answer(self));
	EXPECT_NE(NULL, found(&self->v, "tx-stopped")) TH_LOG("%s", self->text);
	/* without a link the driver stops them all */
	self->j.guest.end.devices[0].carrier = rs_num_of(0);
	ASSERT_EQ(0, answer(self));
	EXPECT_EQ(0, self->v.n) TH_LOG("%s", self->text);
	EXPECT_EQ(RS_MOTION_IDLE, self->v.turns[1].motion) TH_LOG("%s", self->text);
	self->j.guest.end.devices[0].carrier = rs_num_of(1);
	ASSERT_EQ(0, answer(self));
	EXPECT_NE(NULL, found(&self->v, "tx-stopped")) TH_LOG("%s", self->text);
	/* nor does it free what has come back until the next packet */
	self->j.guest.end.devices[0].carrier = rs_num_of(0);
	EACH(guest, 1, g)
	{
		g->last_used_idx.value -= 3;
		g->napi_scheduled = rs_num_of(0);
		g->napi_disabled = rs_num_of(0);
	}
	ASSERT_EQ(0, answer(self));
	EXPECT_EQ(0, self->v.n) TH_LOG("%s", self->text);
	EACH(guest, 1, g)
	g->last_used_idx.value += 3;
	self->j.guest.end.devices[0].carrier = rs_num_of(1);
	end->tx_stopped = rs_num_of(0);
	ASSERT_EQ(0, answer(self));
	EXPECT_EQ(RS_MOTION_IDLE, self->v.turns[1].motion) TH_LOG("%s", self->text);
}

/* A driver that cleans when it sends: its last interrupt was for a queue that was stopped then. */
TEST_F(doubt, without_napi_sent_entries_wait_for_the_next_packet)
{
	struct rs_queue *end = &self->j.guest.end.queues[1];

	stand(self, 1);
	EACH(host, 1, h)
	h->avail_idx = h->used_idx;
	EACH(guest, 1, g)
	g->outstanding = rs_num_of(0);
	end->event_idx = rs_num_of(1);
	end->used_event = end->last_used_idx;
	end->tx_stopped = rs_num_of(0);
	ASSERT_EQ(0, answer(self));
	EXPECT_EQ(0, self->v.n) TH_LOG("%s", self->text);
	EXPECT_NE(RS_MOTION_STILL, self->v.turns[1].motion) TH_LOG("%s", self->text);
	end->napi_scheduled = end->napi_disabled = rs_num_of(0);
	ASSERT_EQ(0, answer(self));
	EXPECT_EQ(RS_MOTION_STILL, self->v.turns[1].motion) TH_LOG("%s", self->text);
	end->napi_scheduled = end->napi_disabled = (struct rs_num){0};
	end->tx_stopped = rs_num_of(1);
	ASSERT_EQ(0, answer(self));
	EXPECT_EQ(RS_MOTION_STILL, self->v.turns[1].motion) TH_LOG("%s", self->text);
}

/* The vCPU runs in the guest: it takes nothing while the guest keeps interrupts off. */
TEST_F(doubt, what_is_pending_on_a_vcpu_in_the_guest_may_be_the_guests_part)
{
	const unsigned int guest = 1U << RS_PARTY_GUEST_IRQ, kvm = 1U << RS_PARTY_KVM;

	stand(self, 0);
	EACH(host, 0, h)
	{
		h->msi_pending = rs_num_of(1);
		rs_str_set(h->vcpu_state, "guest");
	}
	ASSERT_EQ(0, answer(self));
	EXPECT_EQ(guest | kvm, self->v.turns[0].parties & (guest | kvm)) TH_LOG("%s", self->text);
	self->j.guest.end.irqs[0].cpu_online = rs_num_of(1);
	ASSERT_EQ(0, answer(self));
	EXPECT_EQ(kvm, self->v.turns[0].parties) TH_LOG("%s", self->text);
}

static void napi_disable(FIXTURE_DATA(doubt) * self, int first, int last)
{
	for (int i = first; i <= last; i++)
		self->j.guest.end.queues[i].napi_disabled = rs_num_of(1);
}

TEST_F(doubt, an_interface_that_is_down_is_no_fault)
{
	stand(self, 0);
	napi_disable(self, 0, 0);
	ASSERT_EQ(0, answer(self));
	EXPECT_NE(NULL, found(&self->v, "napi-disabled")) TH_LOG("%s", self->text);
	napi_disable(self, 0, QUEUES - 1); /* as an interface has them that is set down */
	ASSERT_EQ(0, answer(self));
	EXPECT_EQ(NULL, found(&self->v, "napi-disabled")) TH_LOG("%s", self->text);
	EXPECT_TRUE(rs_verdict_is_unjudged(&self->v, &self->j.ledger, 0));
	self->j.guest.end.devices[0].running = rs_num_of(1);
	ASSERT_EQ(0, answer(self));
	EXPECT_NE(NULL, found(&self->v, "napi-disabled")) TH_LOG("%s", self->text);
	self->j.guest.end.devices[0].running = rs_num_of(0);
	ASSERT_EQ(0, answer(self));
	EXPECT_EQ(0, self->v.n) TH_LOG("%s", self->text);
}

TEST_HARNESS_MAIN
