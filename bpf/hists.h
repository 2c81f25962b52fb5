/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one list of the host side's histograms for a queue: name, unit, meaning. Used like
 * counters.h; the macros are RS_HIST, RS_TUN_HIST and so on.
 *
 * A step is timed from its start to its end. An event that joins a step under way has no time of
 * its own; it is counted as merged, where that is possible.
 */
#ifndef RS_TUN_HIST
#define RS_TUN_HIST(name, unit, meaning) RS_HIST(name, unit, meaning)
#endif
#ifndef RS_VHOST_HIST
#define RS_VHOST_HIST(name, unit, meaning) RS_HIST(name, unit, meaning)
#endif
#ifndef RS_EVENTFD_HIST
#define RS_EVENTFD_HIST(name, unit, meaning) RS_HIST(name, unit, meaning)
#endif
#ifndef RS_INJECTION_HIST
#define RS_INJECTION_HIST(name, unit, meaning) RS_EVENTFD_HIST(name, unit, meaning)
#endif

RS_TUN_HIST(occupancy_at_enqueue, packets,
	    "packets waiting in the tap queue's ring when another packet came")
RS_TUN_HIST(s1_s2, ns,
	    "from a packet's arrival at the tap until vhost decides whether to signal for it; one "
	    "packet is timed at a time, the others are merged")
RS_VHOST_HIST(worker_wait, ns, "how long the vhost worker waited for a CPU before a round")
RS_VHOST_HIST(s2_s3, ns,
	      "from vhost's decision to the eventfd's write; vhost posts the entries in between")
RS_EVENTFD_HIST(s3_s4, ns, "from the eventfd's write to the irqfd's wake-up")
RS_INJECTION_HIST(s4_s5, ns,
		  "from the irqfd's wake-up to the injection; wake-ups that come before an "
		  "injection by the work queue are merged")
RS_INJECTION_HIST(
	s5_run, ns,
	"from the injection until the vCPU takes the interrupt on its way into the guest; "
	"coalesced interrupts are merged")

#undef RS_HIST
#undef RS_TUN_HIST
#undef RS_VHOST_HIST
#undef RS_EVENTFD_HIST
#undef RS_INJECTION_HIST
