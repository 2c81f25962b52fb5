# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# A device changes its number of queues again and again, under traffic that
# each CPU sends: the fault device answers.

# shellcheck source=/dev/null
. /life/lib.sh

ROUNDS=${ROUNDS:-100}
PAIRS=4 DEVICE=10.9.0.1
BUS=$(bus_of eth1)

# traffic_per_cpu OPTION...: as long as OPTION says, or until all is answered
traffic_per_cpu()
{
	local cpu=0

	PIDS=''
	while [ $cpu -lt $PAIRS ]; do
		taskset $((1 << cpu)) udp ping -R -t 200 "$@" $DEVICE >"/tmp/ping$cpu" 2>&1 &
		PIDS="$PIDS $!"
		cpu=$((cpu + 1))
	done
}

# traffic_end: of each CPU's no datagram is lost; not for a subshell
traffic_end()
{
	# shellcheck disable=SC2086 # a list
	wait $PIDS
	note "traffic: $(cat /tmp/ping?)"
	[ "$(grep -l '^sent=.* lost=0 ' /tmp/ping? | wc -l)" = $PAIRS ]
}

ip link set eth1 up
ip addr add 10.9.0.2/24 dev eth1
plan 8
clean=$(traces)
load_still "$BUS" || exit 1
readers_start
traffic_per_cpu -d 3600 -f 2
check "$ROUNDS changes of the number of queues" timed "$ROUNDS changes" \
	channels_change eth1 "$ROUNDS" $PAIRS
# shellcheck disable=SC2086 # a list
kill -TERM $PIDS
check "each datagram is answered in the end" traffic_end
check "the files were read all the while" readers_stop
traffic_per_cpu -n 101 -f 2
check "datagrams after the last change are answered" traffic_end
same "every queue's counts are exact all along" "" "$(exact "$BUS" 2 /run/irqs-before)"
check "every queue took part" test \
	"$(grep -c "^queue device=$(basename "$(realpath /sys/class/net/eth1/device)") .* dir=rx .* handled=[1-9]" /run/snapshot)" = $PAIRS
rmmod ringside
check "no hook, module or file stays" traces_are "$clean"
check "kmemleak, if the kernel has it, reports nothing" no_kmemleak
