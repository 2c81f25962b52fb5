# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091
# Known traffic: a prime number of datagrams to and from each queue, some of
# them while the VMM is stopped, so that the tap drops. Both sides count. What
# must hold is checked outside: by the path's equalities, and by known.jq.

. /lab/check/host.sh

# see each_flow
FLOWS='0 2003 1327 1009
1 1511 1733 1999'

sinks_start()
{
	udp sink -t 600000 -p $((BACK + queue)) >"/tmp/sink$queue" 2>&1 &
	echo $! >>/tmp/sinks
	sink_start
}

# The guest's driver sends by the queue of the CPU that it runs on.
send_from()
{
	guest "taskset $((1 << queue)) udp blast -n $from -p $((BACK + queue)) 10.77.0.1" \
		>"/tmp/from$queue"
}

traffic_known()
{
	each_flow sinks_start && each_flow send_to || return
	kill -STOP "$(guest_pid)"
	each_flow send_more
	kill -CONT "$(guest_pid)"
	each_flow send_from && guest_quiet
}

flow_tell()
{
	printf '%s{"queue": %d, "sent": %d, "received": %d, "back": %d, "returned": %d}' \
		"$([ "$queue" = 0 ] || echo ,)" "$queue" "$(flow_sent)" "$(flow_received)" \
		"$(number sent "/tmp/from$queue")" "$(number received "/tmp/sink$queue")"
}

sinks_stop()
{
	xargs kill -TERM </tmp/sinks
	rm /tmp/sinks
	guest 'killall -TERM udp; usleep 500000'
}

traffic_tell()
{
	sinks_stop
	{ echo '['; each_flow flow_tell; echo ']'; } >/out/traffic.json
}

# What left the guest's own device, and the rest of its stack's word.
inside_says()
{
	guest 'ip -s -j link show dev eth0' >"/out/$1-inside-link.json" &&
		guest 'cat /proc/net/snmp; tc -s qdisc show dev eth0' >"/out/$1-inside.txt"
}

window_known()
{
	kernel_says begin && inside_says begin && window_open known && traffic_known && window_close known &&
		kernel_says end && inside_says end && traffic_tell
}

# The same with little traffic and no time taken: every count is as exact.
window_plain()
{
	FLOWS='0 307 53 101
1 211 59 103'
	window_open plain --no-times && traffic_known && window_close plain && sinks_stop
}

# What drops here never comes to the tap: all but what fits wait for a tenth of a second.
window_qdisc()
{
	modprobe sch_netem
	tc qdisc replace dev "$TAP" root netem delay 100ms limit 7
	kernel_says before && host_open qdisc --tap "$TAP" || return
	udp blast -n 101 -p "$PORT" "$GUEST_IP" >/tmp/qdisc
	until_true 30 backlog_gone
	host_close && kernel_says after
}

backlog_gone()
{
	tc -s -j qdisc show dev "$TAP" root | grep -q '"qlen": *0'
}

guest_start
types_or_exit tun
check "only the traffic of the scenario is sent" net_still
check "every interrupt has moved to its CPU" interrupts_settle
guest 'insmod /ringside.ko'
check "each queue of the tap can be chosen" steer "$TAP" 2
check "known traffic is counted on both sides" window_known
check "traffic is counted without times" window_plain
check "a queueing discipline's drops are counted" window_qdisc
