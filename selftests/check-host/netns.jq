# SPDX-License-Identifier: GPL-2.0-only
#
# A tap in another network namespace: its rows carry its own figures, not those of whatever
# has its name or number here.

include "judge";
include "checks";

def tap_is($what; $host; $netns):
	same("\($what): taps"; $host.end.taps | length; 1),
	( $host.end.taps[0]
	  | same("\($what): its name"; .name; "tap0"),
	    same("\($what): its namespace"; .netns; $netns),
	    holds("\($what): its queues"; .queues >= 2),
	    same("\($what): its carrier"; .carrier; true) );

def window($f; $name):
	$f["\($name)-host"] as $host
	| $f["\($name)-traffic"] as $t
	| ($host | queues_of("rx")) as $rx
	| ($host | queues_of("tx")) as $tx
	| (($f["\($name)-end-link"] | link_dropped) - ($f["\($name)-begin-link"] | link_dropped)) as $dropped
	| tap_is($name; $host; $f.netns),
	  same("\($name): queues of another namespace"; $rx | map(select(.tap_netns != $f.netns)) | length; 0),
	  same_but_missed("\($name): datagrams sent = packets offered to the tap"; $host; $t.sent; $rx | sum(.delta.tun_offered)),
	  same_but_missed("\($name): offered - dropped = received in the guest"; $host;
	       ($rx | sum(.delta.tun_offered)) - ($rx | sum(.delta.tun_dropped)); $t.received),
	  holds("\($name): some were dropped: \($dropped)"; $dropped > 0),
	  same("\($name): drops = the kernel's tx_dropped (ip -s link)"; $rx | sum(.delta.tun_dropped); $dropped),
	  same("\($name): the tap's tx_dropped as shown"; $rx[0].delta.kernel_dropped; $dropped),
	  same("\($name): the tap's tx_packets as shown"; $host.end.taps[0].tx_packets - $host.begin.taps[0].tx_packets;
	       ($f["\($name)-end-link"] | link_sent) - ($f["\($name)-begin-link"] | link_sent)),
	  same_but_missed("\($name): datagrams from the guest = packets vhost handed to the tap"; $host; $t.back; $tx | sum(.delta.tun_sent)),
	  same("\($name): datagrams from the guest = received there"; $t.back; $t.returned);

files as $f
| window($f; "all"),
  window($f; "tap"),
  tap_is("by a process"; $f["process-host"]; $f.netns)
