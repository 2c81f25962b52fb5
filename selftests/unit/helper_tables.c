// SPDX-License-Identifier: GPL-2.0-only
/* Samples of the BPF programs' tables, while another thread writes to them as the programs do. */
#include <kselftest_harness.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>

#include "helper_fixture.h"
#include "stations.h"

enum { VQ = 0x1000, CALL = 0x2000, MASKED = 0x3000, KVM = 0x4000, RING = 0x5000 };

static struct rs_tun tuns[1 << RS_TUNS_BITS];
static struct rs_vq vqs[1 << RS_VQS_BITS];
static struct rs_eventfd eventfds[1 << RS_EVENTFDS_BITS];

#define SLOT(table, bits, address) (&(table)[rs_home(address, bits)])

FIXTURE(tables)
{
	struct rs_tables t;
	struct rs_entries e;
	struct rs_vq *vq;
	struct rs_eventfd *call, *masked;
};

FIXTURE_SETUP(tables)
{
	memset(tuns, 0, sizeof(tuns));
	memset(vqs, 0, sizeof(vqs));
	memset(eventfds, 0, sizeof(eventfds));
	memset(self, 0, sizeof(*self));
	self->t = (struct rs_tables){.tuns = tuns, .vqs = vqs, .eventfds = eventfds};
	self->vq = SLOT(vqs, RS_VQS_BITS, VQ);
	self->call = SLOT(eventfds, RS_EVENTFDS_BITS, CALL);
	self->masked = SLOT(eventfds, RS_EVENTFDS_BITS, MASKED);
	*self->vq = (struct rs_vq){.key = VQ, .ctx = CALL};
	*self->call = (struct rs_eventfd){.key = CALL, .vq = VQ, .kvm = KVM, .gsi = 24};
	*self->masked = (struct rs_eventfd){.key = MASKED, .vq = VQ};
}

FIXTURE_TEARDOWN(tables)
{
}

#define COPY(now) rs_tables_copy(&self->t, &(struct rs_keys){.vq = VQ, .ctx = (now)}, &self->e)

TEST_F(tables, an_object_without_entry_has_none)
{
	const struct rs_keys keys = {.ring = RING, .vq = VQ + 8, .ctx = CALL + 8};

	rs_tables_index(&self->t);
	ASSERT_TRUE(rs_tables_copy(&self->t, &keys, &self->e));
	EXPECT_FALSE(self->e.has_tun);
	EXPECT_FALSE(self->e.has_vq);
	EXPECT_FALSE(self->e.has_call);
}

/* As the BPF programs make an entry (bpf/table.bpf.h). */
static bool vq_place(uint64_t key)
{
	for (uint32_t i = 0; i < RS_PROBES; i++) {
		struct rs_vq *vq = &vqs[rs_slot(key, RS_VQS_BITS, i)];

		if (!vq->key)
			vq->key = key;
		if (vq->key == key)
			return true;
	}
	return false;
}

/* Objects of one kind lie @stride bytes apart, in slabs that lie anywhere. */
static uint64_t object_at(uint64_t base, unsigned int i, unsigned int stride)
{
	const unsigned int slab = 32768 / stride;

	return base + ((i / slab * 2654435761ULL & 0xffff) << 15) + (uint64_t)(i % slab) * stride;
}

TEST_F(tables, as_many_objects_as_the_man_page_says_have_room)
{
	static const unsigned int strides[] = {64, 128, 192, 256, 512, 832, 1088, 2048, 4096, 8192};
	const uint64_t base = 0xffff888012340000;

	for (size_t s = 0; s < sizeof(strides) / sizeof(strides[0]); s++) {
		unsigned int placed = 0, found = 0;

		memset(vqs, 0, sizeof(vqs));
		for (unsigned int i = 0; i < RS_ROOM; i++)
			placed += vq_place(object_at(base, i, strides[s]));
		EXPECT_EQ(RS_ROOM, placed);
		for (unsigned int i = 0; i < RS_ROOM; i++) {
			const struct rs_keys keys = {.vq = object_at(base, i, strides[s])};

			rs_tables_copy(&self->t, &keys, &self->e);
			found += self->e.has_vq && self->e.vq.key == keys.vq;
		}
		EXPECT_EQ(RS_ROOM, found);
	}
}

TEST_F(tables, all_call_eventfds_of_a_virtqueue_count)
{
	self->vq->vhost_signals = 101;
	self->call->eventfd_writes = self->call->irqfd_wakeups = self->call->injected = 89;
	self->masked->eventfd_writes = 12;
	rs_tables_index(&self->t);
	ASSERT_TRUE(COPY(MASKED));
	EXPECT_EQ(101, self->e.call.eventfd_writes);
	EXPECT_EQ(89, self->e.call.irqfd_wakeups);
	EXPECT_EQ(12, self->e.masked);
	EXPECT_EQ(24, self->e.call.gsi);
	EXPECT_TRUE(self->e.is_masked);
	ASSERT_TRUE(COPY(CALL));
	EXPECT_EQ(101, self->e.call.eventfd_writes);
	EXPECT_EQ(24, self->e.call.gsi);
	EXPECT_FALSE(self->e.is_masked);
}

TEST_F(tables, what_no_hook_sees_is_unknown)
{
	struct rs_queue q = {0};

	self->call->eventfd_writes = self->call->irqfd_wakeups = 89;
	rs_tables_index(&self->t);
	ASSERT_TRUE(COPY(CALL));
	rs_stations_call(&q, 0, &self->e);
	EXPECT_EQ(89, HOST_COUNTER(&q, irqfd_wakeups).value);
	EXPECT_FALSE(HOST_COUNTER(&q, injected).known);
	EXPECT_FALSE(HOST_COUNTER(&q, coalesced).known);
	EXPECT_FALSE(HOST_COUNTER(&q, irqfd_atomic).known);
	EXPECT_FALSE(rs_queue_hist(&q, RS_HOST_HIST_s4_s5).known);
	self->call->injected = 1;
	ASSERT_TRUE(COPY(CALL));
	rs_stations_call(&q, 0, &self->e);
	EXPECT_EQ(1, HOST_COUNTER(&q, injected).value);
	EXPECT_TRUE(HOST_COUNTER(&q, coalesced).known);
}

TEST_F(tables, an_eventfd_that_was_never_woken_injected_nothing)
{
	struct rs_queue q = {0};

	rs_tables_index(&self->t);
	ASSERT_TRUE(COPY(CALL));
	rs_stations_call(&q, 0, &self->e);
	EXPECT_TRUE(HOST_COUNTER(&q, injected).known);
	EXPECT_EQ(0, HOST_COUNTER(&q, injected).value);
}

/* One thread stands for vhost and KVM: each signal passes the stations one after another. */
struct writer {
	struct rs_vq *vq;
	struct rs_eventfd *call, *masked;
	_Atomic uint64_t ctx; /* what vhost has now */
	atomic_bool stop;
	_Atomic uint64_t signals;
};

enum { SIGNALS_PER_S = 100000, MASK_EVERY = 97, WINDOWS = 400, WINDOW_SIGNALS = 100 };

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

#define COUNT(counter) __atomic_fetch_add(&(counter), 1, __ATOMIC_SEQ_CST)

static void signal_send(struct writer *w, bool masked)
{
	struct rs_eventfd *e = masked ? w->masked : w->call;

	w->ctx = masked ? MASKED : CALL;
	COUNT(w->vq->vhost_rounds);
	COUNT(w->vq->vhost_calls);
	w->vq->deciding = 1 + RS_WHY_EVENT_IDX;
	COUNT(e->eventfd_writes);
	COUNT(w->vq->vhost_signals);
	w->vq->deciding = 0;
	if (masked)
		return;
	COUNT(e->irqfd_wakeups);
	COUNT(e->irqfd_atomic);
	COUNT(e->injected);
	COUNT(e->s4_s5.bucket[7]);
}

static void *signals_send(void *arg)
{
	const uint64_t gap = 1000000000 / SIGNALS_PER_S;
	struct writer *w = arg;
	uint64_t next = now_ns();

	for (w->signals = 0; !w->stop; w->signals++) {
		signal_send(w, w->signals / MASK_EVERY % 2);
		/* after the processor was taken away, the rate is kept, the gap is not made up */
		next = next + gap < now_ns() ? now_ns() : next + gap;
		while (now_ns() < next)
			;
	}
	return NULL;
}

static bool sample_take(const struct rs_tables *t, uint64_t ctx, struct rs_sample *s)
{
	const struct rs_found vq = {.key = VQ};
	struct rs_entries e;
	struct rs_queue *q = rs_sample_add_queue(s);
	struct rs_hook *hook = rs_sample_add_hook(s);
	bool together = rs_tables_copy(t, &(struct rs_keys){.vq = VQ, .ctx = ctx}, &e);

	s->time_ns = rs_num_of(now_ns());
	s->started_ns = rs_num_of(1);
	rs_str_set(q->dir, "rx");
	rs_str_set(hook->state, "attached");
	hook->missed = rs_num_of(0);
	rs_stations_call(q, 0, &e);
	rs_stations_vhost(q, 0, &e, &vq);
	return together;
}

/* Return: the number of verdicts of one window, -1 = its entries do not belong together. */
static int window_judge(const struct rs_tables *t, struct writer *w)
{
	struct rs_snapshot s = {.side = RS_SIDE_HOST, .has_begin = true};
	uint64_t end = w->signals + WINDOW_SIGNALS;
	struct rs_ledger l = {0};
	struct rs_verdict v = {0};
	struct rs_error err = {0};
	int n = -1;

	if (!sample_take(t, w->ctx, &s.begin))
		goto out;
	while (w->signals < end)
		sched_yield();
	if (!sample_take(t, w->ctx, &s.end) || rs_ledger_make(&l, NULL, &s, NULL, &err) ||
	    rs_verdict_reach(&v, &l, &err))
		goto out;
	n = v.n;
	if (n)
		fprintf(stderr, "# %s\n", v.findings[0].rule->id);
out:
	rs_verdict_clear(&v);
	rs_ledger_clear(&l);
	rs_snapshot_clear(&s);
	return n;
}

TEST_F(tables, no_window_under_signals_and_masking_has_a_verdict)
{
	struct writer w = {.vq = self->vq, .call = self->call, .masked = self->masked};
	int verdicts = 0, unjudged = 0;
	pthread_t thread;

	rs_tables_index(&self->t);
	ASSERT_EQ(0, pthread_create(&thread, NULL, signals_send, &w));
	for (int i = 0; i < WINDOWS; i++) {
		int n = window_judge(&self->t, &w);

		verdicts += n > 0;
		unjudged += n < 0;
	}
	w.stop = true;
	pthread_join(thread, NULL);
	EXPECT_EQ(0, verdicts);
	EXPECT_EQ(0, unjudged);
	EXPECT_LE(WINDOWS * WINDOW_SIGNALS, w.signals);
	ASSERT_TRUE(COPY(CALL));
	EXPECT_EQ(w.signals, self->e.call.eventfd_writes);
	EXPECT_EQ(w.signals - self->e.masked, self->e.call.injected);
	EXPECT_NE(0, self->e.masked);
}

TEST_HARNESS_MAIN
