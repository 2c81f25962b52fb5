# SPDX-License-Identifier: GPL-2.0-only
#
# End to end: KIND MEDIAN LEAST-MOST of the ratios of rates in each pair, with
# ringside to without.

$1 == "pairs" && $4 != "warm" {
	split($5, part, "-")
	time[$2 "-" $3 "-" part[1], part[2], $4] = $6
	kind[$2 "-" $3 "-" part[1]]
	pairs = part[2] > pairs ? part[2] : pairs
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
			if (time[k, i, "ringside"] && time[k, i, "none"])
				ratio[++n] = time[k, i, "none"] / time[k, i, "ringside"]
		if (!n)
			continue
		sort_all(ratio, n)
		median = n % 2 ? ratio[(n + 1) / 2] : (ratio[n / 2] + ratio[n / 2 + 1]) / 2
		printf "%s %.4f %.4f-%.4f\n", k, median, ratio[1], ratio[n]
	}
}
