# SPDX-License-Identifier: GPL-2.0-only
#
# Judges samples of "before IRQ count unhandled" (the kernel), "irq irq=..."
# (ringside), "after IRQ count unhandled" (the kernel again), and "row IRQ now
# left" (ringside's irqs: seconds until the window ends, "-" = it cannot trip or
# there is no rate yet). Prints what is wrong.
#
# cannot="IRQ...": each must have been said to be unable to trip, and rightly.
# trips=IRQ: it was disabled; where each sample said the window ends, it ended.

function numbers(	i, at)
{
	delete v
	for (i = 2; i <= NF; i++) {
		at = index($i, "=")
		v[substr($i, 1, at - 1)] = substr($i, at + 1) + 0
	}
}

# Between two reads the count only grows, or begins again at a window's end.
function inside(low, x, high)
{
	return low <= high ? low <= x && x <= high : x >= low || x <= high
}

$1 == "before" { count[$2] = $3; unhandled[$2] = $4 }

$1 == "irq" {
	numbers()
	i = v["irq"]
	if (!(i in count))
		next
	if (!("count" in v)) {
		unread[i]++
		next
	}
	samples[i]++
	said_count[i] = v["count"]
	said_unhandled[i] = v["unhandled"]
	fresh = v["unhandled"] + 100000 - v["count"] > 99900
	if (!v["can_trip"])
		no[i]++
	# a pause makes the kernel start again, so "no" may be right earlier
	if (v["can_trip"] && !fresh)
		print "irq " i ": said to be able to trip at count " v["count"] ", unhandled " v["unhandled"]
	n = samples[i]
	at[i, n] = v["kernel_count"]
	end[i, n] = v["kernel_count"] + 100000 - v["count"]
	can[i, n] = v["can_trip"]
	disabled[i] = v["disabled"]
}

$1 == "after" && ($2 in said_count) {
	if (!inside(count[$2], said_count[$2], $3))
		print "irq " $2 ": count " said_count[$2] ", the kernel went from " count[$2] " to " $3
	# all of them unhandled, and no pause after which the kernel began again
	if ($3 >= count[$2] && $3 - count[$2] == $4 - unhandled[$2] &&
	    !inside(unhandled[$2], said_unhandled[$2], $4))
		print "irq " $2 ": unhandled " said_unhandled[$2] ", the kernel went from " unhandled[$2] " to " $4
	delete said_count[$2]
}

$1 == "row" {
	now[$2, samples[$2]] = $3
	left[$2, samples[$2]] = $4
}

END {
	k = split(cannot, list, " ")
	for (j = 1; j <= k; j++) {
		if (samples[list[j]] < 10)
			print "irq " list[j] ": only " samples[list[j]] + 0 " samples"
		if (!no[list[j]])
			print "irq " list[j] ": never said to be unable to trip"
		if (disabled[list[j]])
			print "irq " list[j] ": disabled"
	}
	if (!trips)
		exit
	n = samples[trips]
	if (n < 10)
		print "irq " trips ": only " n + 0 " samples"
	if (!disabled[trips])
		print "irq " trips ": not disabled"
	last = at[trips, n]
	for (j = 1; j < n; j++) {
		if (at[trips, j] == last)
			continue
		# every window is 100000 long; the last one ended in the end
		if ((last - end[trips, j]) % 100000 && !wrong++)
			print "sample " j ": the window was to end at " end[trips, j] ", it did at " last
		if (end[trips, j] == last && !can[trips, j] && !wrong++)
			print "sample " j ": said that this window cannot trip, at " at[trips, j]
		tested++
		# The rate is that of a second; an emulated machine's is not steady.
		if (end[trips, j] == last && left[trips, j] ~ /^[0-9]+$/) {
			real = now[trips, n] - now[trips, j]
			near += left[trips, j] <= 2 * real + 2 && real <= 2 * left[trips, j] + 2
			foretold++
		}
	}
	if (!tested)
		print "irq " trips ": no sample before its end"
	if (foretold < 5)
		print "irq " trips ": the time left was told " foretold + 0 " times"
	if (near * 2 < foretold)
		print "irq " trips ": the time left was right in " near + 0 " samples of " foretold
}
