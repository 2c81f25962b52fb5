# SPDX-License-Identifier: GPL-2.0-only
#
# Figures in, what each tool adds to nothing loaded out: SIDE ARCH LINE TOOL
# UNIT ADDED, in instructions with one decimal. Of what was measured several times the
# median counts. The interrupt that comes too late is
# the difference between a poll with it and a poll without it. What is no
# difference (bytes, the time to load) stays as it is.

BEGIN { FS = OFS = "\t" }

$4 == "warm" || $1 == "pairs" { next }

$5 ~ /^(growth|snapshot|memory|module|load|unload|attach|detach|maps)-/ {
	print $1, $2, $3, $4, $5, $5 ~ /^growth/ ? sprintf("%.1f", $6 / 1000) : $6
	next
}

{
	key = $1 FS $2 FS $3 FS $4
	value[key, $5] = median(key SUBSEP $5, $6 / 1000)
	if (!(key in tools)) { tools[key]; order[++n] = key }
	if (!($5 in units)) { units[$5]; unit[++m] = $5 }
}

# median(WHAT, MORE): of all that was given for WHAT so far, kept in their order
function median(what, more,	i, n)
{
	n = ++times[what]
	for (i = n; i > 1 && all[what, i - 1] > more; i--)
		all[what, i] = all[what, i - 1]
	all[what, i] = more
	return (all[what, int((n + 1) / 2)] + all[what, int((n + 2) / 2)]) / 2
}

# What is measured with less or more switched on is compared with the same nothing.
function plain(unit)
{
	sub(/^(untimed|proved)-/, "", unit)
	return unit
}

function differ(key, base, a, b)
{
	return (value[key, a] - value[key, b]) - (value[base, plain(a)] - value[base, plain(b)])
}

function put(key, unit, added)
{
	print key, unit, sprintf("%.1f", added)
}

END {
	for (i = 1; i <= n; i++) {
		key = base = order[i]
		sub(/[^\t]*$/, "none", base)
		if (key == base)
			continue
		for (j = 1; j <= m; j++)
			if ((key, unit[j]) in value && unit[j] !~ /taken/)
				put(key, unit[j], value[key, unit[j]] - value[base, plain(unit[j])])
		if ((key, "taken") in value)
			put(key, "irq-late", differ(key, base, "taken-irq", "taken"))
		if ((key, "proved-taken") in value)
			put(key, "proved-irq-late", differ(key, base, "proved-taken-irq", "proved-taken"))
		if ((key, "packed-taken") in value)
			put(key, "packed-irq-late", differ(key, base, "packed-taken-irq", "packed-taken"))
	}
}
