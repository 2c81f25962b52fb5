# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# Every single allocation that the load leads to fails once, under traffic, on
# a kernel with fault injection. FROM=N begins with the Nth, for a quick look.

# shellcheck source=/dev/null
. /life/lib.sh
# shellcheck source=/dev/null
. /life/refusal.sh

# The kernel's own words about each fault have a trace of calls in them; those
# about a vmalloc that failed cannot be switched off.
faults_prepare()
{
	local kind

	for kind in failslab fail_page_alloc; do
		cd /sys/kernel/debug/$kind || return
		echo N >ignore-gfp-wait
		echo 0 >verbose
	done
	echo 0 >min-order
	cd /
}

# allocations: prints what was wrong
allocations()
{
	local n=${FROM:-1} before

	before=$(traces)
	while load_nth "$n" "Cannot allocate memory" "$before"; do
		[ $((n % 20)) != 0 ] || note "$n"
		n=$((n + 1))
	done
	note "$((n - 1)) allocations failed"
	[ "$n" -gt 30 ] || echo "only $n allocations failed"
}

plan 5
expect_splat 'Call Trace'
faults_prepare || exit 1
traffic_start "$LAB_PEER" 3000 || exit 1
insmod /modules/refuser.ko || exit 1
same "each allocation" "" "$(timed "each allocation" allocations)"
rmmod refuser
same "each trace of calls in the log is that of a refused vmalloc" \
	"$(dmesg | grep -c ': vmalloc error: .*allocation failed')" "$(dmesg | grep -c 'Call Trace')"
traffic_stop
check "no datagram is lost" none_lost /tmp/ping
load_still "$(bus_of eth0)"
udp ping -t 20000 -n 503 -p "$LAB_PEER_PORT" "$LAB_PEER" >/dev/null
same "it counts as the kernel does after all that" "" "$(exact "$(bus_of eth0)" 1 /run/irqs-before)"
rmmod ringside
check "kmemleak reports nothing" no_kmemleak
