# SPDX-License-Identifier: GPL-2.0-only
#
# Which step got longer: compares the medians of each step under load on the CPU of vhost's
# worker, and of the vCPU, with those under load on an idle CPU. A step has grown if the lower
# bound of its median is three times the upper bound of before. It is as before if it has not
# grown, or is far from the time that the load takes.

include "judge";
include "checks";

def SPIN: 80000000; # ns

def steps: ["s1_s2", "worker_wait", "s2_s3", "s3_s4", "s4_s5", "s5_run"];
def grows: {worker: ["s1_s2", "worker_wait"], vcpu: ["s5_run"]};

def counts: [.buckets[] | {key: "\(.[0])", value: .[1]}] | from_entries;

# The bucket in which half of what a window counted is reached.
def median($before; $after):
	($before | counts) as $b
	| [$after.buckets[] | {from: .[0], n: (.[1] - ($b["\(.[0])"] // 0))}] | sort_by(.from)
	| (map(.n) | add) as $all
	| reduce .[] as $one ({n: 0};
		if .n * 2 >= $all then . else {n: (.n + $one.n), from: $one.from} end)
	| {from, to: ([.from * 2, 1] | max), n: $all};

def rx: first(.queues[] | select(.dir == "rx"));
def medians: . as $s
	| [steps[] | . as $step
	   | {key: $step, value: median($s.begin | rx | .hists[$step]; $s.end | rx | .hists[$step])}]
	| from_entries;

def compare($quiet; $late; $name):
	steps[] as $step | $quiet[$step] as $q | $late[$step] as $l
	| "\($step): \($q.from) to \($q.to) ns with an idle CPU, \($l.from) to \($l.to) ns here" as $what
	| ($l.from >= 3 * $q.to) as $grown
	| if grows[$name] | index($step)
	  then holds("\($name): at least three times as long, \($what)"; $grown)
	  else holds("\($name): as before, \($what)"; ($grown | not) or $l.to * 8 < SPIN) end;

files as $f
| ($f["quiet-host"] | medians) as $quiet
| (steps[] | holds("quiet: \(.) was timed often enough: \($quiet[.].n) times"; $quiet[.].n > 40)),
  ( "worker", "vcpu" | . as $name | compare($quiet; $f["\($name)-host"] | medians; $name) )
