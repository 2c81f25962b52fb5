# SPDX-License-Identifier: GPL-2.0-only
#
# What the jq programs of path/ and check-host/ share: results as KTAP lines, and the
# queues of a snapshot with what was counted within its window.

def holds($what; $yes): "\(if $yes then "ok" else "not ok" end) \($what)";
def same($what; $a; $b): holds("\($what): \($a) = \($b)"; $a != null and $a == $b);

# The counters that are compared: a hit that one of their hooks missed explains a difference.
def compared: "interrupts|handled|none|used|posted|signals|writes|wakeups|injected|coalesced|tun_|taken";

# Hits for which the host's kernel did not run a hook, by its own count: a program that
# interrupts itself on a CPU is not run again (two vhost workers that share a CPU).
def missed($host): [$host.end.hooks[] | select(.kind != "map" and (.loses // "" | test(compared))) | .missed // 0]
	| add // 0;

# Equal on the host, or different by no more than the hits that were missed there.
def same_but_missed($what; $host; $a; $b): missed($host) as $n
	| if $n == 0 then same($what; $a; $b)
	  else holds("\($what): \($a) = \($b), but for \($n) hits that the kernel missed, as shown";
		     $a != null and $b != null and ($a - $b | fabs) <= $n) end;

# No more interrupts in the guest than were sent. An emulated x86 CPU sometimes delivers one injection
# twice (lab/mended.sh): the guest's /proc/interrupts counts it, the host did not send it. Seen once
# in 2003 in one run of ten; more than one in 500 has another cause.
def interrupts_sent($name; $host; $interrupts; $sent):
	(if $host.taken.arch == "x86_64" then $sent / 500 | floor else 0 end) as $twice
	| holds("\($name): interrupts \($interrupts) <= injected + coalesced \($sent), but for \($twice) that the emulator may repeat";
		$interrupts != null and $sent != null and $interrupts <= $sent + $twice + missed($host));

def deltas($begin): [to_entries[] | {key, value: (.value - ($begin[.key] // 0))}] | from_entries;

# The queues of a snapshot, each with the differences of its counters; key identifies a queue.
def queues(key): . as $s
	| [ .end.queues[] | . as $e
	    | first(($s.begin.queues[] | select(key == ($e | key))), null) as $b
	    | . + {delta: (.counters | deltas($b.counters // {}))} ];
