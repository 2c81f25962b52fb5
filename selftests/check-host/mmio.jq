# SPDX-License-Identifier: GPL-2.0-only
#
# A device on virtio-mmio: all is counted up to the call eventfd, what comes after it is
# unknown and never a zero, and the other side's count of interrupts needs no verdict.

include "judge";
include "checks";

files as $f
| if $f["known-host"] | not then empty else .
| $f["known-host"] as $host
| ($host | queues_of("rx")) as $rx
| ($host | queues_of("tx")) as $tx
| same("queues of each direction"; [$rx, $tx | length]; [1, 1]),
  same("the backend"; $rx[0].backend; "vhost-net"),
  same_but_missed("datagrams sent = packets offered to the tap"; $host; $f.traffic.sent; $rx[0].delta.tun_offered),
  same_but_missed("offered - dropped = taken"; $host; $rx[0].delta.tun_offered - $rx[0].delta.tun_dropped; $rx[0].delta.vhost_taken),
  same_but_missed("taken = received in the guest"; $host; $rx[0].delta.vhost_taken; $f.traffic.received),
  same_but_missed("datagrams from the guest = packets handed to the tap"; $host; $f.traffic.back; $tx[0].delta.tun_sent),
  same("datagrams from the guest = received here"; $f.traffic.back; $f.traffic.returned),
  ( $rx[0], $tx[0]
    | same_but_missed("\(.dir): signals = writes"; $host; .delta.vhost_signals; .delta.eventfd_writes),
      holds("\(.dir): no injection is told: \([.delta.injected, .delta.coalesced])";
	    .delta.injected == null and .delta.coalesced == null),
      holds("\(.dir): it is not called masked: \(.masked)"; .masked != true and .masked != 1) ),
  ( [$f["well-ledger"].queues[] | select(.tap == "tap0")] as $rows
    | same("rows with both sides"; [$rows[] | select(.netdev) | .dir] | sort; ["rx", "tx"]) ),
  ( [$f["well-ledger"].verdicts[].id | select(endswith("-late") | not)] as $ids
    | same("findings but of what is late: \($ids)"; $ids | length; 0) )
  end
