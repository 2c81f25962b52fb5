# SPDX-License-Identifier: GPL-2.0-only
#
# Interrupts that move under traffic: what a masked vector keeps from the irqfd is told apart, and
# no queue is blamed.

include "judge";
include "checks";

files as $f
| $f["masked-host"] as $host
| ($host | queues(identity)) as $hs
| ( ($f["masked-inside"] | queues([.device, .index])[]) as $g
    | select($g.dir == "rx" or $g.dir == "tx")
    | [$hs[] | select(.used_addr == $g.used_addr)] as $h
    | same("\($g.name): queues of the host with its ring"; $h | length; 1),
      ( $h[0].delta as $d
	| same_but_missed("\($g.name): used progress = vhost posted"; $host; $g.delta.used_progress; $d.vhost_posted),
	  # what came while the vector was masked, the VMM writes once more when it unmasks it
	  holds("\($g.name): signals \($d.vhost_signals) <= eventfd writes \($d.eventfd_writes) <= signals + \($d.eventfd_masked) while masked";
		$d.vhost_signals <= $d.eventfd_writes + missed($host) and
		$d.eventfd_writes <= $d.vhost_signals + $d.eventfd_masked + missed($host)),
	  same_but_missed("\($g.name): eventfd writes = wake-ups + \($d.eventfd_masked) while masked"; $host;
	       $d.eventfd_writes; $d.irqfd_wakeups + $d.eventfd_masked),
	  # only x86 tells a move; one that no injection followed, or several between two, are not seen
	  holds("\($g.name): moves that injections told: \($d.moved) of \($f.moves)";
		if $host.taken.arch == "x86_64" then $d.moved > 0 and $d.moved <= $f.moves
		else $d.moved == null end),
	  same("\($g.name): handled + none = interrupts"; $g.delta.handled + $g.delta.none; $g.delta.interrupts) ) ),
  ([$hs[] | .delta.eventfd_masked // 0] | add) as $masked
  | holds("signals met a masked vector: \($masked) (x86_64 alone masks)"; ($masked > 0) == ($host.taken.arch == "x86_64")),
    # a busy machine that emulates is late, and that is said
    ( [$f.ledger.verdicts[].id | select(endswith("-late") | not)] as $ids
      | same("findings but of what is late: \($ids)"; $ids | length; 0) )
