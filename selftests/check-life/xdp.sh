# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# XDP programs and AF_XDP sockets come and go on a device whose queues each processor
# uses: the fault device answers. check-guest's xdp has the exact counts.

# shellcheck source=/dev/null
. /life/lib.sh

ROUNDS=${ROUNDS:-100}
DEVICE=10.9.0.1
BUS=$(bus_of eth1)

# attached ACTION: the program is there for a while, with what comes in meanwhile
attached()
{
	/programs/xdp eth1 "$1" usleep $((i * 7919 % 60000 + 20000)) >>/run/xdp 2>&1
}

# attach_many ROUNDS ACTION...: one after the other, each so often. Prints what was wrong.
attach_many()
{
	local i=0 rounds=$1 rc action

	shift
	while [ $i -lt "$rounds" ]; do
		i=$((i + 1))
		for action; do
			rc=0
			attached "$action" || rc=$?
			[ $rc = 0 ] || { echo "round $i: $action: $rc, $(tail -n 1 /run/xdp)"; return; }
		done
	done
}

# sockets KIND: as many as the programs, where kernel and driver have such
sockets()
{
	local rc=0

	/programs/xdp eth1 "$1:0" true >/run/xdp 2>&1 || rc=$?
	if [ $rc = 4 ]; then
		skip "$ROUNDS AF_XDP sockets, $1" "this kernel's driver has none: $(cat /run/xdp)"
	else
		same "$ROUNDS AF_XDP sockets, $1" "" \
			"$(timed "$1 sockets" attach_many "$ROUNDS" "$1:0" "$1:1")"
	fi
}

answered()
{
	udp ping -R -t 200 -n 503 -f 4 -p 7000 $DEVICE | grep -q ' lost=0 '
}

# known: after a reset, with XDP gone, each queue is followed again, and the cause of each interrupt
# that found nothing is known. Prints what is not so.
known()
{
	echo 1 >$RINGSIDE/reset
	answered || echo "not each datagram is answered"
	sed -n '/^queue .* dir=[rt]x /{/ unfollowed=/p;/ none_unknown=0 /!p}' $RINGSIDE/snapshot
}

ip link set eth1 up
ip addr add 10.9.0.2/24 dev eth1
rc=0
/programs/xdp eth1 pass true 2>/run/xdp || rc=$?
if [ $rc = 4 ]; then
	plan 1
	skip "XDP programs" "this kernel or driver has none: $(cat /run/xdp)"
	exit 0
fi
plan 12
clean=$(traces)
# a busy machine may let NAPI wait for a second: only what stays stuck is a fault
STALL_MS=20000
load_still "$BUS" || exit 1
udp ping -R -t 200 -d 3600 -f 16 -w 300 $DEVICE >/tmp/ping 2>&1 &
traffic=$!
readers_start 8 3
watch_start -v keep=1
same "$ROUNDS programs of each kind" "" \
	"$(timed "programs" attach_many "$ROUNDS" pass tx drop redirect:eth1)"
sockets copy
sockets zero-copy
watch_stop
check "the files were read all the while" readers_stop
kill -TERM $traffic
wait $traffic
note "traffic: $(cat /tmp/ping)"
check "each datagram is answered in the end" none_lost /tmp/ping
check "datagrams after the last program are answered" answered
same "no count falls, and queues are sorted" "" "$(head -n 5 /tmp/fallen)"
same "every queue's interrupts are exact all along" "" "$(exact "$BUS" - /run/irqs-before)"
same "after a reset no cause is unknown" "" "$(known)"
same "no ring is reported as stalled" "" "$(grep -E 'kind=(stalled|tx-full|unfilled|tx-stopped)' $RINGSIDE/events)"
cp $RINGSIDE/events /tmp/fallen /out/
rmmod ringside
check "no hook, module or file stays" traces_are "$clean"
check "kmemleak, if the kernel has it, reports nothing" no_kmemleak
