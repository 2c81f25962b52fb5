/* SPDX-License-Identifier: GPL-2.0-only */
/* A row of the ledger: a virtqueue, and its figures by name. */
#ifndef RS_ROW_H
#define RS_ROW_H

#include "facts.h"

/*
 * Figures derived from the counters. Rows marked 1 can be negative (the value is an int64_t). The
 * windows of host and guest may differ: from the used index, which both sides read, follows by how
 * many entries.
 */
#define RS_DERIVED_LIST(X)                                                                         \
	X(standing, entries, 0, "used entries the guest had not consumed at the end")              \
	X(standing_begin, entries, 0, "used entries the guest had not consumed at the start")      \
	X(stalled, ms, 0, "how long used entries have waited, as the guest's module saw it")       \
	X(none_sum, interrupts, 0, "the sum of all causes of IRQ_NONE")                            \
	X(sum_off, interrupts, 0, "interrupts that are neither handled nor IRQ_NONE with a cause") \
	X(suppressed, decisions, 0,                                                                \
	  "times vhost did not signal because the guest had disabled callbacks")                   \
	X(merged, interrupts, 0,                                                                   \
	  "injections that were merged into another interrupt of the guest")                       \
	X(surplus, interrupts, 0, "interrupts in the guest beyond those that were injected")       \
	X(surplus_slack, interrupts, 0,                                                            \
	  "how many of these the distance of the windows and moves to other CPUs explain")         \
	X(skew_begin, entries, 1,                                                                  \
	  "used index of the host less the guest's at the start, modulo 65536")                    \
	X(skew_end, entries, 1,                                                                    \
	  "used index of the host less the guest's at the end, modulo 65536")                      \
	X(used_off, entries, 1,                                                                    \
	  "entries vhost posted less entries the guest saw, corrected for the distance of the "    \
	  "windows")                                                                               \
	X(tun_off, packets, 1,                                                                     \
	  "packets offered that were not dropped, not taken and do not wait in the ring")          \
	X(decision_off, decisions, 1,                                                              \
	  "decisions of vhost less signals, suppressed signals and decisions without an eventfd")  \
	X(eventfd_off, signals, 1, "vhost's signals less writes to the eventfd")                   \
	X(irqfd_off, writes, 1,                                                                    \
	  "writes to the eventfd less those while masked and less wake-ups of the irqfd")          \
	X(inject_off, wakeups, 1, "wake-ups less interrupts injected or coalesced")                \
	X(s1_merged, packets, 1, "packets vhost took together with the packet that was timed")     \
	X(s4_merged, wakeups, 1,                                                                   \
	  "wake-ups merged into an injection that was left to the work queue")                     \
	X(occupancy_begin, packets, 0, "packets waiting in the tap queue's ring at the start")     \
	X(occupancy, packets, 0, "packets waiting in the tap queue's ring at the end")             \
	X(ring_size, packets, 0, "packets the tap queue's ring can hold")                          \
	X(avail_left, buffers, 0,                                                                  \
	  "buffers of the guest that vhost knew and had not used at the end")                      \
	X(avail_left_begin, buffers, 0,                                                            \
	  "buffers of the guest that vhost knew and had not used at the start")                    \
	X(outstanding, buffers, 0, "buffers in the ring that the device had not used at the end")  \
	X(outstanding_begin, buffers, 0,                                                           \
	  "buffers in the ring that the device had not used at the start")                         \
	X(taken, packets, 0, "packets taken from the tap queue's ring")                            \
	X(served, entries, 0, "used entries the device returned, as the host or the guest saw it") \
	X(kicks_sent, kicks, 0, "kicks the guest's driver sent")                                   \
	X(exits_device, exits, 0,                                                                  \
	  "exits before the vCPU takes the interrupt, for a device: MMIO, and on x86 I/O ports")   \
	X(tap_offered, packets, 0,                                                                 \
	  "packets offered to all queues of the tap, while qdiscs hold some")                      \
	X(sent_off, entries, 0,                                                                    \
	  "entries of the guest's transmit queues that were served while the tap had no carrier")  \
	X(drops_unseen, packets, 1,                                                                \
	  "packets the tap dropped by the kernel's count, less those that were seen to be "        \
	  "dropped")                                                                               \
	X(held_back, queues, 0,                                                                    \
	  "queues of the tap that were stopped at the end, or whose ring filled in the window")    \
	X(filled, packets, 0,                                                                      \
	  "packets that met a ring half full or more, of that queue of a tap with backpressure "   \
	  "which met most")                                                                        \
	X(qdisc_backlog, packets, 0, "packets waiting in the tap's qdiscs at the end")             \
	X(qdisc_backlog_begin, packets, 0, "packets waiting in the tap's qdiscs at the start")     \
	X(polls_other, polls, 0, "NAPI polls from ksoftirqd, NAPI threads and netpoll")            \
	X(polls, polls, 0, "NAPI polls, all origins")                                              \
	X(irq_count, interrupts, 0, "the kernel's irq_count in this window of 100000")             \
	X(irq_unhandled, interrupts, 0, "the kernel's irqs_unhandled in this window")              \
	X(irq_handled, interrupts, 0,                                                              \
	  "interrupts handled in this window; with 100 or more the kernel cannot disable the IRQ") \
	X(irq_left, interrupts, 0, "further IRQ_NONE until the kernel disables the IRQ")           \
	X(irq_disabled, flag, 0, "the kernel has disabled the IRQ")                                \
	X(irq_given_up, times, 0, "how often the kernel disabled the IRQ since load")              \
	X(irq_cpu, cpu, 0, "the CPU of the guest that took most of the IRQ's interrupts")          \
	X(irq_cpu_interrupts, interrupts, 0, "how many of them that CPU took")                     \
	X(guest_window, ms, 0, "length of the guest's window")                                     \
	X(host_window, ms, 0, "length of the host's window")                                       \
	X(guest_missed, hits, 0, "hits that hooks in the guest missed")                            \
	X(host_missed, hits, 0, "hits that hooks on the host missed")                              \
	X(host_untold, hooks, 0, "hooks on the host whose missed hits are unknown")

/*
 * Why begin and end of a snapshot, or of a queue in it, cannot be subtracted. After RING the counts
 * can; what depends on the ring's indexes is unknown.
 */
#define RS_FLAWS(X)                                                                                \
	X(RESTARTED, "counting started again within the window (module loaded or counters reset)") \
	X(BACKWARDS, "the window ends before it starts")                                           \
	X(APPEARED, "the queue appeared within the window")                                        \
	X(RESET, "the device was reset within the window")                                         \
	X(MOVED, "the queue got another ring within the window")                                   \
	X(RING,                                                                                    \
	  "the queue's ring was reset within the window: figures from its indexes are unknown")

enum rs_flaw {
#define X(name, sentence) RS_FLAW_##name,
	RS_FLAWS(X)
#undef X
		RS_FLAW_COUNT
};

extern const char *const rs_flaws[RS_FLAW_COUNT];

/* Every figure of a row: the guest's counters, the host's, the derived ones. */
enum rs_figure {
	RS_FIGURE_GUEST = 0,
	RS_FIGURE_HOST = RS_GUEST_COUNTERS,
	RS_FIGURE_DERIVED = RS_FIGURE_HOST + RS_HOST_COUNTERS,
	RS_FIGURE_BEFORE_DERIVED = RS_FIGURE_DERIVED - 1,
#define X(name, unit, negative, meaning) RS_FIGURE_##name,
	RS_DERIVED_LIST(X)
#undef X
		RS_FIGURES
};

#define RS_FIG_GUEST(name)   ((enum rs_figure)((int)RS_FIGURE_GUEST + (int)RS_GUEST_##name))
#define RS_FIG_HOST(name)    ((enum rs_figure)((int)RS_FIGURE_HOST + (int)RS_HOST_##name))
#define RS_FIG_DERIVED(name) RS_FIGURE_##name

struct rs_figure_info {
	const char *name;
	const char *unit;
	const char *meaning;
	const char *side; /* "guest", "host" or "both" */
	bool negative;	  /* the value is an int64_t */
};

struct rs_figure_info rs_figure_info(enum rs_figure figure);

/* A row of the ledger: a virtqueue, both sides; either may be missing. */
struct rs_row {
	char label[3 * RS_STR_LEN]; /* "eth0 input.0", or the tap's name and queue */
	const struct rs_queue *guest;
	const struct rs_queue *host;
	struct rs_facts facts;	/* what shows that both are the same queue, and what differs */
	const char *guest_flaw; /* why the guest's figures could not be subtracted, or NULL */
	const char *host_flaw;
	const char
		*ring_flaw; /* why what depends on the guest's ring's indexes is unknown, or NULL */
	struct rs_num figures[RS_FIGURES];
	struct rs_histogram hists[RS_SIDES][RS_HISTS_MAX]; /* what was counted within the window */
};

#endif
