# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2034
# States of a host and its guest that are made on purpose, inside the emulated host.

. /lab/check/host.sh

# thread PATTERN: the id of the VMM's thread, or of the kernel's, with a name like this
thread()
{
	local comm

	for comm in "/proc/$(guest_pid)"/task/*/comm /proc/[0-9]*/comm; do
		# shellcheck disable=SC2254 # a pattern, indeed
		case $(cat "$comm" 2>/dev/null) in
		$1) basename "${comm%/comm}"; return ;;
		esac
	done
	return 1
}

# monitor COMMAND: what QEMU's monitor prints
monitor()
{
	guest_qmp "{\"execute\": \"human-monitor-command\", \"arguments\": {\"command-line\": \"$1\"}}"
}

send()
{
	udp blast -n "$1" -p "$PORT" "${2:-$SILENT_IP}" >/tmp/sent
}

# state_stopped: the VMM's process, and packets that come while it is
state_stopped()
{
	kill -STOP "$(guest_pid)" && send 7 && usleep 300000
}

# state_hogged CPU [USEC]: a program that the CPU cannot be taken from sends one packet
state_hogged()
{
	/lab/programs/hog "$1" "${2:-8000000}" 0 1 "$SILENT_IP" "$PORT" &
	HOG=$!
	usleep 1500000
}

# state_paused: by the monitor, which leaves the VMM running
state_paused()
{
	guest_qmp '{"execute": "stop"}' >/tmp/stop && usleep 300000
}

# vectors_mask OCTAL: the last byte of the MSI-X control word of the guest's device
vectors_mask()
{
	guest "$(cat <<-'EOF'
		dev=$(realpath /sys/class/net/eth0/device/..)
		byte() { od -An -tu1 -j "$1" -N1 "$dev/config" | tr -d ' '; }
		at=$(byte 52)
		while [ "$at" != 0 ] && [ "$(byte "$at")" != 17 ]; do at=$(byte $((at + 1))); done
		[ "$at" != 0 ] || exit 1
	EOF
	)
		printf '\\$1' | dd of=\$dev/config bs=1 seek=\$((at + 3)) conv=notrunc 2>/dev/null"
}

# state_masked: the guest masks all vectors of its device
state_masked()
{
	vectors_mask 300 && send 3 && usleep 300000
}

# Nothing may take the CPU from the program, not for 5 % of the time either.
hog_alone()
{
	local server

	sysctl -qw kernel.sched_rt_runtime_us=-1
	for server in /sys/kernel/debug/sched/fair_server/cpu*/runtime; do
		[ ! -e "$server" ] || echo 0 >"$server"
	done
}

# pin THREAD CPUS
pin()
{
	taskset -p "$2" "$1" >/dev/null
}
