# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2086
# In one machine with four CPUs: the cost of an interrupt when one, two and
# four of them take interrupts at the same time.

. /bench/tools.sh

# The four take turns on one emulator, so the timer's tick may hit one run and not the next.
median_of_three()
{
	for _ in 1 2 3; do
		echo "$1" >$RUN
		cut -d' ' -f1 $FIGURE
	done | sort -n | sed -n 2p
}

echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6 2>/dev/null
insmod /bench/rsbench.ko pairs=4
for tool in none ringside; do
	[ $tool = none ] || insmod /ringside.ko
	for cpus in 1 2 4; do
		for unit in irq-none irq-handled; do
			figure cpus $tool "cpus-$unit-$cpus" "$(median_of_three "$unit x$cpus")"
		done
	done
done
pass "interrupts on one, two and four CPUs"
