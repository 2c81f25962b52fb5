# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# A process that busy-polls its socket, and a device that signals late: the
# interrupt finds what it was for already consumed.

. /check/lib.sh

n=$EVENTS

count_anew()
{
	awk '{ print $3 }' /proc/net/softnet_stat >/run/squeezed
	echo 1 >/sys/kernel/debug/ringside/reset
}

# squeezed: each processor's count since then
squeezed()
{
	local cpu=0 hex

	while read -r _ _ hex _; do
		cpu=$((cpu + 1))
		echo $((0x$hex - 0x$(sed -n ${cpu}p /run/squeezed)))
	done </proc/net/softnet_stat
}

quiet_netdev
ip addr add 10.9.0.2/24 dev $NETDEV
ringside_load net_rx_time=y || exit 1
witness_start || exit 1
plan 10

count_anew
gaps_are_right

udp sink -p 7000 -b 50000 -t 3600000 >/run/sink 2>&1 &
sink=$!
# the socket learns from its first packet which NAPI to poll
scene "the first packet" "input.0 interrupts 1" "post-signal input.0; await input.0 quiet" -v polling=1
# How many it takes depends on how busy this machine is; the witness knows.
scene "late signals and a busy poller" "input.0 interrupts $n input.0 none_busy_poll $((n / 5))+" \
	"repeat $n { post-delay-signal input.0 1 300 }; await input.0 quiet" -v polling=1
kill $sink
wait $sink
napi=$(sed -n 's/.*napi=\([1-9][0-9]*\) .*/\1/p' /run/sink)
same "the NAPI that the socket was served by is the queue's, in map and snapshot" \
	"${napi:-none} $napi" \
	"$(awk -v name="$(device)" '$2 == name && $4 == "input.0" { print $6 }' /sys/kernel/debug/ringside/map) $(
		sed -n "s/^queue device=$(device) .*name=input.0 .*napi_id=\([0-9]*\).*/\1/p" $SNAPSHOT)"

# Both count since the reset.
same "all busy polls have a process" \
	"$(sed -n 's/^queue .* polls_busy=\([0-9]*\) .*/\1/p' $SNAPSHOT | awk '{ n += $1 } END { print n }')" \
	"$(awk 'NR > 2 { n += $3 } END { print n }' /sys/kernel/debug/ringside/pollers)"
check "the one that polled most is the first, by name and pid" \
	sh -c "sed -n 3p /sys/kernel/debug/ringside/pollers | grep -q '^ *$sink udp '"
same "the time of each processor's net_rx_action is known" "$(nproc)" \
	"$(grep -c '^cpu .* net_rx_ns=[0-9]* net_rx_runs=[0-9]' $SNAPSHOT)"
check "this time is above zero on a processor" grep -q '^cpu .* net_rx_ns=[1-9][0-9]* net_rx_runs=[1-9]' $SNAPSHOT
same "net_rx_action ran out of time as often as the kernel counts" "$(squeezed)" \
	"$(sed -n 's/^cpu .* time_squeeze=//p' $SNAPSHOT)"
echo 1 >/sys/kernel/debug/ringside/reset
same "reset: no process has polled" "" "$(sed 1,2d /sys/kernel/debug/ringside/pollers)"
