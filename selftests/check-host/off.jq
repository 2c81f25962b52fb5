# SPDX-License-Identifier: GPL-2.0-only
#
# Taps that a process reads: what it took follows from the ring's own places.

include "judge";
include "checks";

files as $f
| $f["off-host"] as $host
| ($host | queues_of("rx")) as $rx
| (($f["end-link"] | link_dropped) - ($f["begin-link"] | link_dropped)) as $dropped
| same("queues to the guest"; $rx | length; 2),
  same("backend"; [$rx[].backend] | unique; ["user-space backend"]),
  same_but_missed("datagrams sent = packets offered to the tap"; $host; $f.traffic.sent; $rx | sum(.delta.tun_offered)),
  same_but_missed("offered - dropped = received in the guest"; $host;
       ($rx | sum(.delta.tun_offered)) - ($rx | sum(.delta.tun_dropped)); $f.traffic.received),
  holds("some were dropped: \($dropped)"; $dropped > 0),
  same("drops = the kernel's tx_dropped (ip -s link)"; $rx | sum(.delta.tun_dropped); $dropped),
  holds("no count of vhost: \([$rx[].delta | keys[]] | unique)";
	[$rx[].delta | keys[] | select(startswith("vhost_"))] | length == 0),
  ( [$f["well-ledger"].queues[] | select(.dir == "rx")] as $rows
    | same("well: receive queues with both sides"; [$rows[] | select(.tap == "tap0")] | length; 2),
      ( [$f["well-ledger"].verdicts[].id | select(endswith("-late") | not)] as $ids
	| same("well: findings but of what is late: \($ids)"; $ids | length; 0) ) )
