# SPDX-License-Identifier: GPL-2.0-only
#
# A backend in user space: the eventfd's, the irqfd's and KVM's counts of each
# queue beside the backend's own. Queues are found by their MSI, as the guest
# has it. The backend calls by its own view: it transmits into the guest's input.

include "judge";
include "checks";

def counter($f; $file; $name):
	"\(if $name | startswith("input") then "tx" else "rx" end)_q\($name | split(".")[1])_guest_notifications"
	as $key | $f[$file][$key];

def counted($f; $h; $g):
	$h.delta as $d | $g.name as $name
	| same("\($name): writes = the backend's guest notifications"; $d.eventfd_writes;
	       counter($f; "after"; $name) - counter($f; "before"; $name)),
	  same("\($name): wake-ups = writes"; $d.irqfd_wakeups; $d.eventfd_writes),
	  same("\($name): injected at once + deferred = injected + coalesced";
	       $d.irqfd_atomic + $d.irqfd_deferred; $d.injected + $d.coalesced),
	  holds("\($name): some were written: \($d.eventfd_writes)"; $d.eventfd_writes > 0),
	  same("\($name): backend"; $h.backend; "user-space backend"),
	  holds("\($name): no count of tun or vhost: \($d | keys)";
		[$d | keys[] | select(startswith("tun_") or startswith("vhost_"))] | length == 0);

files as $f
| ($f["backend-host"] | queues("other")) as $hs
| ($f.guest.end.queues[] | select(.dir == "rx" or .dir == "tx")) as $g
| [$hs[] | select(.msi.address == $g.msi.address and .msi.data == $g.msi.data)] as $h
| same("\($g.name): rows of the host with its MSI"; $h | length; 1),
  (if ($h | length) == 1 then counted($f; $h[0]; $g) else empty end)
