# SPDX-License-Identifier: GPL-2.0-only
#
# A vhost-vdpa device: its queues are found by their MSI, as the guest has it; each has the
# guest's direction and number, and the backend's own count of notifications.

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
	  same("\($name): backend"; $h.backend; "vhost-vdpa"),
	  same("\($name): device"; $h.tap; "vd0"),
	  same("\($name): direction"; $h.dir; $g.dir),
	  same("\($name): queue"; $h.queue; $g.index / 2 | floor),
	  holds("\($name): no count of tun or vhost: \($d | keys)";
		[$d | keys[] | select(startswith("tun_") or startswith("vhost_"))] | length == 0);

files as $f
| if $f.ledger | not then empty else .
| ($f["known-host"] | queues(identity)) as $hs
| ($f.guest.end.queues[] | select(.dir == "rx" or .dir == "tx")) as $g
| [$hs[] | select(.msi.address == $g.msi.address and .msi.data == $g.msi.data)] as $h
| same("\($g.name): rows of the host with its MSI"; $h | length; 1),
  (if ($h | length) == 1 then counted($f; $h[0]; $g) else empty end),
  ( [$f.ledger.queues[]? | select(.tap == "vd0" and .netdev and .dir == $g.dir)] as $rows
    | same("\($g.name): rows with both sides"; $rows | length; 1) ),
  ( [$f.ledger.verdicts[]?.id | select(endswith("-late") | not)] as $ids
    | same("findings but of what is late: \($ids)"; $ids | length; 0) )
  end
