# SPDX-License-Identifier: GPL-2.0-only
#
# Files: a line's interrupts and its handler's runs as they were before, as they
# are now, and a snapshot. Prints each way in which the snapshot does not say the
# same of the device at bus. With threads=1 handlers run in threads, which hide their results: then
# nothing may be shown of them.

function field(key,    i)
{
	for (i = 2; i <= NF; i++)
		if (index($i, key "=") == 1)
			return substr($i, length(key) + 2)
	return ""
}

function expect(what, want, got)
{
	if (want != got)
		print what ": expected " want ", got " got
}

FILENAME == "/run/irqs" { now[$1] = $2; ran[$1] += $3; next }
FILENAME != "/run/snapshot" { before[$1] = $2; ran[$1] -= $3; next }

$1 == "device" && field("bus") == bus {
	device = field("name")
	devices++
	if (generation != "-")
		expect("generation of " bus, generation, field("generation"))
}

# the control queue has no line of its own, and on a shared one its interrupts are not known
$1 == "queue" && device != "" && field("device") == device && field("dir") != "ctrl" {
	name = field("name")
	irq = field("irq")
	queues++
	if (threads) {
		expect(name ": interrupts that threads hide", "", field("interrupts"))
		expect(name ": their results", "", field("handled") field("none") field("missed"))
		if (field("used_progress") == "")
			print name ": no progress"
		next
	}
	expect(name ": interrupts", ran[irq], field("interrupts"))
	# what ran again for one that came meanwhile, the kernel does not count
	expect(name ": reruns", ran[irq] - (now[irq] - before[irq]), field("reruns") + 0)
	expect(name ": handled + none", field("interrupts"), field("handled") + field("none"))
	for (i = sum = 0; i <= NF; i++)
		if ($i ~ /^none_/)
			sum += substr($i, index($i, "=") + 1)
	expect(name ": sum of causes", field("none"), sum)
	expect(name ": missed", 0, field("missed"))
	# who consumed what XDP may have consumed is not known
	if (field("unfollowed") != "xdp")
		expect(name ": unknown", 0, field("none_unknown"))
}

END {
	expect("devices at " bus, 1, devices)
	if (queues < 2)
		print "only " queues + 0 " queues with an interrupt"
}
