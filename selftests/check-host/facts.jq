# SPDX-License-Identifier: GPL-2.0-only
#
# Facts of one moment: what the snapshot of each state says of the queues, and what must hold.

include "judge";
include "checks";

def end_of($dir): first(.end.queues[] | select(.dir == $dir));

def ring: ["size", "avail_flags", "ring_avail_idx", "used_event", "used_flags", "ring_used_idx", "avail_event"];

# What /proc says of a thread, in the words of a snapshot.
def proc_state: {R: ["running", "runnable"], S: ["asleep"], D: ["blocked"], T: ["stopped"], t: ["stopped"]}[.];

def worker($f; $name; $state; $queued):
	($f["\($name)-host"] | end_of("rx")) as $q
	| same("\($name): the worker's thread"; $q.worker; $f.threads.worker),
	  same("\($name): the worker's state"; $q.worker_state; $state),
	  holds("\($name): /proc says the same: \($f["\($name)-stat"].worker)";
	        ($f["\($name)-stat"].worker | proc_state) as $words | $words != null and ($words | index($q.worker_state)) != null),
	  same("\($name): work is queued"; $q.worker_queued; $queued);

# In which state the VM and its vCPU are.
def vcpu($f; $name; $states; $paused; $pending):
	($f["\($name)-host"] | end_of("rx")) as $q
	| same("\($name): the VM is paused"; $f["\($name)-host"].end.vms[0].paused; $paused),
	  holds("\($name): the vCPU's state: \($q.vcpu_state)"; ($states | index($q.vcpu_state)) != null),
	  same("\($name): an interrupt is pending"; $q.msi_pending; $pending);

files as $f
| ( "rx", "tx" | . as $dir | ($f["idle-host"] | end_of($dir)) as $q
    | ring[] | same("idle \($dir): \(.)"; $q[.]; $f["idle-rings"][$dir][.]) ),
  worker($f; "idle"; "asleep"; false),
  ( ($f["idle-host"] | end_of("rx").worker_state_ms) as $ms
    | (($f["idle-host"].end.time_ns / 1000000) - $f["idle-since"] * 1000) as $most
    | holds("idle: the worker has slept for \($ms) ms, 3000 at least and \($most) at most";
            $ms != null and $ms >= 3000 and $ms <= $most) ),
  vcpu($f; "idle"; ["halted"]; false; false),
  same("idle: the vCPU"; $f["idle-host"] | end_of("rx").vcpu; 0),
  same("idle: the vector is masked"; $f["idle-host"] | end_of("rx").masked; false),
  worker($f; "stopped"; "stopped"; true),
  vcpu($f; "stopped"; ["paused"]; true; false),
  vcpu($f; "busy"; ["guest", "host"]; false; false),
  same("paused: the VM is paused"; $f["paused-host"].end.vms[0].paused; true),
  ( $f["paused-host"] | end_of("rx") as $q
    | same("paused: what is not served by vhost is unknown"; [$q.ring_avail_idx, $q.masked, $q.vcpu_state] | map(. == null); [true, true, true]) ),
  same("masked: the vector is masked"; $f["masked-host"] | end_of("rx").masked; true),
  worker($f; "worker"; "runnable"; true),
  holds("worker: it has waited for \($f["worker-host"] | end_of("rx").worker_state_ms) ms";
        ($f["worker-host"] | end_of("rx").worker_state_ms) > 500),
  worker($f; "vcpu"; "asleep"; false),
  vcpu($f; "vcpu"; ["runnable"]; false; true),
  holds("vcpu: it has waited for \($f["vcpu-host"] | end_of("rx").vcpu_state_ms) ms";
        ($f["vcpu-host"] | end_of("rx").vcpu_state_ms) > 500)
