# SPDX-License-Identifier: GPL-2.0-only
#
# Frames that XDP redirected into a tap: those that a full ring dropped are seen by the kernel's own
# count alone, and that is said.

include "judge";
include "checks";

files as $f
| ($f["xdp-host"] | queues_of("rx")) as $rx
| (($f["end-link"] | link_dropped) - ($f["begin-link"] | link_dropped)) as $dropped
| same_but_missed("frames redirected = packets put into the rings + dropped"; $f["xdp-host"]; $f.traffic.sent;
       ($rx | sum(.delta.tun_offered)) + $dropped),
  holds("some were dropped: \($dropped)"; $dropped >= 20),
  same("no drop was seen in the host's stack"; $rx | sum(.delta.tun_dropped); 0),
  same("the tap's tx_dropped as shown"; $rx[0].delta.kernel_dropped; $dropped),
  same("what is said of it"; [$f.ledger.verdicts[] | select(.id == "drops-unseen") | .value]; [$dropped])
