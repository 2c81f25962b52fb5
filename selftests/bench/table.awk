# SPDX-License-Identifier: GPL-2.0-only
#
# The bounds and what each tool adds (see added.awk), as a table in Markdown and
# bars; with -v form=short as a table for README.md, whose lines are at most 100
# columns wide; with -v form=man as lines for the man page.

BEGIN {
	FS = "[ \t]+"
	n = split("floor ringside trace-cmd perf bpftrace", tool, " ")
	m = split("guest:irq-none guest:irq-handled guest:irq-late guest:poll guest:busy-poll " \
		  "guest:packed-irq-none guest:packed-irq-late guest:proved-irq-none " \
		  "guest:proved-irq-handled guest:proved-poll guest:proved-packet " \
		  "guest:packet guest:stream host:alone host:stream " \
		  "host:untimed-alone host:untimed-stream", unit, " ")
	split("interrupt, nothing new|interrupt, entries to serve|interrupt, consumed before it|" \
	      "poll, nothing there|busy poll, nothing there|" \
	      "packed ring: interrupt, nothing new|packed ring: interrupt, consumed before it|" \
	      "interrupt, nothing new, with prove|interrupt, entries to serve, with prove|" \
	      "poll, nothing there, with prove|packet with its interrupt and poll, with prove|" \
	      "packet with its interrupt and poll|" \
	      "packet of a stream, 32 for one interrupt|packet on its own|" \
	      "packet of a stream, 64 for one signal|packet on its own, --no-times|" \
	      "packet of a stream, --no-times", meaning, "|")
	split("x86_64 arm64", arch, " ")
}

/^#/ { next }

NR == FNR { sub(/\/.*/, "", $4); most[$3, $1 ":" $2] = $4; next }

{ added[$2, $3, $1 ":" $5, $4] = $6; kernels[$3] }

# "x86_64 / arm64", or a dash where neither was measured
function both(a, b)
{
	return a == "" && b == "" ? "-" : (a == "" ? "-" : a) " / " (b == "" ? "-" : b)
}

function value(arch, line, unit, tool)
{
	return (arch, line, unit, tool) in added ? sprintf("%.0f", added[arch, line, unit, tool]) : ""
}

function cell(line, unit, tool)
{
	return both(value(arch[1], line, unit, tool), value(arch[2], line, unit, tool))
}

function is_measured(line, unit,	i)
{
	for (i = 1; i <= n; i++)
		if (cell(line, unit, tool[i]) != "-")
			return 1
	return 0
}

# What was asked for, and whether ringside adds more.
function bound(line, unit,	i, v, missed)
{
	for (i = 1; i <= 2; i++) {
		v = value(arch[i], line, unit, "ringside")
		if (most[arch[i], unit] != "" && v != "" && v + 0 > most[arch[i], unit] + 0)
			missed = ": not reached"
	}
	return both(most[arch[1], unit], most[arch[2], unit]) missed
}

function bar(v, longest,	text, i)
{
	for (i = 0; i < v * 40 / longest; i++)
		text = text "#"
	return text
}

function side(unit)
{
	return substr(unit, 1, index(unit, ":") - 1)
}

function table(line,	i, j, row)
{
	printf "\nInstructions added on %s, x86_64 / arm64:\n\n", line
	printf "| | | at most | empty hooks | ringside | trace-cmd | perf | bpftrace |\n"
	printf "|---|---|--:|--:|--:|--:|--:|--:|\n"
	for (i = 1; i <= m; i++) {
		if (!is_measured(line, unit[i]))
			continue
		row = "| " side(unit[i]) " | " meaning[i] " | " bound(line, unit[i]) " |"
		for (j = 1; j <= n; j++)
			row = row " " cell(line, unit[i], tool[j]) " |"
		print row
	}
}

function short(line,	i)
{
	printf "\nInstructions added on %s, x86_64 / arm64:\n\n", line
	printf "| | at most | ringside | bpftrace |\n|---|--:|--:|--:|\n"
	for (i = 1; i <= m; i++)
		if (is_measured(line, unit[i]))
			printf "| %s: %s | %s | %s | %s |\n", side(unit[i]), meaning[i],
			       bound(line, unit[i]), cell(line, unit[i], "ringside"),
			       cell(line, unit[i], "bpftrace")
}

function chart(arch, line, unit, title,	j, longest, v)
{
	for (j = 1; j <= n; j++)
		if (value(arch, line, unit, tool[j]) + 0 > longest)
			longest = value(arch, line, unit, tool[j]) + 0
	if (!longest)
		return
	printf "\n    %s (%s)\n", title, arch
	for (j = 1; j <= n; j++) {
		v = value(arch, line, unit, tool[j])
		if (v != "")
			printf "    %-12s%6s %s\n", tool[j] == "floor" ? "empty hooks" : tool[j], v, bar(v, longest)
	}
}

function charts(line,	i)
{
	for (i = 1; i <= 2; i++) {
		chart(arch[i], line, "guest:irq-none", "guest, one interrupt")
		chart(arch[i], line, "guest:poll", "guest, one poll")
		chart(arch[i], line, "host:alone", "host, one packet")
	}
}

function man(line,	i)
{
	printf "Instructions added on Linux %s:\n.PP\n.nf\n.RS\n", line
	printf "%-48s %8s %8s\n", "", arch[1], arch[2]
	for (i = 1; i <= m; i++)
		if (cell(line, unit[i], "ringside") != "-")
			printf "%-48s %8s %8s\n", side(unit[i]) ": " meaning[i],
			       value(arch[1], line, unit[i], "ringside"),
			       value(arch[2], line, unit[i], "ringside")
	printf ".RE\n.fi\n"
}

END {
	for (line in kernels) {
		if (form == "man") {
			man(line)
			continue
		}
		if (form == "short") {
			short(line)
			continue
		}
		table(line)
		charts(line)
	}
}
