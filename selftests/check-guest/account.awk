# SPDX-License-Identifier: GPL-2.0-only
#
# Compares what three parties counted of one run: the fault device's report, the
# witness's counts in it, and ringside's snapshots of before and after, with
# /proc/interrupts of the same two moments. Prints each difference; prints
# nothing where they agree.
#
# shared=1: all queues have one line; said=1: its handler's word counts. missing="QUEUE NUMBER": hits to be missed.
# len=N: each transmit entry takes N descriptors, and progress counts these.
# polling=1: a process busy-polls all the while.
# threaded=1: threads hide the handlers' results, so that none may be shown.
# broken=1: the queues were broken on purpose, so that nothing is consumed.
#
# awk -v netdev=eth1 -v expect="QUEUE COUNTER NUMBER[+]..." -f account.awk \
#	snapshot-before snapshot-after interrupts-before interrupts-after report

function pairs(	i, at)
{
	delete field
	for (i = 2; i <= NF; i++) {
		at = index($i, "=")
		field[substr($i, 1, at - 1)] = substr($i, at + 1)
	}
}

function differ(queue, what, party, wants, got)
{
	if (wants != got)
		print queue " " what ": " party " " wants ", ringside " got
}

# What the handler returned, and each cause, as the witness saw them.
function results(q,	key)
{
	differ(q, "handled", "irq_handler_exit", field["witness_handled"], seen[q, "handled"])
	differ(q, "none", "irq_handler_exit", field["witness_none"], seen[q, "none"])
	for (key in field)
		if (key ~ /^witness_none_/ && !broken)
			differ(q, substr(key, 9), "witness", field[key], seen[q, substr(key, 9)])
}

function length_of(q)
{
	return len && q ~ /^output/ ? len : 1
}

# sum_of QUEUE PREFIX: over the counters whose names begin so
function sum_of(q, prefix,	key, part, total)
{
	for (key in seen) {
		split(key, part, SUBSEP)
		if (part[1] == q && index(part[2], prefix) == 1)
			total += seen[key]
	}
	return total + 0
}

# Polls by origin, and their results. A busy poller polls all the time: no instant lies between
# two of its polls.
function polls(q,	i)
{
	differ(q, "packets", "witness", field["witness_consumed"], sum_of(q, "packets_"))
	for (i = 1; i <= origins; i++)
		differ(q, "packets_" origin[i], "witness", field["witness_received_" said_of[i]], seen[q, "packets_" origin[i]])
	if (polling)
		return
	differ(q, "polls", "napi_poll", field["witness_polls"], sum_of(q, "polls_"))
	differ(q, "histogram of packets", "polls", sum_of(q, "polls_"), hist[q, "packets"] + 0)
}

function sums(q)
{
	differ(q, "sum of causes", "none", seen[q, "none"], sum_of(q, "none_"))
	differ(q, "handled + none", "interrupts", seen[q, "interrupts"], seen[q, "handled"] + seen[q, "none"])
	differ(q, "none_unknown", "must be", 0, seen[q, "none_unknown"])
}

function is_result(counter)
{
	return counter ~ /^(interrupts|handled|none|none_.*|missed|reruns)$/
}

# What threads hide is not shown; what the kernel counts is.
function hidden(q,	key, part)
{
	for (key in seen) {
		split(key, part, SUBSEP)
		if (part[1] == q && is_result(part[2]))
			print q " " part[2] ": shown, but a thread handles the interrupts"
	}
	differ(q, "kernel_count", "device signalled", field["signals"], line_count[irq[q]] + 0)
	differ(q, "kernel_count", "irq_handler_exit woke", field["witness_woken"], line_count[irq[q]] + 0)
	differ(q, "kernel_count", "/proc/interrupts", kernel[irq[q]], line_count[irq[q]] + 0)
}

function shown(q,	lost, own)
{
	lost = split(missing, part, " ") == 2 && part[1] == q ? part[2] : 0
	own = !shared
	interrupts += seen[q, "interrupts"]
	sums(q)
	if (own)
		differ(q, "interrupts + missed", "device signalled", field["signals"], seen[q, "interrupts"] + lost)
	# what ran again for one that came meanwhile, the kernel counts once
	differ(q, "interrupts + missed", "/proc/interrupts and reruns", kernel[irq[q]] + seen[q, "reruns"],
		seen[q, "interrupts"] + lost)
	differ(q, "missed", "must be", lost, seen[q, "missed"])
	line_handled = field["witness_handled"]
	handled += seen[q, "handled"]
	if (own && !lost)
		results(q)
}

BEGIN {
	origins = split("softirq ksoftirqd busy threaded", origin, " ")
	split("softirq ksoftirqd busy_poll threaded", said_of, " ")
}

FNR == 1 { file++ }

file <= 2 && $1 == "hook" && / name=irq_thread_exit .* state=absent / { named = 1 }

file <= 2 && $1 == "device" {
	pairs()
	if (field["netdev"] == netdev)
		device = field["name"]
}

file <= 2 && $1 == "queue" {
	pairs()
	if (field["device"] != device)
		next
	for (key in field)
		if (field[key] ~ /^[0-9]+$/)
			seen[field["name"], key] = field[key] - (file == 2 ? seen[field["name"], key] : 0)
	irq[field["name"]] = field["irq"]
	name[field["index"]] = field["name"]
}

file <= 2 && $1 == "irq" {
	pairs()
	line_count[field["irq"]] = field["kernel_count"] - (file == 2 ? line_count[field["irq"]] : 0)
}

# "packets=0:5,1:3": how many are in each bucket
file <= 2 && $1 == "hist" {
	pairs()
	if (field["device"] != device)
		next
	n = split(field["packets"], bucket, /[:,]/)
	for (i = 2; i <= n; i += 2)
		hist[name[field["index"]], "packets"] += file == 2 ? bucket[i] : -bucket[i]
}

file == 3 || file == 4 {
	sum = 0
	for (i = 2; $i ~ /^[0-9]+$/; i++)
		sum += $i
	line = $1 + 0
	kernel[line] = sum - (file == 4 ? kernel[line] : 0)
}

file == 5 && $1 == "queue" {
	pairs()
	q = field["name"]
	if (!((q, "used_progress") in seen)) {
		print q ": not in the snapshot"
		next
	}
	checked++
	signals += field["signals"]
	if (threaded)
		hidden(q)
	else
		shown(q)
	if (q ~ /^input/ && !broken)
		polls(q)
	each = length_of(q)
	differ(q, "used_progress", "device returned", each * field["posted"], seen[q, "used_progress"])
	if (!broken)
		differ(q, "last_used_progress", "witness saw consumed", each * field["witness_consumed"], seen[q, "last_used_progress"])
}

END {
	if (!checked)
		print "no queue was compared"
	if (threaded && !named)
		print "the hooks do not name irq_thread_exit"
	if (shared) {
		if (said)
			differ("all queues", "handled", "irq_handler_exit", line_handled, handled)
		for (line in kernel)
			if (line == irq[q])
				differ("all queues", "line", "device signalled", signals, kernel[line])
	}
	if (wanted) {
		differ("all queues", "signals", "script", wanted, signals)
		if (!threaded)
			differ("all queues", "interrupts", "script", wanted, interrupts)
	}
	n = split(expect, want, " ")
	for (i = 1; i + 2 <= n; i += 3) {
		if (threaded && is_result(want[i + 1]))
			continue
		got = seen[want[i], want[i + 1]] + 0
		if (want[i + 2] !~ /\+$/ || got < want[i + 2] + 0)
			differ(want[i], want[i + 1], "script", want[i + 2], got)
	}
}
