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

# migration_ended: QEMU has written all
migration_ended()
{
	guest_qmp '{"execute": "query-migrate"}' | grep -q '"status": *"completed"'
}

# migrated: a new QEMU goes on with what the old one wrote, within both windows
migrated()
{
	guest_qmp '{"execute": "migrate", "arguments": {"uri": "exec:cat >/tmp/machine"}}' &&
		until_true 120 migration_ended && guest_qmp '{"execute": "quit"}' &&
		until_true 20 guest_ended 0 && rm -rf "$(guest_dir 0)" &&
		guest_start -- -incoming "exec:cat /tmp/machine" && net_still && silent &&
		echoed -n 101 -f 1 -s 1
}

# moving NAME COMMAND...: the machine is another process's at the end of both windows
moving()
{
	local name=$1

	shift
	timed "$name: open both windows" both_open "$name" &&
		timed "$name: play" "$@" && both_shut "$name"
}

machine_start || exit 1
check "each interrupt has moved to its CPU" interrupts_settle
check "healthy-idle" during healthy-idle usleep 2000000
check "healthy-bulk" during healthy-bulk echoed -n 20011 -f 16 -s 1400
check "healthy-small" during healthy-small echoed -n 4001 -f 1 -s 1
check "healthy-coalescing" during healthy-coalescing coalesced
uncoalesced
check "healthy-migration" moving healthy-migration migrated
check "healthy-reboot" host_during healthy-reboot rebooted
