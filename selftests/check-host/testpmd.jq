# SPDX-License-Identifier: GPL-2.0-only
#
# A backend in user space: the eventfd's, the irqfd's and KVM's counts of each
# queue beside the backend's own. Queues are found by their MSI, as the guest
# has it. The backend calls by its own view: it transmits into the guest's input.

include "judge";
include "checks";
include "dpdk";

def counted($f; $h; $g): notified($f; $h; $g), same("\($g.name): backend"; $h.backend; "user-space backend");

files as $f
| ($f["backend-host"] | queues("other")) as $hs
| ($f.guest.end.queues[] | select(.dir == "rx" or .dir == "tx")) as $g
| [$hs[] | select(.msi.address == $g.msi.address and .msi.data == $g.msi.data)] as $h
| same("\($g.name): rows of the host with its MSI"; $h | length; 1),
  (if ($h | length) == 1 then counted($f; $h[0]; $g) else empty end)
