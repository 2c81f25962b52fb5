/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Each number ringside keeps for a virtqueue, once: name, unit, meaning.
 *
 * Define RS_COUNTER(name, unit, meaning) and include this file, as often as
 * needed. The per-CPU struct, the snapshot, the helper's names and the check
 * of debugfs-docs come from here, so there is no include guard and nothing
 * here needs the kernel's headers.
 *
 * RS_COUNTER rows only ever grow until reset. RS_GAUGE rows are computed when
 * they are read; who does not define RS_GAUGE gets them as counters. Either is
 * left out of a snapshot where it cannot be known.
 */
#ifndef RS_GAUGE
#define RS_GAUGE(name, unit, meaning) RS_COUNTER(name, unit, meaning)
#endif

/*
 * interrupts = handled + none; none = the sum of all none_*. Each interrupt
 * adds to exactly one counter, so the sums hold in any snapshot.
 */
RS_GAUGE(interrupts, interrupts, "interrupts delivered to this virtqueue's handler")
RS_GAUGE(none, interrupts, "interrupts that found nothing to serve (IRQ_NONE)")
RS_COUNTER(handled, interrupts, "interrupts that found used entries to serve")
RS_COUNTER(none_empty, interrupts, "the device signalled with nothing new since the last interrupt")
RS_COUNTER(none_shared, interrupts, "the interrupt line is shared and another queue or device was meant")
RS_COUNTER(none_broken, interrupts, "the virtqueue is marked broken, or not in use while its ring is reset")
/* who consumed last before the interrupt, in the order of enum rs_consumer */
RS_COUNTER(none_softirq, interrupts, "NAPI in softirq consumed the entries first")
RS_COUNTER(none_ksoftirqd, interrupts, "NAPI in ksoftirqd consumed the entries first")
RS_COUNTER(none_busy_poll, interrupts, "a busy poller consumed the entries first")
RS_COUNTER(none_threaded, interrupts, "threaded NAPI consumed the entries first")
RS_COUNTER(none_netpoll, interrupts, "netpoll consumed the entries first")
RS_COUNTER(none_tx_rx_poll, interrupts, "the receive poll cleaned the transmit entries first")
RS_COUNTER(none_tx_tx_poll, interrupts, "the transmit poll cleaned the transmit entries first")
RS_COUNTER(none_tx_xmit, interrupts, "start_xmit cleaned the transmit entries first")
RS_COUNTER(none_unknown, interrupts, "nothing to serve, and no cause was seen")

RS_COUNTER(polls_softirq, polls, "NAPI polls from softirq on the way out of an interrupt")
RS_COUNTER(polls_ksoftirqd, polls, "NAPI polls from ksoftirqd")
RS_COUNTER(polls_busy, polls, "NAPI polls from busy polling")
RS_COUNTER(polls_threaded, polls, "NAPI polls from the queue's own NAPI thread")
RS_COUNTER(polls_netpoll, polls, "NAPI polls from netpoll")
RS_COUNTER(packets_softirq, packets, "packets received by polls from softirq")
RS_COUNTER(packets_ksoftirqd, packets, "packets received by polls from ksoftirqd")
RS_COUNTER(packets_busy, packets, "packets received by polls from busy polling")
RS_COUNTER(packets_threaded, packets, "packets received by polls from the NAPI thread")
RS_COUNTER(packets_netpoll, packets, "packets received by polls from netpoll")
RS_COUNTER(empty_softirq, polls, "polls from softirq that received nothing")
RS_COUNTER(empty_ksoftirqd, polls, "polls from ksoftirqd that received nothing")
RS_COUNTER(empty_busy, polls, "polls from busy polling that received nothing")
RS_COUNTER(empty_threaded, polls, "polls from the NAPI thread that received nothing")
RS_COUNTER(empty_netpoll, polls, "polls from netpoll that received nothing")
RS_COUNTER(full_softirq, polls, "polls from softirq that used up their budget")
RS_COUNTER(full_ksoftirqd, polls, "polls from ksoftirqd that used up their budget")
RS_COUNTER(full_busy, polls, "polls from busy polling that used up their budget")
RS_COUNTER(full_threaded, polls, "polls from the NAPI thread that used up their budget")
RS_COUNTER(full_netpoll, polls, "polls from netpoll that used up their budget")

RS_GAUGE(used_progress, entries, "used entries the device has returned since load or reset")
RS_GAUGE(last_used_progress, entries, "used entries the guest has consumed since load or reset")
RS_GAUGE(missed, interrupts, "interrupts the kernel counted and ringside did not see")

#undef RS_COUNTER
#undef RS_GAUGE
