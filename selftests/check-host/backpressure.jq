# SPDX-License-Identifier: GPL-2.0-only
#
# A tap with backpressure: nothing is lost in its ring; what its qdisc drops is told as drops of a
# queue that is too slow while the ring was full, and as the qdisc's own while it was not.

include "judge";
include "checks";

def said($f; $name): [$f["\($name)-ledger"].verdicts[].id | select(endswith("-late") | not)];

files as $f
| if $f["held-host"] | not then empty else
  ( $f["held-host"] as $host
    | ($host | queues_of("rx"))[0] as $rx
    | (($f["end-qdisc"] | qdisc_dropped) - ($f["begin-qdisc"] | qdisc_dropped)) as $dropped
    | same("the tap holds packets back"; $rx.backpressure; true),
      holds("the qdisc dropped some: \($dropped)"; $dropped > 20),
      same("the same as shown"; $rx.delta.qdisc_dropped; $dropped),
      same("the tap dropped none"; $rx.delta.tun_dropped; 0),
      same_but_missed("datagrams sent = offered to the tap + dropped before it"; $host; $f.traffic.sent; $rx.delta.tun_offered + $dropped),
      same_but_missed("offered = taken"; $host; $rx.delta.tun_offered; $rx.delta.vhost_taken),
      same_but_missed("taken = received in the guest"; $host; $rx.delta.vhost_taken; $f.traffic.received),
      same("what is said of it"; said($f; "held"); ["held-back-drops"]) ),
  ( ($f["full-host"] | queues_of("rx"))[0]
    | same("while the VMM is stopped: the queue"; .stopped; true),
      holds("while the VMM is stopped: its ring: \(.occupancy) of \(.ring_size)"; .occupancy * 2 > .ring_size) ),
  same("what is said of a qdisc that is too small"; said($f; "small") | unique; ["qdisc-drops"])
  end
