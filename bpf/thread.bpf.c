// SPDX-License-Identifier: GPL-2.0-only
/* What a thread does at the moment of a scan, and since when, by the scheduler's own figures. */

/* bits of task_struct.__state, the same since 4.14; TASK_FROZEN since 6.1 */
#define TASK_INTERRUPTIBLE   0x0001
#define TASK_UNINTERRUPTIBLE 0x0002
#define TASK_STOPPED	     0x0004
#define TASK_TRACED	     0x0008
#define TASK_WAKING	     0x0200
#define TASK_NOLOAD	     0x0400
#define TASK_FROZEN	     0x8000

#define THREAD_LOOKS 4

/*
 * The addresses of runqueues and __per_cpu_offset, 0 = not known. From the helper, not as __ksym: a
 * kernel without KALLSYMS_ALL has the type of the variable and not its address, and then refuses a
 * program that names the type; for a name without a type libbpf reads all symbols once more.
 */
const volatile __u64 rs_run_queues;
const volatile __u64 rs_cpu_offsets;

/*
 * CLOCK_MONOTONIC less the scheduler's clock, in this scan; 0 = not known yet. The helper sets it
 * to 0 before each scan: the two clocks drift apart.
 */
__u64 rs_clocks_apart;

/* The scheduler's figures of one thread. */
struct turn {
	u64 switches;
	u64 arrived; /* by the scheduler's clock: when it last got a CPU */
	u64 queued;  /* since when it waits for a CPU; 0 = it does not */
	u64 ran;     /* when it last ran, by its CPU's clock_task */
	u32 state;
	u32 cpu;
	bool on_cpu;
	bool frozen;
};

/* Functions of their own: the compiler must not merge these reads with those of other kernels. */
static __noinline u32 old_state(struct task_struct___old *t)
{
	return BPF_CORE_READ(t, state);
}

static __noinline u32 old_cpu(struct task_struct___old *t)
{
	return BPF_CORE_READ(t, cpu);
}

static __always_inline void turn_read(struct turn *turn, struct task_struct *t)
{
	turn->on_cpu = BPF_CORE_READ_BITFIELD_PROBED(t, on_cpu);
	if (bpf_core_field_exists(t->__state))
		turn->state = BPF_CORE_READ(t, __state);
	else
		turn->state = old_state((void *)t);
	turn->frozen = false;
	if (bpf_core_field_exists(t->frozen))
		turn->frozen = BPF_CORE_READ_BITFIELD_PROBED(t, frozen);
	if (bpf_core_field_exists(t->thread_info.cpu))
		turn->cpu = BPF_CORE_READ(t, thread_info.cpu);
	else
		turn->cpu = old_cpu((void *)t);
	turn->arrived = turn->queued = 0;
	if (bpf_core_field_exists(t->sched_info.last_arrival)) {
		turn->arrived = BPF_CORE_READ(t, sched_info.last_arrival);
		turn->queued = BPF_CORE_READ(t, sched_info.last_queued);
	}
	turn->ran = BPF_CORE_READ(t, se.exec_start);
	turn->switches = BPF_CORE_READ(t, nvcsw) + BPF_CORE_READ(t, nivcsw);
}

/* Reads them twice at least, until both are of the same moment. */
static __noinline int turn_look(struct turn *turn, struct task_struct *t)
{
	struct turn before;

	turn_read(turn, t);
	for (u32 i = 0; i < THREAD_LOOKS; i++) {
		before = *turn;
		turn_read(turn, t);
		if (before.switches == turn->switches && before.on_cpu == turn->on_cpu &&
		    before.state == turn->state && before.queued == turn->queued)
			return 1;
	}
	return 0;
}

static __always_inline u32 thread_state(const struct turn *turn)
{
	if (turn->on_cpu)
		return RS_THREAD_RUNNING;
	if (!turn->state || turn->state == TASK_WAKING)
		return RS_THREAD_RUNNABLE;
	if (turn->frozen || turn->state & (TASK_STOPPED | TASK_TRACED | TASK_FROZEN))
		return RS_THREAD_STOPPED;
	if ((turn->state & (TASK_UNINTERRUPTIBLE | TASK_NOLOAD)) == TASK_UNINTERRUPTIBLE)
		return RS_THREAD_BLOCKED;
	return turn->state & (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE) ? RS_THREAD_ASLEEP : 0;
}

/*
 * The scheduler's clock when the thread last ran. Its CPU's clock_task leaves out the time of
 * interrupts and falls behind the scheduler's clock: it is taken as far behind as it is now, so the
 * result is never too early.
 */
static __always_inline u64 last_ran(const struct turn *turn)
{
	struct rq *rq;

	if (!turn->ran || !rs_run_queues || !rs_cpu_offsets)
		return 0;
	rq = (void *)(rs_run_queues + peek(rs_cpu_offsets + turn->cpu * sizeof(u64)));
	return turn->ran + (BPF_CORE_READ(rq, clock) - BPF_CORE_READ(rq, clock_task));
}

/* This program's own thread got its CPU a moment ago: so long the clocks are less apart. */
static __always_inline u64 clocks_apart(u64 now)
{
	struct task_struct *self = (struct task_struct *)bpf_get_current_task();
	u64 apart;

	if (!bpf_core_field_exists(self->sched_info.last_arrival))
		return 0;
	apart = now - BPF_CORE_READ(self, sched_info.last_arrival);
	if (!rs_clocks_apart || (s64)(apart - rs_clocks_apart) < 0)
		rs_clocks_apart = apart;
	return rs_clocks_apart;
}

static __always_inline u64 thread_age(const struct turn *turn, u32 state)
{
	u64 since = last_ran(turn), now = bpf_ktime_get_ns(), apart = clocks_apart(now);

	if (state == RS_THREAD_RUNNING)
		since = turn->arrived;
	if (state == RS_THREAD_RUNNABLE)
		since = turn->queued;
	if (!since || !apart)
		return 0;
	since += apart;
	return since < now ? now - since : 1;
}

static __always_inline void thread_look(struct rs_thread *thread, struct task_struct *t)
{
	struct turn turn;

	thread->tid = BPF_CORE_READ(t, pid);
	if (!turn_look(&turn, t))
		return;
	thread->state = thread_state(&turn);
	thread->age_ns = thread_age(&turn, thread->state);
}
