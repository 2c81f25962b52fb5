#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ktap.sh FILE: sums up the results in a KTAP log of run_tests. The runner's own line for a
# program counts only if the program printed no results, or failed although all of its results
# passed (a time-out, a crash at the end). A planned program without a line has failed. Failures
# are printed again at the end.

exec awk '
function state_of(line)
{
	if (line ~ /^[# ]*not ok/)
		return "failed"
	return line ~ /# *SKIP/ ? "skipped" : "passed"
}
/^1\.\.[0-9]+/ { planned += substr($1, 4) }
/^# *(not )?ok [0-9]+/ {
	state = state_of($0)
	count[state]++
	inner++
	inner_failed += state == "failed"
	if (state == "failed")
		again[++failures] = $0
}
/^(not )?ok [0-9]+/ {
	state = state_of($0)
	planned--
	if (!inner || (state == "failed" && !inner_failed))
		count[state]++
	if (state == "failed")
		again[++failures] = $0
	inner = inner_failed = 0
}
END {
	for (i = 1; i <= failures; i++)
		print "failed: " again[i]
	if (planned > 0)
		count["failed"] += planned
	printf "%d passed, %d failed", count["passed"], count["failed"]
	printf count["skipped"] ? ", %d skipped\n" : "\n", count["skipped"]
	exit count["failed"] || !count["passed"]
}' "$1"
