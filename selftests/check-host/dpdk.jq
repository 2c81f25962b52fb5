# SPDX-License-Identifier: GPL-2.0-only
#
# What the scenarios with testpmd share: the backend calls by its own view, and transmits into the
# guest's input.

include "judge";

# A queue's guest notifications by testpmd's count, in one of the files before and after.
def notifications($f; $file; $name):
	"\(if $name | startswith("input") then "tx" else "rx" end)_q\($name | split(".")[1])_guest_notifications"
	as $key | $f[$file][$key];

# Of the guest's queue $g, and the same on the host.
def notified($f; $h; $g):
	$h.delta as $d | $g.name as $name
	| same("\($name): writes = the backend's guest notifications"; $d.eventfd_writes;
	       notifications($f; "after"; $name) - notifications($f; "before"; $name)),
	  same("\($name): wake-ups = writes"; $d.irqfd_wakeups; $d.eventfd_writes),
	  same("\($name): injected at once + deferred = injected + coalesced";
	       $d.irqfd_atomic + $d.irqfd_deferred; $d.injected + $d.coalesced),
	  holds("\($name): some were written: \($d.eventfd_writes)"; $d.eventfd_writes > 0),
	  holds("\($name): no count of tun or vhost: \($d | keys)";
		[$d | keys[] | select(startswith("tun_") or startswith("vhost_"))] | length == 0);
