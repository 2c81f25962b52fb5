# SPDX-License-Identifier: GPL-2.0-only
#
# What should not grow (see added.awk): NAME FEW MANY, where FEW and MANY are
# what ringside adds with few and with many queues, on one CPU and on more.

BEGIN { FS = "\t" }

$4 == "ringside" { value[$2 "," $3, $5] = $6; machine[$2 "," $3] }

function compare(m, name, few, many)
{
	if ((m, few) in value && (m, many) in value)
		print m "," name, value[m, few], value[m, many]
}

END {
	for (m in machine) {
		compare(m, "2-and-64-queue-pairs", "growth-irq-none-2", "growth-irq-none-64")
		compare(m, "irq-none-on-1-and-2-CPUs", "cpus-irq-none-1", "cpus-irq-none-2")
		compare(m, "irq-none-on-1-and-4-CPUs", "cpus-irq-none-1", "cpus-irq-none-4")
		compare(m, "irq-handled-on-1-and-2-CPUs", "cpus-irq-handled-1", "cpus-irq-handled-2")
		compare(m, "irq-handled-on-1-and-4-CPUs", "cpus-irq-handled-1", "cpus-irq-handled-4")
	}
}
