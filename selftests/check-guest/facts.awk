# SPDX-License-Identifier: GPL-2.0-only
#
# Compares the facts of one moment: what the fault device's end of each ring says, and
# ringside's snapshot. Prints each difference; prints nothing where they agree.
#
# awk -v netdev=eth1 -f facts.awk device-facts snapshot

function pairs(	i, at)
{
	delete field
	for (i = 2; i <= NF; i++) {
		at = index($i, "=")
		field[substr($i, 1, at - 1)] = substr($i, at + 1)
	}
}

FNR == 1 { file++ }

file == 1 && $1 == "facts" {
	pairs()
	for (key in field)
		said[field["name"], key] = field[key]
	names[field["name"]]
}

file == 2 && $1 == "device" {
	pairs()
	if (field["netdev"] == netdev)
		device = field["name"]
}

file == 2 && $1 == "queue" {
	pairs()
	if (field["device"] != device || !(field["name"] in names))
		next
	seen[field["name"]]
	for (key in field)
		got[field["name"], key] = field[key]
}

# Without event indexes there are none to compare.
function compared(name, key)
{
	return key != "name" && (key !~ /_event$/ || said[name, "event_idx"] == 1)
}

END {
	for (name in names)
		if (!(name in seen))
			print name ": not in the snapshot"
	if (!length(names))
		print "the device said nothing"
	for (pair in said) {
		split(pair, part, SUBSEP)
		if (compared(part[1], part[2]) && said[pair] != got[pair])
			print part[1] " " part[2] ": device " said[pair] ", ringside " \
				(pair in got ? got[pair] : "nothing")
	}
}
