/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one list of what ringside keeps for a virtqueue: name, unit, meaning.
 *
 * Define RS_COUNTER(name, unit, meaning), then include this file; it can be
 * included several times and does not need the kernel's headers. The per-CPU
 * struct, the snapshot, the helper's names and the check of debugfs-docs are
 * made from this list.
 *
 * The rows are grouped by what makes them known; a snapshot leaves out a group
 * that is not known. To use one group only, define the macro of that group, and
 * RS_COUNTER as nothing. A row *_COUNTER only grows until reset. A row *_GAUGE
 * is computed when it is read: define RS_GAUGE to treat these differently.
 */
#ifndef RS_GAUGE
#define RS_GAUGE(name, unit, meaning) RS_COUNTER(name, unit, meaning)
#endif
#ifndef RS_IRQ_GAUGE
#define RS_IRQ_GAUGE(name, unit, meaning) RS_GAUGE(name, unit, meaning)
#endif
#ifndef RS_IRQ_COUNTER
#define RS_IRQ_COUNTER(name, unit, meaning) RS_COUNTER(name, unit, meaning)
#endif
#ifndef RS_POLL_COUNTER
#define RS_POLL_COUNTER(name, unit, meaning) RS_COUNTER(name, unit, meaning)
#endif
#ifndef RS_PROGRESS_GAUGE
#define RS_PROGRESS_GAUGE(name, unit, meaning) RS_GAUGE(name, unit, meaning)
#endif

/*
 * Interrupts. interrupts = handled + none; none = the sum of all none_*: all
 * RS_IRQ_COUNTER rows but handled. Each interrupt adds to exactly one of them,
 * so the sums hold in any snapshot.
 */
RS_IRQ_GAUGE(interrupts, interrupts, "interrupts delivered to this virtqueue's handler")
RS_IRQ_GAUGE(none, interrupts, "interrupts that found nothing to serve (IRQ_NONE)")
RS_IRQ_COUNTER(handled, interrupts, "interrupts that found used entries to serve")
RS_IRQ_COUNTER(none_empty, interrupts,
	"the device signalled with nothing new since the last interrupt")
RS_IRQ_COUNTER(none_shared, interrupts,
	"the interrupt line is shared and another queue or device was meant")
RS_IRQ_COUNTER(none_broken, interrupts,
	"the virtqueue is marked broken, or not in use while its ring is reset")
/* what consumed last before the interrupt, in the order of enum rs_consumer */
RS_IRQ_COUNTER(none_softirq, interrupts, "NAPI in softirq consumed the entries first")
RS_IRQ_COUNTER(none_ksoftirqd, interrupts, "NAPI in ksoftirqd consumed the entries first")
RS_IRQ_COUNTER(none_busy_poll, interrupts, "a busy poller consumed the entries first")
RS_IRQ_COUNTER(none_threaded, interrupts, "threaded NAPI consumed the entries first")
RS_IRQ_COUNTER(none_netpoll, interrupts, "netpoll consumed the entries first")
RS_IRQ_COUNTER(none_tx_rx_poll, interrupts, "the receive poll cleaned the transmit entries first")
RS_IRQ_COUNTER(none_tx_tx_poll, interrupts, "the transmit poll cleaned the transmit entries first")
RS_IRQ_COUNTER(none_tx_xmit, interrupts, "start_xmit cleaned the transmit entries first")
RS_IRQ_COUNTER(none_unknown, interrupts, "nothing to serve, and no cause was seen")

/* NAPI polls of a receive queue; each five in the order of enum rs_consumer */
RS_POLL_COUNTER(polls_softirq, polls, "NAPI polls from softirq on the way out of an interrupt")
RS_POLL_COUNTER(polls_ksoftirqd, polls, "NAPI polls from ksoftirqd")
RS_POLL_COUNTER(polls_busy, polls, "NAPI polls from busy polling")
RS_POLL_COUNTER(polls_threaded, polls, "NAPI polls from the queue's own NAPI thread")
RS_POLL_COUNTER(polls_netpoll, polls, "NAPI polls from netpoll")
RS_POLL_COUNTER(packets_softirq, packets, "packets received by polls from softirq")
RS_POLL_COUNTER(packets_ksoftirqd, packets, "packets received by polls from ksoftirqd")
RS_POLL_COUNTER(packets_busy, packets, "packets received by polls from busy polling")
RS_POLL_COUNTER(packets_threaded, packets, "packets received by polls from the NAPI thread")
RS_POLL_COUNTER(packets_netpoll, packets, "packets received by polls from netpoll")
RS_POLL_COUNTER(empty_softirq, polls, "polls from softirq that received nothing")
RS_POLL_COUNTER(empty_ksoftirqd, polls, "polls from ksoftirqd that received nothing")
RS_POLL_COUNTER(empty_busy, polls, "polls from busy polling that received nothing")
RS_POLL_COUNTER(empty_threaded, polls, "polls from the NAPI thread that received nothing")
RS_POLL_COUNTER(empty_netpoll, polls, "polls from netpoll that received nothing")
RS_POLL_COUNTER(full_softirq, polls, "polls from softirq that used up their budget")
RS_POLL_COUNTER(full_ksoftirqd, polls, "polls from ksoftirqd that used up their budget")
RS_POLL_COUNTER(full_busy, polls, "polls from busy polling that used up their budget")
RS_POLL_COUNTER(full_threaded, polls, "polls from the NAPI thread that used up their budget")
RS_POLL_COUNTER(full_netpoll, polls, "polls from netpoll that used up their budget")

/* progress of the ring */
RS_PROGRESS_GAUGE(used_progress, entries,
	"used entries the device has returned since load or reset")
RS_PROGRESS_GAUGE(last_used_progress, entries,
	"used entries the guest has consumed since load or reset")

/* against the kernel's own count */
RS_IRQ_GAUGE(missed, interrupts, "interrupts the kernel counted and ringside did not see")

#undef RS_COUNTER
#undef RS_GAUGE
#undef RS_IRQ_GAUGE
#undef RS_IRQ_COUNTER
#undef RS_POLL_COUNTER
#undef RS_PROGRESS_GAUGE
