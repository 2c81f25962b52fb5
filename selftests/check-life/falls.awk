# SPDX-License-Identifier: GPL-2.0-only
#
# Snapshots, one after the other, as they were read. Prints, of one load of the module
# and without a reset between, each counter of a queue that is less than it was, each
# consumed index that is ahead of the used one, and queues that are not sorted.
#
# keep=1: no device goes, so a queue keeps its counts in each generation of its device.
# Without it a new generation may begin anew.

function field(key,    i)
{
	for (i = 2; i <= NF; i++)
		if (index($i, key "=") == 1)
			return substr($i, length(key) + 2)
	return ""
}

function say(what)
{
	if (said++ < 20)
		print "snapshot " snapshots ": " what
}

function is_counter(key)
{
	return key ~ /^(handled|interrupts|none|used_progress|last_used_progress)$/ ||
		key ~ /^(none|polls|packets|empty|full)_/
}

function counter(queue, key, number,    at)
{
	at = epoch SUBSEP queue SUBSEP key
	if (at in seen && number < seen[at])
		say(queue ": " key " fell from " seen[at] " to " number)
	seen[at] = number
}

$1 == "ringside" { snapshots++ }

index($1, "time_ns=") == 1 { epoch = field("started_ns") " " field("generation") }

$1 == "device" {
	device = field("name")
	generation = keep ? "" : " generation " field("generation")
	last = -1
}

$1 == "queue" {
	delete number
	for (i = 2; i <= NF; i++) {
		at = index($i, "=")
		number[substr($i, 1, at - 1)] = substr($i, at + 1) + 0
	}
	name = device " " field("name") generation
	if (number["index"] <= last && !unsorted[device]++)
		say(name ": index " number["index"] " comes after " last)
	last = number["index"]
	for (key in number)
		if (is_counter(key))
			counter(name, key, number[key])
	if (number["last_used_progress"] > number["used_progress"])
		say(name ": consumed " number["last_used_progress"] " of " number["used_progress"])
}

END {
	if (snapshots < 2)
		print "only " snapshots + 0 " snapshots were read"
	if (said > 20)
		print said - 20 " more"
}
