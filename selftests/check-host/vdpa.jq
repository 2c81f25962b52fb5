# SPDX-License-Identifier: GPL-2.0-only
#
# A vhost-vdpa device: its queues are found by their MSI, as the guest has it; each has the
# guest's direction and number, and the backend's own count of notifications.

include "judge";
include "checks";
include "dpdk";

def counted($f; $h; $g):
	notified($f; $h; $g),
	interrupts_sent($g.name; $f["known-host"]; $g.delta.interrupts; $h.delta.injected + $h.delta.coalesced),
	same("\($g.name): backend"; $h.backend; "vhost-vdpa"),
	same("\($g.name): device"; $h.tap; "vd0"),
	same("\($g.name): direction"; $h.dir; $g.dir),
	same("\($g.name): queue"; $h.queue; $g.index / 2 | floor);

files as $f
| if $f.ledger | not then empty else .
| ($f["known-host"] | queues(identity)) as $hs
| ($f.guest | queues([.device, .index])[] | select(.dir == "rx" or .dir == "tx")) as $g
| [$hs[] | select(.msi.address == $g.msi.address and .msi.data == $g.msi.data)] as $h
| same("\($g.name): rows of the host with its MSI"; $h | length; 1),
  (if ($h | length) == 1 then counted($f; $h[0]; $g) else empty end),
  ( [$f.ledger.queues[]? | select(.tap == "vd0" and .netdev and .dir == $g.dir)] as $rows
    | same("\($g.name): rows with both sides"; $rows | length; 1) ),
  ( [$f.ledger.verdicts[]?.id | select(endswith("-late") | not)] as $ids
    | same("findings but of what is late: \($ids)"; $ids | length; 0) )
  end
