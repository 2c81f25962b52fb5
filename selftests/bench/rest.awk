# SPDX-License-Identifier: GPL-2.0-only
#
# The figures that are no hot path's, in Markdown: growth, reading, memory,
# loading, attaching, rates end to end.

BEGIN {
	FS = "\t"
	split("2 16 64", size, " ")
}

$1 == "pairs" { ends[$2 " " $3, $4, $5] = $6; met[$2 " " $3] }

$1 == "cpus" && $4 == "ringside" { value[$2 " " $3, $5] = $6; machine[$2 " " $3] }

$4 == "ringside" && $5 ~ /^(growth|snapshot|memory|module|load|unload|attach|detach|maps)-/ {
	value[$2 " " $3, $5] = $6
	machine[$2 " " $3]
}

function cell(m, what, scale)
{
	return (m, what) in value ? sprintf("%.0f", value[m, what] / scale) : "-"
}

function row(m, what, text, scale,	i)
{
	printf "| %s |", text
	for (i = 1; i <= 3; i++)
		printf " %s |", cell(m, what "-" size[i], scale)
	printf "\n"
}

function queues(m)
{
	if (!((m, "growth-irq-none-2") in value))
		return
	printf "\nThe module with more queue pairs, %s:\n\n", m
	printf "| | 2 | 16 | 64 |\n|---|--:|--:|--:|\n"
	row(m, "growth-irq-none", "instructions added to an interrupt, mean over all queues", 1)
	row(m, "snapshot", "instructions to read one snapshot, in thousands", 1000)
	row(m, "memory-bytes", "memory of the queues and the module, KiB", 1024)
	row(m, "module-bytes", "of that the module itself, KiB", 1024)
	row(m, "load", "time to load, ms of the emulated clock", 1000000)
	row(m, "unload", "time to unload, ms of the emulated clock", 1000000)
	if ((m, "memory-bytes-64") in value)
		printf "\nMemory per queue and CPU, from 2 to 64 pairs: %.0f bytes.\n",
		       (value[m, "memory-bytes-64"] - value[m, "memory-bytes-2"]) / 124
}

function cpus(m)
{
	if (!((m, "cpus-irq-none-1") in value))
		return
	printf "\nAn interrupt while 1, 2 and 4 CPUs take them at once, %s: %s, %s, %s instructions added.\n",
	       m, cell(m, "cpus-irq-none-1", 1), cell(m, "cpus-irq-none-2", 1),
	       cell(m, "cpus-irq-none-4", 1)
}

function helper(m)
{
	if ((m, "attach-1") in value)
		printf "\nThe helper, %s: %s ms of the emulated clock to attach, %s to detach; its maps take %s KiB.\n",
		       m, cell(m, "attach-1", 1000000), cell(m, "detach-1", 1000000),
		       cell(m, "maps-bytes-1", 1024)
}

function pair(m, tool, what, text)
{
	if ((m, tool, what "-median") in ends)
		printf "| %s, %s | %s | %s | %s |\n", tool, text, ends[m, tool, what "-median"],
		       ends[m, tool, what "-least"], ends[m, tool, what "-most"]
}

function rates(m)
{
	printf "\nEnd to end, %s: rate with a tool on both sides to rate without, of the pairs:\n\n", m
	printf "| | median | least | most |\n|---|--:|--:|--:|\n"
	pair(m, "ringside", "ping", "one datagram in flight")
	pair(m, "ringside", "stream", "thirty-two in flight")
	pair(m, "bpftrace", "ping", "one datagram in flight")
	pair(m, "bpftrace", "stream", "thirty-two in flight")
}

END {
	for (m in machine) {
		queues(m)
		cpus(m)
		helper(m)
	}
	for (m in met)
		rates(m)
}
