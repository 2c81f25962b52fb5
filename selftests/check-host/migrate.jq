# SPDX-License-Identifier: GPL-2.0-only
#
# A window with a migration in it compares the guest with no tap, and says so; the one after
# it is exact on the new tap, and the tap that the guest left is no part of either.

include "judge";
include "checks";

# The taps that the guest's queues were paired with.
def taps($ledger): [$ledger.queues[] | select(.dir != "ctrl") | .tap] | unique;

files as $f
| ($f["well-inside"] | queues([.device, .index]) | map(select(.dir != "ctrl"))) as $inside
| ($f["well-host"] | queues_of("rx") + queues_of("tx") | map(select(.tap == "tap1"))) as $host
| same("migration: the status of diff"; $f["migration-status"].status; 3),
  same("migration: what is said"; [$f["migration-ledger"].verdicts[].id] | unique; ["not-comparable"]),
  same("migration: the guest's queues are those of the new tap"; taps($f["migration-ledger"]); ["tap1"]),
  same("migration: both machines have the guest's uuid"; [$f["migration-host"].end.vms[].uuid] | unique;
       ["00000000-0000-4000-8000-000000000001"]),
  same("well: the guest's queues are those of the new tap"; taps($f["well-ledger"]); ["tap1"]),
  same("well: queues of the new tap"; $host | length; 4),
  ( $inside[] as $g
    | [$host[] | select(.used_addr == $g.used_addr)] as $h
    | same("well: \($g.name): queues of the host with its ring"; $h | length; 1),
      same_but_missed("well: \($g.name): used progress = vhost posted"; $f["well-host"]; $g.delta.used_progress; $h[0].delta.vhost_posted),
      same_but_missed("well: \($g.name): signals = eventfd writes"; $f["well-host"]; $h[0].delta.vhost_signals; $h[0].delta.eventfd_writes) ),
  ( [$f["well-ledger"].verdicts[].id | select(endswith("-late") | not)] as $ids
    | same("well: findings but of what is late: \($ids)"; $ids | length; 0) )
