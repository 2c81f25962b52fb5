# SPDX-License-Identifier: GPL-2.0-only
#
# What grows: NAME UNIT FEW MANY, where FEW and MANY are what ringside adds with
# few and with many queues, on one CPU and on more.

$5 ~ /^growth-irq-none-/ { n = $5; sub(/.*-/, "", n); queues[$2 " " $3, n] = $6 / 1000; machine[$2 " " $3] }
$5 ~ /^cpus-/ { cpus[$2 " " $3, $4, $5] = $6 / 1000; machine[$2 " " $3]; n = $5; sub(/-[0-9]*$/, "", n); kind[n] }

function added(m, unit)
{
	return cpus[m, "ringside", unit] - cpus[m, "none", unit]
}

function name(m)
{
	gsub(/ /, "-", m)
	return m
}

END {
	for (m in machine) {
		if ((m, 2) in queues)
			printf "%s,-2-and-64-queue-pairs instructions-added %.1f %.1f\n", name(m),
			       queues[m, 2], queues[m, 64]
		for (k in kind)
			for (n = 2; n <= 4; n += 2)
				if ((m, "ringside", k "-" n) in cpus)
					printf "%s,-%s-on-1-and-%d-CPUs instructions-added %.1f %.1f\n", name(m),
					       k, n, added(m, k "-1"), added(m, k "-" n)
	}
}
