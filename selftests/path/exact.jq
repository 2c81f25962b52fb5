# SPDX-License-Identifier: GPL-2.0-only
#
# What must hold exactly for each queue, in a window at whose start and end nothing moves: one
# KTAP line each. In: the guest's snapshot as $guest[0], the host's as $host[0], /proc/interrupts
# of both moments as $before and $after; $phase is the window's name, $busy whether busy polling
# was on (a socket polls the queue of its first datagram, so not every queue must be polled).
# Reads only the snapshots, not the ledger: so it checks the ledger independently.

include "judge";

# All CPUs' counts of an IRQ in a copy of /proc/interrupts.
def irq_count($irq): split("\n")
	| (first | [scan("CPU")] | length) as $cpus
	| first(.[] | [splits(" +") | select(. != "")] | select(.[0] == "\($irq):"))
	| .[1:1 + $cpus] | map(tonumber) | add;

def checks($g; $h; $name): $g.delta as $d
	| same("\($name): interrupts = /proc/interrupts"; $d.interrupts;
	       ($after | irq_count($g.irq)) - ($before | irq_count($g.irq))),
	  same("\($name): handled + none = interrupts"; $d.handled + $d.none; $d.interrupts),
	  same("\($name): causes of none add up"; $d.none;
	       [$d | to_entries[] | select(.key | startswith("none_")) | .value] | add),
	  same_but_missed("\($name): used progress = vhost posted"; $host[0]; $d.used_progress; $h.delta.vhost_posted),
	  same_but_missed("\($name): signals = eventfd writes"; $host[0]; $h.delta.vhost_signals; $h.delta.eventfd_writes),
	  same_but_missed("\($name): eventfd writes = irqfd wake-ups"; $host[0]; $h.delta.eventfd_writes;
	       $h.delta.irqfd_wakeups),
	  same_but_missed("\($name): injected at once + deferred = injected + coalesced"; $host[0];
	       $h.delta.irqfd_atomic + $h.delta.irqfd_deferred;
	       $h.delta.injected + $h.delta.coalesced),
	  same_but_missed("\($name): vCPUs found asleep, in the guest or in the host = injected + coalesced"; $host[0];
	       $h.delta.vcpu_asleep + $h.delta.vcpu_in_guest + $h.delta.vcpu_in_host;
	       $h.delta.injected + $h.delta.coalesced),
	  # A wake-up that is left to the work queue while its work is still queued
	  # is merged into it: the kernel has one work item for each irqfd.
	  ((($h.delta.irqfd_wakeups // -1) - $h.delta.injected - $h.delta.coalesced) as $merged
	   | holds("\($name): wake-ups \($h.delta.irqfd_wakeups) = injected + coalesced + \($merged) merged of \($h.delta.irqfd_deferred) deferred";
		   ($merged | fabs) <= missed($host[0]) or ($merged > 0 and $h.delta.irqfd_deferred > 0))),
	  # On x86 the vCPU may take a pending interrupt after ringside read its state and
	  # before the injection: the sum of both is exact, their split may be off.
	  interrupts_sent($name; $host[0]; $d.interrupts; $h.delta.injected + $h.delta.coalesced),
	  same("\($name): nothing missed"; $d.missed; 0),
	  if $g.dir == "rx" then
		same_but_missed("\($name): tun offered - dropped = vhost taken"; $host[0];
		     $h.delta.tun_offered - $h.delta.tun_dropped; $h.delta.vhost_taken),
		same_but_missed("\($name): vhost taken = packets polled"; $host[0]; $h.delta.vhost_taken;
		     [$d | to_entries[] | select(.key | startswith("packets_")) | .value] | add),
		([$d | to_entries[] | select(.key | startswith("polls_")) | .value] | add) as $polls
		| if $busy and $d.polls_busy > 0 then
			holds("\($name): busy polls are the majority: \($d.polls_busy) of \($polls)";
			      $d.polls_busy * 2 > $polls)
		  elif $busy then empty
		  else same("\($name): no busy poll"; $d.polls_busy; 0) end
	  else empty end;

($guest[0] | queues([.device, .index])) as $gs
| ($host[0] | queues([.tap, .queue, .dir])) as $hs
| ( ($gs[] | select(.dir == "rx" or .dir == "tx")) as $g
    | [$hs[] | select(.used_addr == $g.used_addr)] as $h
    | "\($phase) \($g.netdev) \($g.name)" as $name
    | holds("\($name): one queue of the host has its used ring"; ($h | length) == 1),
      (if ($h | length) == 1 then checks($g; $h[0]; $name) else empty end) ),
  holds("\($phase): at least two queue pairs"; ([$gs[] | select(.dir == "rx")] | length) >= 2),
  holds("\($phase): traffic met every receive queue";
        [$gs[] | select(.dir == "rx") | .delta.interrupts > 0] | length > 0 and all),
  (if $busy then holds("\($phase): a receive queue is busy polled";
        [$gs[] | select(.dir == "rx") | .delta.polls_busy > 0] | any) else empty end),
  ($guest[0].end.hooks[] | select((.missed // 0) != 0)
   | holds("\($phase): hook \(.name) missed \(.missed) hits"; false)),
  (missed($host[0]) as $n | if $n == 0 then empty else
	holds("\($phase): hits missed on the host, counted and shown: \($n), of few"; $n <= 100) end)
