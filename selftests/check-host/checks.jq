# SPDX-License-Identifier: GPL-2.0-only
#
# What the judges of this directory share. In: all JSON files of a run.

# Each of the files under its name.
def files: reduce inputs as $one ({};
	.[input_filename | sub(".*/"; "") | sub("[.]json$"; "")] = $one);

def holds($what; $yes): "\(if $yes then "ok" else "not ok" end) \($what)";
def same($what; $a; $b): holds("\($what): \($a) = \($b)"; $a != null and $a == $b);

# Equal, or apart by no more than the hits that the host's kernel kept from a hook, by its own count.
def told($what; $snapshot; $a; $b):
	([$snapshot.end.hooks[] | select(.kind != "map") | .missed // 0] | add // 0) as $lost
	| if $lost == 0 then same($what; $a; $b)
	  else holds("\($what): \($a) = \($b), but for \($lost) hits that the kernel missed, as shown";
		     $a != null and $b != null and ($a - $b | fabs) <= $lost) end;

def deltas($begin): [to_entries[] | {key, value: (.value - ($begin[.key] // 0))}] | from_entries;

# Which queue it is: one without a tap has only its interrupt.
def identity: [.pid, .tap, .queue, .dir, if .tap then null else .gsi end];

# A snapshot's queues of one direction, in order, each with what it counted in the window.
def queues($dir): . as $s
	| [ .end.queues[] | select(.dir == $dir) | . as $e
	    | first(($s.begin.queues[] | select(identity == ($e | identity))), null) as $b
	    | . + {delta: (.counters | deltas($b.counters // {}))} ]
	| sort_by(identity);

def sum(f): map(f) | add;

# Of what `ip -s -j link` and `tc -s -j qdisc` said of one tap.
def link_sent: .[0].stats64.tx.packets;
def link_dropped: .[0].stats64.tx.dropped;
def qdisc_dropped: map(select(.root)) | .[0].drops;
