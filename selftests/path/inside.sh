# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=sh
# The guest's part of a window, see window.sh: sh /path/inside.sh COMMAND ARGUMENT...

# A device on virtio-mmio has one line for all its queues, named after the device.
queue_interrupts()
{
	grep virtio /proc/interrupts | grep -E 'input|output|virtio[0-9]+$'
}

# interrupts_quiet: waits until no queue has had an interrupt for a while
interrupts_quiet()
{
	before=x after=y
	until [ "$before" = "$after" ]; do
		before=$(queue_interrupts)
		usleep 300000
		after=$(queue_interrupts)
	done
}

# addresses_fixed MAC: no IPv6, and the host's address is known without asking
addresses_fixed()
{
	sysctl -qw net.ipv6.conf.all.disable_ipv6=1 2>/dev/null
	ip neigh replace 10.77.0.1 lladdr "$1" dev eth0 nud permanent
}

# wait_for NAME CONDITION...: prints what ringside said if the condition never holds
wait_for()
{
	name=$1
	shift
	for _ in $(seq 2000); do
		"$@" && return
		usleep 50000
	done
	cat "/tmp/$name-guest.err"
	return 1
}

# window_open NAME
window_open()
{
	cat /proc/interrupts >"/tmp/$1-interrupts.begin"
	ringside guest -d 1h -o "/tmp/$1-guest.json" 2>"/tmp/$1-guest.err" >/dev/null </dev/null &
	echo $! >/tmp/window.pid
	wait_for "$1" grep -q '^counting' "/tmp/$1-guest.err"
}

# window_close NAME
window_close()
{
	cat /proc/interrupts >"/tmp/$1-interrupts.end"
	kill -INT "$(cat /tmp/window.pid)"
	wait_for "$1" [ -s "/tmp/$1-guest.json" ]
}

# port_open PORT: waits for somebody to receive there
port_open()
{
	for _ in $(seq 2000); do
		! grep -q ":$(printf %04X "$1") 00000000:" /proc/net/udp || return 0
		usleep 20000
	done
	return 1
}

# ports_open PORT...: a machine that has much to do starts a program when it can
ports_open()
{
	for port; do
		port_open "$port" || return
	done
}

# echoes_start: each server has its own CPU, where there are two
echoes_start()
{
	second=2
	[ "$(nproc)" != 1 ] || second=1
	taskset 1 udp echo -p 7101 >/tmp/echo1 2>&1 </dev/null &
	taskset $second udp echo -P -p 7102 >/tmp/echo2 2>&1 </dev/null &
	ports_open 7101 7102
}

# echoes_stop: prints what they counted
echoes_stop()
{
	killall -TERM udp
	usleep 200000
	cat /tmp/echo1 /tmp/echo2
}

# counter_sum: the sum of counters that only traffic moves; nothing without these counters
counter_sum()
{
	grep ^queue /sys/kernel/debug/ringside/snapshot | tr ' ' '\n' |
		awk -F= '/^(interrupts|polls_.*|used_progress)=/ { sum += $2; rows++ }
			END { if (rows) print sum + 0 }'
}

"$@"
