# SPDX-License-Identifier: GPL-2.0-only
#
# What each tool adds (see added.awk), as a table for people in Markdown, and bars.

BEGIN {
	FS = "\t"
	n = split("floor ringside trace-cmd perf bpftrace", tool, " ")
	m = split("guest:irq-none guest:irq-handled guest:irq-late guest:poll guest:busy-poll " \
		  "guest:packet guest:stream host:alone host:stream", unit, " ")
	split("interrupt, nothing new|interrupt, entries to serve|interrupt, consumed before it|" \
	      "poll, nothing there|busy poll, nothing there|packet with its interrupt and poll|" \
	      "packet of a stream, 32 for one interrupt|packet on its own|" \
	      "packet of a stream, 64 for one signal", meaning, "|")
}

{ added[$2 " " $3, $1 ":" $5, $4] = $6; machines[$2 " " $3] }

function cell(machine, unit, tool)
{
	return (machine, unit, tool) in added ? sprintf("%.0f", added[machine, unit, tool]) : "-"
}

function bar(value, most,	text, i)
{
	for (i = 0; i < value * 40 / most; i++)
		text = text "#"
	return text
}

function table(machine,		i, j, side, line)
{
	printf "\nInstructions added, %s:\n\n", machine
	printf "| | | empty hooks | ringside | trace-cmd | perf | bpftrace |\n|---|---|--:|--:|--:|--:|--:|\n"
	for (i = 1; i <= m; i++) {
		if (cell(machine, unit[i], "ringside") == "-")
			continue
		side = unit[i]
		sub(/:.*/, "", side)
		line = "| " side " | " meaning[i] " |"
		for (j = 1; j <= n; j++)
			line = line " " cell(machine, unit[i], tool[j]) " |"
		print line
	}
}

function chart(machine, which, title,	j, most)
{
	for (j = 1; j <= n; j++)
		if ((machine, which, tool[j]) in added && added[machine, which, tool[j]] + 0 > most)
			most = added[machine, which, tool[j]] + 0
	if (!most)
		return
	printf "\n    %s (%s)\n", title, machine
	for (j = 1; j <= n; j++)
		if ((machine, which, tool[j]) in added)
			printf "    %-12s %6s %s\n", tool[j] == "floor" ? "empty hooks" : tool[j],
			       cell(machine, which, tool[j]), bar(added[machine, which, tool[j]], most)
}

END {
	for (machine in machines) {
		table(machine)
		chart(machine, "guest:irq-none", "guest, one interrupt")
		chart(machine, "guest:poll", "guest, one poll")
		chart(machine, "host:alone", "host, one packet")
	}
}
