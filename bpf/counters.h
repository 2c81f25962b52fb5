/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one list of what the host side counts for a queue: name, unit, meaning.
 *
 * Define RS_STATION(name, unit, meaning), then include this file; it can be included several times
 * and needs no other header. The structs in the maps, the snapshot and the names in the helper are
 * made from this list.
 *
 * The rows are grouped by the object that has the counters, in the order in which a packet for the
 * guest passes the objects. To use one group only, define the macro of that group, and RS_STATION
 * as nothing. A counter that is unknown on a kernel is left out of a snapshot; it is never 0.
 */
#ifndef RS_TUN_STATION
#define RS_TUN_STATION(name, unit, meaning) RS_STATION(name, unit, meaning)
#endif
#ifndef RS_LINK_STATION
#define RS_LINK_STATION(name, unit, meaning) RS_STATION(name, unit, meaning)
#endif
#ifndef RS_VHOST_STATION
#define RS_VHOST_STATION(name, unit, meaning) RS_STATION(name, unit, meaning)
#endif
#ifndef RS_ERROR_STATION
#define RS_ERROR_STATION(name, unit, meaning) RS_STATION(name, unit, meaning)
#endif
#ifndef RS_CALL_STATION
#define RS_CALL_STATION(name, unit, meaning) RS_STATION(name, unit, meaning)
#endif
#ifndef RS_EVENTFD_STATION
#define RS_EVENTFD_STATION(name, unit, meaning) RS_STATION(name, unit, meaning)
#endif
#ifndef RS_INJECTION_STATION
#define RS_INJECTION_STATION(name, unit, meaning) RS_EVENTFD_STATION(name, unit, meaning)
#endif

/* the tap's queue; tun_offered - tun_dropped = vhost_taken + packets waiting in the ring */
RS_TUN_STATION(tun_offered, packets, "packets the host's stack handed to the tap queue")
RS_TUN_STATION(tun_dropped, packets, "packets the tap queue dropped, for any reason")
RS_TUN_STATION(tun_ring_full, packets, "packets that came while the ring was full")
RS_TUN_STATION(tun_dropped_full, packets, "packets dropped because the ring was full")
RS_TUN_STATION(tun_dropped_filter, packets, "packets dropped by a filter on the tap or its socket")
RS_TUN_STATION(tun_dropped_other, packets,
	       "packets dropped for another reason, or for a reason this kernel does not report")
RS_TUN_STATION(tun_sent, packets, "packets from the guest that vhost handed to the tap queue")

/* the tap as a whole: the kernel's own figures, the same for each of its queues */
RS_LINK_STATION(kernel_dropped, packets,
		"the tap's tx_dropped (a macvtap's rx_dropped), over all its queues")
RS_LINK_STATION(qdisc_dropped, packets, "packets dropped by the tap's qdiscs, over all its queues")

/* the vhost virtqueue; vhost_calls = signals + suppressed_flag + suppressed_event_idx + no_call */
RS_VHOST_STATION(vhost_rounds, rounds, "times the vhost worker served the virtqueue")
RS_VHOST_STATION(vhost_kicks, rounds, "rounds that followed one or more kicks of the guest")
RS_VHOST_STATION(vhost_taken, packets, "packets vhost took from the tap queue's ring")
RS_VHOST_STATION(vhost_posted, entries, "used entries vhost posted")
RS_VHOST_STATION(vhost_calls, decisions, "times vhost decided whether to signal the guest")
RS_VHOST_STATION(vhost_signals, signals, "times vhost signalled the guest")
RS_VHOST_STATION(vhost_signals_empty, signals,
		 "signals without a used entry posted since the signal before")
RS_VHOST_STATION(vhost_suppressed_flag, decisions,
		 "not signalled: the guest set NO_INTERRUPT in the avail flags")
RS_VHOST_STATION(vhost_suppressed_event_idx, decisions,
		 "not signalled: the guest's event index was not reached")
RS_VHOST_STATION(vhost_no_call, decisions, "not signalled: the virtqueue has no call eventfd")

/* the error eventfd of a virtqueue, where the VMM gave vhost one */
RS_ERROR_STATION(vhost_errors, errors,
		 "errors that vhost told the VMM: a ring or a buffer that it cannot read or write")

/* all call eventfds of a virtqueue together: while its vector is masked it has another one */
RS_CALL_STATION(eventfd_masked, writes,
		"writes to a call eventfd without irqfd: the vector was masked, or the VMM reads "
		"the eventfd")

/* the call eventfd and its irqfd; eventfd_writes = eventfd_masked + irqfd_wakeups */
RS_EVENTFD_STATION(eventfd_writes, writes, "writes to the call eventfd")
RS_EVENTFD_STATION(eventfd_merged, writes,
		   "writes that came before the write before was read: both became one event")
RS_EVENTFD_STATION(irqfd_wakeups, wakeups, "times a write to the eventfd woke the irqfd")
RS_EVENTFD_STATION(
	irqfd_deferred, runs,
	"injections left to the work queue (arm64: through the ITS's tables, the slow path)")

/* the interrupts that KVM made of it; unknown until one of them has passed a hook: see stations.h
 */
RS_INJECTION_STATION(
	irqfd_atomic, wakeups,
	"wake-ups in which KVM injected at once (arm64: by the ITS's cached translation)")
RS_INJECTION_STATION(
	injected, interrupts,
	"interrupts that became pending (arm64: LPI queued; x86: accepted by the APIC)")
RS_INJECTION_STATION(coalesced, interrupts, "interrupts that were already pending")
RS_INJECTION_STATION(populated, interrupts, "arm64: times the LPI was written into a list register")
RS_INJECTION_STATION(
	posted, interrupts,
	"x86: interrupts that the hardware delivers (posted interrupt, AVIC), unseen by KVM")
RS_INJECTION_STATION(moved, interrupts,
		     "x86: injections to another vCPU or vector than the one before: the guest "
		     "moved the interrupt")
RS_INJECTION_STATION(vcpu_asleep, interrupts, "injections while the vCPU was asleep: they woke it")
RS_INJECTION_STATION(vcpu_in_guest, interrupts,
		     "injections while the vCPU ran the guest: they interrupted it")
RS_INJECTION_STATION(
	vcpu_in_host, interrupts,
	"injections while the vCPU was in the host, handling an exit or waiting for a CPU")
RS_INJECTION_STATION(exits_pending, exits,
		     "exits of the vCPU after an injection and before it takes the interrupt")
RS_INJECTION_STATION(exits_pending_mmio, exits,
		     "exits before the vCPU takes the interrupt, for device memory (MMIO)")
RS_INJECTION_STATION(exits_pending_io, exits,
		     "exits before the vCPU takes the interrupt, for an I/O port (x86)")
RS_INJECTION_STATION(exits_pending_halt, exits,
		     "exits before the vCPU takes the interrupt, because the guest was idle")

#undef RS_STATION
#undef RS_TUN_STATION
#undef RS_LINK_STATION
#undef RS_VHOST_STATION
#undef RS_ERROR_STATION
#undef RS_CALL_STATION
#undef RS_EVENTFD_STATION
#undef RS_INJECTION_STATION
