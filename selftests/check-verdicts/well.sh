# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2016
# A machine with which nothing is wrong.

. /lab/verdicts/play.sh

# coalesced: the guest's NAPI waits for more packets before it enables interrupts again
coalesced()
{
	guest 'echo 8 >/sys/class/net/eth0/napi_defer_hard_irqs
		echo 200000 >/sys/class/net/eth0/gro_flush_timeout' && echoed -n 4001 -f 8 -s 200
}

uncoalesced()
{
	guest 'echo 0 >/sys/class/net/eth0/gro_flush_timeout
		echo 0 >/sys/class/net/eth0/napi_defer_hard_irqs'
}

# rebooted: the guest goes away within the host's window, and comes back
rebooted()
{
	guest_stop && guest_start && net_still && echoed -n 101 -f 1 -s 1
}

machine_start || exit 1
check "each interrupt has moved to its CPU" interrupts_settle
check "healthy-idle" during healthy-idle usleep 2000000
check "healthy-bulk" during healthy-bulk echoed -n 20011 -f 16 -s 1400
check "healthy-small" during healthy-small echoed -n 4001 -f 1 -s 1
check "healthy-coalescing" during healthy-coalescing coalesced
uncoalesced
check "healthy-reboot" host_during healthy-reboot rebooted
