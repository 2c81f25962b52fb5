# SPDX-License-Identifier: GPL-2.0-only
#
# Rings empty, half full and full: what the host's side said of each queue, what
# was sent to it, and the kernel's own figures of the tap.

include "judge";
include "checks";

# The consumer hands places back to the producer in batches (ptr_ring's batch:
# two cache lines of pointers): this many may be missing when a ring is full.
def BATCH: 16;

# $waiting: packets left in each queue's ring; $own: what the VMM reads of each itself
def step($f; $name; $waiting; $own):
	($f["\($name)-host"] | queues_of("rx")) as $rx
	| $f["\($name)-sent"] as $sent
	| (($f["\($name)-end-link"] | link_dropped) - ($f["\($name)-begin-link"] | link_dropped)) as $dropped
	| (($f["\($name)-end-link"] | link_sent) - ($f["\($name)-begin-link"] | link_sent)) as $read
	| same("\($name): drops = the kernel's tx_dropped"; $rx | sum(.delta.tun_dropped); $dropped),
	  same("\($name): the tap's tx_dropped as shown"; $rx[0].delta.kernel_dropped; $dropped),
	  same("\($name): taken by vhost or the VMM = the kernel's tx_packets";
	       $rx | sum(.delta.tun_offered - .delta.tun_dropped - .grown); $read),
	  ( range($rx | length) as $q | $rx[$q] as $r | "\($name) queue \($q)" as $queue
	    | same("\($queue): datagrams sent = packets offered"; $sent[$q]; $r.delta.tun_offered),
	      # vhost lets go of a paused guest's tap: what it takes is unknown, not zero
	      holds("\($queue): what vhost took is \(if $own > 0 then "un" else "" end)known";
		    ($r.delta.vhost_taken == null) == ($own > 0)),
	      same("\($queue): offered, and not dropped, waiting or taken by vhost";
		   $r.delta.tun_offered - $r.delta.tun_dropped - $r.grown - ($r.delta.vhost_taken // 0); $own),
	      same("\($queue): every drop met a full ring"; $r.delta.tun_ring_full; $r.delta.tun_dropped),
	      $waiting[$q] as $w
	      | if $w == "full" then
			same("\($queue): packets in the ring, and dropped, are those sent to it";
			     $r.occupancy + $r.delta.tun_dropped; $sent[$q] + $f["half-sent"][$q]),
			holds("\($queue): \($r.occupancy) of \($r.ring_size) in a full ring";
			      $r.occupancy <= $r.ring_size and $r.occupancy > $r.ring_size - BATCH)
		else
			same("\($queue): packets in the ring"; $r.occupancy; $w)
		end );

# A window's queues know by how much their ring grew in it.
def grown: .begin.queues as $b
	| .end.queues |= map(. as $e | . + {grown: ((.occupancy // 0)
		- (first($b[] | select(identity == ($e | identity))).occupancy // 0))});

(files | with_entries(if .key | endswith("-host") then .value |= grown else . end)) as $f
| step($f; "empty"; [0, 0]; 0),
  step($f; "half"; [503, 251]; 0),
  step($f; "full"; ["full", "full"]; 0),
  step($f; "drained"; [0, 0]; 0),
  # The VMM of a paused guest reads one packet of each queue, and then no more.
  step($f; "paused"; [502, 250]; 1),
  step($f; "resumed"; [0, 0]; 0)
