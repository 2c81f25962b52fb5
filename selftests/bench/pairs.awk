# SPDX-License-Identifier: GPL-2.0-only
#
# End to end: the ratio of rates in each pair, with a tool to without, as rows
# of its own: median, least and most.

BEGIN { FS = OFS = "\t" }

$1 == "pairs" && $4 != "warm" {
	split($5, part, "-")
	tool = $4
	off = sub(/-off$/, "", tool)
	key = $2 FS $3 FS tool FS part[1]
	time[key, part[2], off] = $6
	kind[key]
	pairs = part[2] + 0 > pairs ? part[2] + 0 : pairs
}

function sort_all(a, n,		i, j, t)
{
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && a[j] < a[j - 1]; j--) {
			t = a[j]; a[j] = a[j - 1]; a[j - 1] = t
		}
}

END {
	for (k in kind) {
		n = 0
		for (i = 1; i <= pairs; i++)
			if (time[k, i, 0] && time[k, i, 1])
				ratio[++n] = time[k, i, 1] / time[k, i, 0]
		if (!n)
			continue
		sort_all(ratio, n)
		median = n % 2 ? ratio[(n + 1) / 2] : (ratio[n / 2] + ratio[n / 2 + 1]) / 2
		print "pairs", k "-median", sprintf("%.4f", median)
		print "pairs", k "-least", sprintf("%.4f", ratio[1])
		print "pairs", k "-most", sprintf("%.4f", ratio[n])
	}
}
