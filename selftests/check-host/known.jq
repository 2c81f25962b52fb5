# SPDX-License-Identifier: GPL-2.0-only
#
# Known traffic: what the generators sent and received, what the kernel dropped
# in its own words, and the host's side.

include "judge";
include "checks";

def tells($f; $from; $to; $window):
	(($f["\($to)-link"] | link_dropped) - ($f["\($from)-link"] | link_dropped)) as $link
	| (($f["\($to)-qdisc"] | qdisc_dropped) - ($f["\($from)-qdisc"] | qdisc_dropped)) as $qdisc
	| ($f[$window] | queues_of("rx")) as $rx
	| same("\($window): drops = the kernel's tx_dropped (ip -s link)"; $rx | sum(.delta.tun_dropped); $link),
	  same("\($window): the tap's tx_dropped as shown"; $rx[0].delta.kernel_dropped; $link),
	  same("\($window): the qdisc's drops as shown (tc -s qdisc)"; $rx[0].delta.qdisc_dropped; $qdisc);

# What is a time, by name, and that it is said; the two at the end are the ledger's.
def times: ["s1_s2", "worker_wait", "s2_s3", "s3_s4", "s4_s5", "s5_run"];

def timeless($with; $without):
	def kept: [.end.queues[].hists // {} | keys[]] | unique;
	def counted: [.end.queues[].counters | keys[]] | unique;
	($without.end.hooks[] | select(.name == "clock")) as $clock
	| same("without times: histograms"; $without | kept; ($with | kept) - times),
	  same("without times: counters"; $without | counted; $with | counted),
	  same("without times: what is unknown is named"; $clock.loses | split(",");
	       times + ["s1_merged", "s4_merged"]),
	  same("without times: why"; $clock.state; "not read (--no-times)"),
	  holds("with times: nothing is said"; all($with.end.hooks[]; .name != "clock"));

files as $f
| $f["known-host"] as $host
| if $host then
	($host | queues_of("rx")) as $rx
	| ($host | queues_of("tx")) as $tx
	| ( $f.traffic[] as $t | $rx[$t.queue].delta as $d | $tx[$t.queue].delta as $back
	    | "queue \($t.queue)" as $name
	    | same_but_missed("\($name): datagrams sent = packets offered to the tap"; $host; $t.sent; $d.tun_offered),
	      same_but_missed("\($name): offered - dropped = received in the guest"; $host; $d.tun_offered - $d.tun_dropped; $t.received),
	      holds("\($name): some were dropped: \($d.tun_dropped)"; $d.tun_dropped > 0),
	      same("\($name): drops met a full ring"; $d.tun_ring_full; $d.tun_dropped),
	      same_but_missed("\($name): datagrams from the guest = entries posted"; $host; $t.back; $back.vhost_posted),
	      same_but_missed("\($name): datagrams from the guest = packets vhost handed to the tap"; $host; $t.back; $back.tun_sent),
	      same("\($name): datagrams from the guest = received here"; $t.back; $t.returned) ),
	  same("datagrams from the guest = what its device sent"; $f.traffic | sum(.back);
	       ($f["end-inside-link"] | link_sent) - ($f["begin-inside-link"] | link_sent)),
	  tells($f; "begin"; "end"; "known-host"),
	  tells($f; "before"; "after"; "qdisc-host"),
	  timeless($host; $f["plain-host"]),
	  ( ($f["qdisc-host"] | queues_of("rx")) as $q
	    | same("qdisc: sent = offered to the tap + dropped before it"; 101;
	           $q[0].delta.tun_offered + $q[0].delta.qdisc_dropped),
	      holds("qdisc: some were dropped: \($q[0].delta.qdisc_dropped)"; $q[0].delta.qdisc_dropped > 0) )
  else empty end
