# SPDX-License-Identifier: GPL-2.0-only
#
# A macvtap's queues. Of several it is not known for which of them a packet comes: so they
# have neither the histogram of waiting packets nor times, and all counts.

include "judge";
include "checks";

# What the kernel counts towards the guest is the macvtap's own rx.
def link_taken: .[0].stats64.rx.packets;
def link_lost: .[0].stats64.rx.dropped;

# Whether the histogram is there, and of how many packets.
def waiting: if .hists.occupancy_at_enqueue then
		[.hists.occupancy_at_enqueue.buckets[][1]] | add // 0 else null end;

def window($f; $name; $tap; $queues):
	$f["\($name)-host"] as $host
	| $f["\($name)-traffic"] as $t
	| ($host | queues_of("rx")) as $rx
	| ($host | queues_of("tx")) as $tx
	| (($f["\($name)-end-link"] | link_lost) - ($f["\($name)-begin-link"] | link_lost)) as $dropped
	| (($f["\($name)-end-link"] | link_taken) - ($f["\($name)-begin-link"] | link_taken)) as $taken
	| ($rx | sum(.delta.tun_offered)) as $offered
	| same("\($name): queues to the guest"; $rx | length; $queues),
	  same("\($name): the backend"; [$rx[].backend] | unique; ["vhost-net"]),
	  same("\($name): the tap's kind"; $host.end.taps[0].kind + "0"; $tap),
	  same_but_missed("\($name): datagrams sent = packets offered"; $host; $t.sent; $offered),
	  same_but_missed("\($name): offered - dropped = received in the guest"; $host;
	       $offered - ($rx | sum(.delta.tun_dropped)); $t.received),
	  holds("\($name): some were dropped: \($dropped)"; $dropped > 0),
	  same("\($name): drops = the kernel's rx_dropped"; $rx | sum(.delta.tun_dropped); $dropped),
	  same("\($name): the same as shown"; $rx[0].delta.kernel_dropped; $dropped),
	  same("\($name): the kernel's rx_packets as shown";
	       $host.end.taps[0].tx_packets - $host.begin.taps[0].tx_packets; $taken),
	  holds("\($name): no qdisc is in the way"; $host.end.taps[0].qdisc_drops == null),
	  ( $rx[] as $q
	    | same_but_missed("\($name) queue \($q.queue): offered - dropped = taken"; $host;
		$q.delta.tun_offered - $q.delta.tun_dropped; $q.delta.vhost_taken),
	      same("\($name) queue \($q.queue): drops are of the queue that was filled"; $q.delta.tun_dropped > 0;
		$q.delta.tun_offered >= $t.more),
	      same("\($name) queue \($q.queue): the reason"; $q.delta.tun_dropped_full; $q.delta.tun_dropped) ),
	  same_but_missed("\($name): datagrams from the guest = packets vhost handed over"; $host; $t.back; $tx | sum(.delta.tun_sent)),
	  same("\($name): datagrams from the guest = received here"; $t.back; $t.returned),
	  ( [$f["\($name)-well-ledger"].queues[] | select(.dir == "rx" and .tap == $tap)] as $rows
	    | same("\($name): receive queues with both sides"; $rows | length; $queues) ),
	  ( [$f["\($name)-well-ledger"].verdicts[].id | select(endswith("-late") | not)] as $ids
	    | same("\($name): findings but of what is late: \($ids)"; $ids | length; 0) );

files as $f
| if $f["one-host"] | not then empty else
  window($f; "one"; "macvtap0"; 1),
  window($f; "two"; "macvtap0"; 2),
  window($f; "ipvtap"; "ipvtap0"; 1),
  ( ($f["one-host"] | queues_of("rx"))[0] as $q
    | ($f["one-host"].begin.queues | map(select(.dir == "rx")))[0] as $b
    | same_but_missed("one: each packet is in the histogram"; $f["one-host"]; ($q | waiting) - ($b | waiting); $q.delta.tun_offered),
      holds("one: times are taken"; ([$q.hists.s1_s2.buckets[][1]] | add // 0) > 0) ),
  same("two: no histogram"; [$f["two-host"] | queues_of("rx")[] | .hists // {} | has("occupancy_at_enqueue", "s1_s2")] | unique; [false])
  end
