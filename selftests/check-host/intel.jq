# SPDX-License-Identifier: GPL-2.0-only
#
# Intel's VMX: each signal is an interrupt in the guest or was coalesced, whoever delivered it.

include "judge";
include "checks";

# An interrupt's way, of one queue of the host and the guest's queue with the same ring.
def delivered($name; $apicv; $guest):
	. as $q
	| ([$guest[] | select(.used_addr == $q.used_addr)][0]) as $g
	| "\($name): \(.dir) \(.queue)" as $what
	| same("\($what): signals = injected + coalesced"; .delta.vhost_signals; .delta.injected + .delta.coalesced),
	  same("\($what): injected = interrupts in the guest"; .delta.injected; $g.delta.interrupts),
	  same("\($what): delivered by the hardware"; .delta.posted; if $apicv then .delta.injected else 0 end);

def checks($f; $name; $apicv):
	$f["\($name)-host"] as $host
	| ($host | queues_of("rx")) as $rx
	| ($host | queues_of("tx")) as $tx
	| ($f["\($name)-guest"] | queues([.device, .index])) as $guest
	| $f["\($name)-traffic"] as $traffic
	| ( $traffic.flows[] as $t | $rx[$t.queue].delta as $d | "\($name): queue \($t.queue)" as $what
	    | same("\($what): datagrams sent = packets offered to the tap"; $t.sent; $d.tun_offered),
	      same("\($what): offered - dropped = received in the guest"; $d.tun_offered - $d.tun_dropped; $t.received),
	      holds("\($what): interrupts were coalesced: \($d.coalesced) of \($d.vhost_signals)"; $d.coalesced > 0) ),
	  same("\($name): datagrams from the guest = packets vhost handed to the tap"; $traffic.back; $tx | sum(.delta.tun_sent)),
	  same("\($name): datagrams from the guest = received here"; $traffic.back; $traffic.returned),
	  ( ($rx + $tx)[] | delivered($name; $apicv; $guest) ),
	  ( [$f["\($name)-well-ledger"].queues[] | select(.tap == "tap0" and .netdev)] as $rows
	    | same("\($name): well: rows with both sides"; $rows | length; 4) ),
	  ( [$f["\($name)-well-ledger"].verdicts[].id | select(endswith("-late") | not)] as $ids
	    | same("\($name): well: findings but of what is late: \($ids)"; $ids | length; 0) );

files as $f
| checks($f; "apicv"; true), checks($f; "plain"; false)
