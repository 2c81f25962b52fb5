/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Each histogram ringside's host side keeps for a queue, once: name, unit,
 * meaning. Used like counters.h; the macros are RS_HIST and RS_TUN_HIST ...
 *
 * A step is timed from its own begin to its own end. What joins a step that is
 * under way has no time of its own; it is counted as merged, where it can be.
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

RS_TUN_HIST(occupancy_at_enqueue, packets,
	    "packets that waited in the tap queue's ring when another came")
RS_TUN_HIST(s1_s2, ns,
	    "from a packet's arrival at the tap until vhost decided about the signal for it; one "
	    "packet at a time, the others pass with it (merged)")
RS_VHOST_HIST(worker_wait, ns, "what the vhost worker waited for a CPU before a round")
RS_VHOST_HIST(s2_s3, ns, "from vhost's decision to the eventfd's write, posting included")
RS_EVENTFD_HIST(s3_s4, ns, "from the eventfd's write to the irqfd's wake-up")
RS_EVENTFD_HIST(
	s4_s5, ns,
	"from the irqfd's wake-up to the injection; wake-ups that join one left to the work "
	"queue are merged")
RS_EVENTFD_HIST(s5_run, ns,
		"from the injection until the vCPU took the interrupt on its way into the guest; "
		"interrupts found pending are merged")

#undef RS_HIST
#undef RS_TUN_HIST
#undef RS_VHOST_HIST
#undef RS_EVENTFD_HIST
