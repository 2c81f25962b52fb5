# SPDX-License-Identifier: GPL-2.0-only
#
# The figures that are no hot path's: growth, reading, memory, loading.

BEGIN { FS = "\t" }

$1 == "pairs" { ends[$2 " " $3, $5] = $6; met[$2 " " $3] }

$4 == "ringside" && $5 ~ /^(growth|snapshot|memory|load|unload)-/ {
	n = split($5, part, "-")
	queues = part[n]
	what = substr($5, 1, length($5) - length(queues) - 1)
	value[$2 " " $3, what, queues] = $6
	machine[$2 " " $3]
}

function cell(m, what, size, scale)
{
	return (m, what, size) in value ? sprintf("%.0f", value[m, what, size] / scale) : "-"
}

function row(m, what, text, scale,	i)
{
	printf "| %s |", text
	for (i = 1; i <= 3; i++)
		printf " %s |", cell(m, what, size[i], scale)
	printf "\n"
}

function pair(m, what, text)
{
	if ((m, what "-median") in ends)
		printf "- %s: %s (%s, %s)\n", text, ends[m, what "-median"],
		       ends[m, what "-least"], ends[m, what "-most"]
}

END {
	split("2 16 64", size, " ")
	for (m in machine) {
		printf "\nThe module with more queue pairs, %s:\n\n", m
		printf "| | 2 | 16 | 64 |\n|---|--:|--:|--:|\n"
		row(m, "growth-irq-none", "instructions added to an interrupt, mean over all queues", 1)
		row(m, "snapshot", "instructions to read one snapshot, in thousands", 1000)
		row(m, "memory-bytes", "memory, KiB", 1024)
		row(m, "load", "time to load, ms of the emulated clock", 1000000)
		row(m, "unload", "time to unload, ms of the emulated clock", 1000000)
	}
	for (m in met) {
		printf "\nEnd to end, %s: rate with ringside to rate without, median of the pairs (least, most):\n\n", m
		pair(m, "ping", "one datagram in flight")
		pair(m, "stream", "thirty-two in flight")
	}
}
