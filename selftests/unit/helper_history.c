// SPDX-License-Identifier: GPL-2.0-only
/*
 * Histories of a receive queue, made at random: packets, buffers, kicks, rounds, used entries,
 * signals, interrupts, polls, until one action stops working. What both sides would read then is
 * given to the answer, with all facts or with some missing. The model knows a ring and its two
 * users; it shares no code with the answer, nor with the model of helper_holder.c: what one of them
 * has wrong, the other one does not take for the truth.
 */
#include <kselftest_harness.h>

#include "fields.h"
#include "helper_fixture.h"
#include "scene.h"
#include "turn.h"

enum {
	HISTORIES = 100000,
	EVENTS_MAX = 300,
	TAP_MAX = 40,
	BUDGET = 8,
	STEP_NS = 1000000,    /* at least between two events */
	LONG_NS = 2000000000, /* a standstill */
	FIRST_WRAP = 65000    /* the indexes start close below a wrap */
};

#define P(name) (1U << RS_PARTY_##name)

/* What stops working. Packed rings are served by a program: of its threads nothing is known. */
enum fault {
	NO_REFILL,
	KICK_MISSING,
	KICK_LOST,
	KICK_NOT_ASKED,
	WORKER_RUNNABLE,
	WORKER_ASLEEP,
	WORKER_BLOCKED,
	VM_PAUSED,
	NOT_SERVED,
	SIGNAL_UNDECIDED,
	SIGNAL_REFUSED,
	NOT_INJECTED,
	WRONG_ROUTE,
	NOT_TAKEN,
	VECTOR_MASKED,
	VCPU_WAITS,
	VCPU_EXITS,
	IRQ_DISABLED,
	IRQ_MASKED,
	CPU_OFFLINE,
	SOFTIRQ_STARVED,
	NAPI_DISABLED,
	BUSY_POLLER,
	CALLBACK_OFF,
	NOT_CONSUMED,
	RING_BROKEN,
	FAULTS
};

static const struct {
	const char *name;
	unsigned int party;
	bool vhost_only;
	bool both; /* two steps look alike in all facts: a set with the party is right */
} faults[FAULTS] = {
	[NO_REFILL] = {"no buffers are added", P(GUEST_DRIVER)},
	[KICK_MISSING] = {"a kick is not sent", P(GUEST_DRIVER)},
	[KICK_LOST] = {"a kick does not arrive", P(VMM) | P(KVM), true, true},
	[KICK_NOT_ASKED] = {"a kick is not asked for", P(BACKEND)},
	[WORKER_RUNNABLE] = {"the worker gets no CPU", P(HOST_CPU), true},
	[WORKER_ASLEEP] = {"the worker is not woken", P(HOST_CPU), true},
	[WORKER_BLOCKED] = {"the worker is blocked", P(HOST_CPU), true},
	[VM_PAUSED] = {"the virtual machine is paused", P(VMM), true},
	[NOT_SERVED] = {"rounds return nothing", P(BACKEND), true},
	[SIGNAL_UNDECIDED] = {"no decision about a signal", P(BACKEND), true},
	[SIGNAL_REFUSED] = {"a signal is decided against", P(BACKEND), true, true},
	[NOT_INJECTED] = {"KVM injects nothing", P(KVM), true, true},
	[WRONG_ROUTE] = {"the route names another message", P(VMM), true},
	[NOT_TAKEN] = {"a pending interrupt is not taken", P(KVM), true},
	[VECTOR_MASKED] = {"the VMM masks the vector", P(VMM), true},
	[VCPU_WAITS] = {"the vCPU gets no CPU", P(HOST_CPU), true},
	[VCPU_EXITS] = {"the vCPU stays in the host", P(HOST_CPU), true},
	[IRQ_DISABLED] = {"the IRQ is disabled", P(GUEST_IRQ), true},
	[IRQ_MASKED] = {"the IRQ is masked", P(GUEST_IRQ), true},
	[CPU_OFFLINE] = {"the IRQ's CPU is offline", P(GUEST_IRQ), true},
	[SOFTIRQ_STARVED] = {"the softirq does not run", P(GUEST_CPU)},
	[NAPI_DISABLED] = {"NAPI stays disabled", P(GUEST_DRIVER)},
	[BUSY_POLLER] = {"a busy poller stops", P(GUEST_POLLER)},
	[CALLBACK_OFF] = {"callbacks stay off", P(GUEST_DRIVER)},
	[NOT_CONSUMED] = {"polls consume nothing", P(GUEST_DRIVER)},
	[RING_BROKEN] = {"a used entry is invalid", P(BACKEND)},
};

/* Counts of all time: an index is such a count, cut to the ring's width. */
struct model {
	enum fault fault;
	bool faulty; /* from now on */
	bool packed;
	uint64_t size, now_ns;
	uint64_t added, used, consumed;
	uint64_t known;	     /* added, as the device last read it */
	uint64_t checked;    /* added, when the driver last checked for a kick */
	uint64_t kick_event; /* the device asks for a kick past this one */
	uint64_t used_event; /* the driver asks for an interrupt past this one */
	uint64_t decided;    /* used, when the device last decided about a signal */
	uint64_t waiting;    /* in the tap */
	uint64_t standing_ns, outstanding_ns; /* since when entries, and buffers, wait */
	bool broken, queued, pending, scheduled, waits_for_kick;
	uint64_t offered, dropped, taken, rounds, kicks, told, calls, suppressed, signals, wakeups;
	uint64_t injected, interrupts, polls, errors;
};

static uint64_t seed;
static size_t stopped[FAULTS]; /* histories that each fault has stopped */

static uint64_t number(uint64_t below)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (seed >> 33) % below;
}

/* Whether what is done here has stopped working. */
static bool is_stuck(const struct model *m, enum fault fault)
{
	return m->faulty && m->fault == fault;
}

/* The VMM masks a vector that the guest masks, too. */
static bool is_masked(const struct model *m)
{
	return is_stuck(m, VECTOR_MASKED) || is_stuck(m, IRQ_MASKED) || is_stuck(m, IRQ_DISABLED);
}

/* Whether an entry from @from on, before @to, was asked for. */
static bool crossed(uint64_t event, uint64_t from, uint64_t to)
{
	return event >= from && event < to;
}

static void guest_kick(struct model *m, uint64_t from)
{
	if (is_stuck(m, KICK_MISSING))
		return;
	m->checked = m->added;
	if (!crossed(m->kick_event, from, m->added))
		return;
	m->kicks++;
	if (is_stuck(m, KICK_LOST))
		return;
	m->told++;
	m->queued = true;
}

static void guest_refill(struct model *m)
{
	uint64_t from = m->checked;

	if (is_stuck(m, NO_REFILL))
		return;
	if (m->added == m->used)
		m->outstanding_ns = m->now_ns;
	m->added = m->consumed + m->size;
	guest_kick(m, from);
}

static void interrupt_take(struct model *m)
{
	m->pending = false;
	if (is_stuck(m, IRQ_DISABLED) || is_stuck(m, IRQ_MASKED))
		return; /* the kernel runs no handler, and masks the vector */
	m->interrupts++;
	if (is_stuck(m, CALLBACK_OFF))
		m->used_event = m->consumed - 1; /* off: no entry that comes is asked for */
	else
		m->scheduled = true;
}

static bool can_take(const struct model *m)
{
	return m->pending && !is_stuck(m, NOT_TAKEN) && !is_stuck(m, VCPU_WAITS) &&
	       !is_stuck(m, VCPU_EXITS) && !is_stuck(m, VM_PAUSED);
}

static void guest_poll(struct model *m)
{
	uint64_t n = m->used - m->consumed;

	m->polls++;
	if (is_stuck(m, RING_BROKEN))
		m->broken = true;
	if (m->broken)
		m->scheduled = false;
	if (is_stuck(m, NOT_CONSUMED) || is_stuck(m, RING_BROKEN))
		return;
	if (n > BUDGET)
		n = BUDGET;
	if (n)
		m->standing_ns = m->now_ns;
	m->consumed += n;
	guest_refill(m);
	if (n == BUDGET)
		return;
	/* the poll ends: it asks for the next entry, and looks once more */
	m->scheduled = false;
	m->used_event = m->consumed;
	m->scheduled = m->used > m->consumed;
}

static bool can_poll(const struct model *m)
{
	return m->scheduled && !is_stuck(m, VM_PAUSED) && !is_stuck(m, SOFTIRQ_STARVED) &&
	       !is_stuck(m, NAPI_DISABLED) && !is_stuck(m, BUSY_POLLER);
}

static void signal_send(struct model *m)
{
	m->signals++;
	if (is_masked(m))
		return;
	m->wakeups++;
	if (is_stuck(m, NOT_INJECTED) || is_stuck(m, WRONG_ROUTE) || is_stuck(m, CPU_OFFLINE))
		return;
	m->injected++;
	m->pending = true;
}

static void device_decide(struct model *m, uint64_t from)
{
	if (is_stuck(m, SIGNAL_UNDECIDED))
		return;
	m->decided = m->used;
	m->calls++;
	if (crossed(m->used_event, from, m->used) && !is_stuck(m, SIGNAL_REFUSED))
		signal_send(m);
	else
		m->suppressed++;
}

/* A round takes what it can. Without packets it waits for one, without buffers for a kick. */
static void device_round(struct model *m)
{
	uint64_t from = m->used, n;

	m->queued = false;
	m->rounds++;
	m->known = m->added;
	if (is_stuck(m, NOT_SERVED)) {
		m->errors += number(2); /* not of each kind the VMM is told */
		return;
	}
	n = m->known - m->used < m->waiting ? m->known - m->used : m->waiting;
	m->waiting -= n;
	m->taken += n;
	if (n) {
		m->standing_ns = from == m->consumed ? m->now_ns : m->standing_ns;
		m->outstanding_ns = m->now_ns;
		m->used += n;
		device_decide(m, from);
	}
	m->waits_for_kick = m->waiting;
	if (m->waits_for_kick && !is_stuck(m, KICK_NOT_ASKED))
		m->kick_event = m->added;
}

static bool can_run(const struct model *m)
{
	return m->queued && !is_stuck(m, VM_PAUSED) && !is_stuck(m, WORKER_RUNNABLE) &&
	       !is_stuck(m, WORKER_ASLEEP) && !is_stuck(m, WORKER_BLOCKED);
}

static void packet_come(struct model *m)
{
	m->offered++;
	if (m->waiting == TAP_MAX) {
		m->dropped++;
		return;
	}
	m->waiting++;
	m->queued |= !m->waits_for_kick;
}

/* One event that can happen now. Return: false = only packets can come. */
static bool happen(struct model *m)
{
	void (*const can[])(struct model * m) = {
		can_run(m) ? device_round : NULL,
		can_take(m) ? interrupt_take : NULL,
		can_poll(m) ? guest_poll : NULL,
	};
	size_t at = number(3);

	m->now_ns += STEP_NS + number(STEP_NS);
	for (size_t i = 0; i < 3; i++) {
		if (!can[(at + i) % 3])
			continue;
		can[(at + i) % 3](m);
		return true;
	}
	return false;
}

static void history_start(struct model *m)
{
	*m = (struct model){.fault = number(FAULTS), .size = 8 << number(3)};
	m->packed = !faults[m->fault].vhost_only && number(2);
	m->consumed = m->used = m->decided = m->used_event = m->kick_event =
		FIRST_WRAP + number(600);
	m->added = m->checked = m->known = m->used + m->size;
	m->kick_event--;
	m->now_ns = LONG_NS;
}

/* Some events; packets come all the while, now and then more at once than the ring holds. */
static void history_run(struct model *m, unsigned int events)
{
	for (unsigned int i = 0; i < events; i++) {
		unsigned int packets = number(10) ? number(3) : number(TAP_MAX);

		if (!happen(m))
			packets++;
		for (unsigned int n = 0; n < packets; n++)
			packet_come(m);
	}
}

/* Work waits, and nothing that can still happen moves it. */
static bool has_stopped(const struct model *m)
{
	bool polls = can_poll(m) && !is_stuck(m, NOT_CONSUMED);

	return m->waiting == TAP_MAX && !can_take(m) && !polls && !can_run(m);
}

/* Return: false = the fault did not stop this queue. */
static bool history_stop(struct model *m)
{
	m->faulty = true;
	for (unsigned int i = 0; i < EVENTS_MAX; i++) {
		if (has_stopped(m))
			return true;
		history_run(m, 1);
	}
	return false;
}

/* A position as it stands in a packed ring: the first lap has the wrap counter. */
static struct rs_num raw(const struct model *m, uint64_t count)
{
	uint64_t at = count % (2 * m->size);

	if (!m->packed)
		return rs_num_of((uint16_t)count);
	return rs_num_of(at < m->size ? at | 0x8000 : at - m->size);
}

static struct rs_num idx(const struct model *m, uint64_t count)
{
	return rs_num_of(m->packed ? count % (2 * m->size) : (uint16_t)count);
}

/* What both sides can read in the ring's memory. */
static void ring_write(const struct model *m, struct rs_queue *q)
{
	bool asks = !m->scheduled && !is_stuck(m, CALLBACK_OFF);

	rs_str_set(q->ring, m->packed ? "packed" : "split");
	q->size = rs_num_of(m->size);
	q->event_idx = rs_num_of(1);
	q->ring_avail_idx = raw(m, m->added);
	q->ring_used_idx = raw(m, m->used);
	q->used_event = raw(m, m->used_event);
	q->avail_event = raw(m, m->kick_event);
	q->avail_flags = rs_num_of(m->packed ? asks ? 2 : 1 : 0);
	q->used_flags = rs_num_of(
		m->packed ? m->waits_for_kick && !is_stuck(m, KICK_NOT_ASKED) ? 2 : 1 : 0);
}

static struct rs_num ms_since(const struct model *m, uint64_t ns, bool is)
{
	return is ? rs_num_of((m->now_ns - ns) / 1000000) : (struct rs_num){0};
}

static void guest_facts_write(const struct model *m, struct rs_queue *q)
{
	q->used_idx = idx(m, m->used);
	q->last_used_idx = idx(m, m->consumed);
	q->stalled_ms = ms_since(m, m->standing_ns, m->used > m->consumed);
	q->outstanding = rs_num_of(m->added - m->used);
	q->outstanding_ms = ms_since(m, m->outstanding_ns, m->added > m->used);
	q->broken = rs_num_of(m->broken);
	q->kicks = rs_num_of(m->kicks);
	q->unkicked = rs_num_of(m->added - m->checked);
	q->napi_busy = rs_num_of(is_stuck(m, BUSY_POLLER));
	q->napi_disabled = rs_num_of(is_stuck(m, NAPI_DISABLED));
	q->napi_scheduled = rs_num_of(m->scheduled || q->napi_busy.value || q->napi_disabled.value);
	q->napi_threaded = rs_num_of(0);
}

static void guest_write(const struct model *m, struct rs_sample *s)
{
	struct rs_device *device = rs_sample_add_device(s);
	struct rs_queue *q;

	guest_queue_add(s, 0, 1);
	q = &s->queues[0];
	ring_write(m, q);
	guest_facts_write(m, q);
	GUEST_COUNTER(q, interrupts) = GUEST_COUNTER(q, handled) = rs_num_of(m->interrupts);
	GUEST_COUNTER(q, none) = GUEST_COUNTER(q, none_softirq) = rs_num_of(0);
	GUEST_COUNTER(q, polls_softirq) = rs_num_of(m->polls);
	GUEST_COUNTER(q, used_progress) = rs_num_of(m->used);
	GUEST_COUNTER(q, last_used_progress) = rs_num_of(m->consumed);
	s->irqs[0].disabled = rs_num_of(is_stuck(m, IRQ_DISABLED));
	s->irqs[0].masked = rs_num_of(is_stuck(m, IRQ_DISABLED) || is_stuck(m, IRQ_MASKED));
	s->irqs[0].depth = s->irqs[0].masked;
	s->irqs[0].cpu_online = rs_num_of(!is_stuck(m, CPU_OFFLINE));
	s->irqs[0].kernel_count = rs_num_of(m->interrupts);
	rs_str_set(device->name, "virtio0");
	device->generation = rs_num_of(1);
	device->running = rs_num_of(1);
	s->time_ns = s->wall_ns = rs_num_of(m->now_ns);
	s->started_ns = rs_num_of(5);
	s->generation = rs_num_of(0);
}

static const char *vcpu_state(const struct model *m)
{
	return is_stuck(m, VM_PAUSED)	 ? "paused"
	       : is_stuck(m, VCPU_WAITS) ? "runnable"
	       : is_stuck(m, VCPU_EXITS) ? "host"
	       : number(2)		 ? "guest"
					 : "halted";
}

static void vhost_write(const struct model *m, struct rs_queue *q)
{
	q->used_idx = idx(m, m->used);
	q->avail_idx = idx(m, m->known);
	q->signalled_used = idx(m, m->decided);
	q->worker_queued = rs_num_of(m->queued);
	rs_str_set(q->worker_state, is_stuck(m, WORKER_RUNNABLE)  ? "runnable"
				    : is_stuck(m, WORKER_BLOCKED) ? "blocked"
								  : "asleep");
	HOST_COUNTER(q, vhost_taken) = HOST_COUNTER(q, vhost_posted) = rs_num_of(m->taken);
	HOST_COUNTER(q, vhost_rounds) = rs_num_of(m->rounds);
	HOST_COUNTER(q, vhost_kicks) = rs_num_of(m->told);
	HOST_COUNTER(q, vhost_errors) = rs_num_of(m->errors);
	HOST_COUNTER(q, vhost_calls) = rs_num_of(m->calls);
	HOST_COUNTER(q, vhost_suppressed_event_idx) = rs_num_of(m->suppressed);
	HOST_COUNTER(q, vhost_signals) = rs_num_of(m->signals);
}

/* Of a program that serves the ring the host sees the tap, the eventfd and what follows it. */
static void program_write(const struct model *m, struct rs_queue *q)
{
	(void)m;
	rs_str_set(q->backend, "user-space backend");
	q->vhost_vq = q->used_idx = q->avail_idx = (struct rs_num){0};
	for (int i = 0; i < RS_HOST_COUNTERS; i++)
		if (!strncmp(rs_counters[RS_SIDE_HOST].rows[i].name, "vhost_", 6))
			q->counters[i].known = false;
}

static void host_write(const struct model *m, struct rs_sample *s)
{
	struct rs_vm *vm = rs_sample_add_vm(s);
	struct rs_queue *q;

	host_queue_add(s, 0, 1);
	q = &s->queues[0];
	for (int i = 0; i < RS_HOST_COUNTERS; i++)
		q->counters[i] = rs_num_of(0);
	ring_write(m, q);
	q->ring_size = rs_num_of(TAP_MAX);
	q->occupancy = rs_num_of(m->waiting);
	q->ring_consumer = rs_num_of(m->taken % TAP_MAX);
	q->masked = rs_num_of(is_masked(m));
	q->msi_pending = rs_num_of(m->pending);
	q->msi_active = rs_num_of(0);
	if (is_stuck(m, WRONG_ROUTE))
		q->msi.data.value++;
	rs_str_set(q->vcpu_state, vcpu_state(m));
	HOST_COUNTER(q, tun_offered) = rs_num_of(m->offered);
	HOST_COUNTER(q, tun_dropped) = HOST_COUNTER(q, tun_dropped_full) = rs_num_of(m->dropped);
	HOST_COUNTER(q, eventfd_writes) = rs_num_of(m->signals);
	HOST_COUNTER(q, eventfd_masked) = rs_num_of(m->signals - m->wakeups);
	HOST_COUNTER(q, irqfd_wakeups) = rs_num_of(m->wakeups);
	HOST_COUNTER(q, injected) = rs_num_of(m->injected);
	(m->packed ? program_write : vhost_write)(m, q);
	vm->pid = q->pid;
	vm->paused = rs_num_of(is_stuck(m, VM_PAUSED));
	s->time_ns = s->wall_ns = rs_num_of(m->now_ns + 7);
	s->started_ns = rs_num_of(5);
	s->generation = rs_num_of(0);
}

static void snapshots_start(struct joined *j)
{
	memset(j, 0, sizeof(*j));
	j->guest.side = RS_SIDE_GUEST;
	j->host.side = RS_SIDE_HOST;
	j->guest.has_begin = j->host.has_begin = true;
	rs_str_set(j->guest.taken.hostname, "web1");
	rs_str_set(j->host.taken.hostname, "hv1");
	rs_str_set(j->guest.taken.arch, "x86_64");
	rs_str_set(j->host.taken.arch, "x86_64");
}

/* One history: @late = both samples are taken after it stopped. Return: false = it did not stop. */
static bool history_make(struct model *m, struct joined *j, bool late)
{
	unsigned int before = number(100);

	history_start(m);
	history_run(m, before);
	snapshots_start(j);
	/* a guest that was paused within the window wrote no file: the two are not paired */
	if (!late && m->fault == VM_PAUSED)
		return false;
	if (!late) {
		guest_write(m, &j->guest.begin);
		history_run(m, number(3));
		host_write(m, &j->host.begin);
		history_run(m, number(20));
	}
	if (!history_stop(m))
		return false;
	m->now_ns += LONG_NS;
	if (late) {
		guest_write(m, &j->guest.begin);
		host_write(m, &j->host.begin);
		history_run(m, number(20));
		m->now_ns += LONG_NS;
	}
	if (can_poll(m)) /* again and again */
		guest_poll(m);
	guest_write(m, &j->guest.end);
	host_write(m, &j->host.end);
	return true;
}

/* What one fact is: its key, on both sides. */
static const char *const facts[] = {
	"ring_avail_idx", "ring_used_idx", "used_event",   "avail_flags",    "avail_event",
	"used_flags",	  "stalled_ms",	   "outstanding",  "outstanding_ms", "broken",
	"kicks",	  "unkicked",	   "napi_busy",	   "napi_disabled",  "napi_scheduled",
	"avail_idx",	  "occupancy",	   "masked",	   "msi_pending",    "msi_active",
	"vcpu_state",	  "worker_queued", "worker_state", "signalled_used", "event_idx",
};

static void fact_forget(struct rs_snapshot *s, const char *key)
{
	const struct rs_field *field = rs_field_find(&rs_records[RS_RECORD_QUEUE], key);
	struct rs_queue *rows[] = {s->begin.queues, s->end.queues};

	for (int i = 0; i < 2; i++) {
		char *at = (char *)rows[i] + field->offset;

		if (field->type == RS_TYPE_STR)
			*at = '\0';
		else
			((struct rs_num *)at)->known = false;
	}
}

/*
 * Forgets each fact and each counter with a chance of one in @of, but not whether the machine is
 * paused: the guest's file would say that it is not.
 */
static void facts_forget(struct joined *j, unsigned int of)
{
	struct rs_snapshot *sides[] = {&j->guest, &j->host};

	for (size_t side = 0; side < RS_SIDES; side++) {
		for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
			if (!number(of))
				fact_forget(sides[side], facts[i]);
		for (size_t i = 0; i < rs_counters[side].count; i++)
			if (!number(of))
				sides[side]->begin.queues[0].counters[i].known =
					sides[side]->end.queues[0].counters[i].known = false;
	}
	if (!number(of))
		j->guest.end.irqs[0] = (struct rs_irq){.irq = j->guest.end.irqs[0].irq};
}

/* Whether the answer is right; @all = all facts are there, and both samples of the standstill. */
static bool is_right(const struct model *m, const struct rs_turn *t, bool all)
{
	unsigned int party = faults[m->fault].party;

	if (t->motion == RS_MOTION_IDLE)
		return false;
	if (t->motion != RS_MOTION_STILL)
		return !all;
	return all && !faults[m->fault].both ? t->parties == party : (t->parties & party) != 0;
}

/* What is printed as ruled out, with a figure, was done. */
static bool is_true(const struct rs_turn *t, const struct rs_scene *s)
{
	struct rs_reason why;

	for (size_t i = 0; i < RS_STEPS; i++)
		if (t->links[i].state == RS_LINK_DONE && t->links[i].why.name &&
		    rs_step_at(i)->done(s, &why) != RS_YES)
			return false;
	return true;
}

static void turn_print(const struct rs_turn *t)
{
	char text[200];

	printf("# answer: %s, %s\n", rs_motion_names[t->motion],
	       rs_parties_name(t->parties, ", ", text, sizeof(text)));
	for (size_t i = 0; i < RS_STEPS; i++) {
		printf("#   %-8s %s%s%s", rs_step_at(i)->id, rs_link_names[t->links[i].state],
		       t->links[i].why.name ? " by " : "",
		       t->links[i].why.name ? t->links[i].why.name : "");
		for (size_t c = 0; c < rs_step_at(i)->causes_n; c++)
			if (t->links[i].causes & 1U << c)
				printf(" %s", rs_step_at(i)->causes[c].id);
		printf("\n");
	}
}

/* Return: -1 = no standstill came of it, 0 = the answer is wrong, 1 = it is right. */
static int history_judge(uint64_t from, bool late, unsigned int forget, bool print)
{
	struct rs_scene scene;
	struct rs_turn turn;
	struct joined j;
	struct model m;
	int right = -1;

	seed = from;
	if (history_make(&m, &j, late)) {
		stopped[m.fault]++;
		if (forget)
			facts_forget(&j, forget);
		if (joined_make(&j) || j.ledger.rows_n != 1) {
			printf("# seed %llu: %s, %zu rows\n", (unsigned long long)from, j.err.text,
			       j.ledger.rows_n);
			abort();
		}
		rs_scene_make(&scene, &j.ledger, &j.ledger.rows[0]);
		rs_turn_take(&turn, &scene);
		right = is_right(&m, &turn, late && !forget) && is_true(&turn, &scene);
		if (print) {
			printf("# seed %llu: %s, %s\n", (unsigned long long)from,
			       faults[m.fault].name, m.packed ? "packed" : "split");
			turn_print(&turn);
		}
	}
	joined_clear(&j);
	return right;
}

/* Histories from the seeds that follow @from; those of one kind that are wrong are printed once. */
static size_t histories(uint64_t from, size_t n, bool late, unsigned int forget, size_t *made)
{
	size_t wrong = 0;

	for (size_t i = 0; i < n; i++) {
		int right = history_judge(from + i, late, forget ? 2 + i % forget : 0, false);

		*made += right >= 0;
		if (right)
			continue;
		if (wrong++ < 5)
			history_judge(from + i, late, forget ? 2 + i % forget : 0, true);
	}
	return wrong;
}

TEST(all_facts)
{
	size_t made = 0;

	ASSERT_EQ(0, histories(1, HISTORIES / 3, true, 0, &made));
	ASSERT_GT(made, (size_t)HISTORIES / 5);
	for (int i = 0; i < FAULTS; i++) {
		EXPECT_GT(stopped[i], (size_t)HISTORIES / 500);
		TH_LOG("%s: %zu", faults[i].name, stopped[i]);
	}
}

TEST(windows_that_began_before)
{
	size_t made = 0;

	ASSERT_EQ(0, histories(1000003, HISTORIES / 3, false, 0, &made));
	ASSERT_GT(made, (size_t)HISTORIES / 5);
}

TEST(facts_that_are_missing)
{
	size_t made = 0;

	ASSERT_EQ(0, histories(2000003, HISTORIES * 2 / 3, true, 6, &made));
	ASSERT_GT(made, (size_t)HISTORIES / 3);
}

TEST_HARNESS_MAIN
