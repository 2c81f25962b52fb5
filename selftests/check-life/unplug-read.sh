# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# Readers hold on while the device they read of is unplugged, or its driver let go:
# with a vector for each queue, with one for all, with the device's own line (INTx).

# shellcheck source=/dev/null
. /life/lib.sh
# shellcheck source=/dev/null
. /life/slot.sh

ROUNDS=${ROUNDS:-50}

# read_while ROUNDS AWAY BACK: prints what was wrong
read_while()
{
	local i=0 wrong

	while [ $i -lt "$1" ]; do
		i=$((i + 1))
		usleep $((i * 7919 % 40000))
		"$2" || { echo "round $i: $2 failed"; return; }
		"$3" || { echo "round $i: $3 failed"; return; }
		wrong=$(up)
		[ -z "$wrong" ] || { echo "round $i: $wrong"; return; }
		is_back
	done
}

# rescanned: the device's queues are watched, and each has a line where it is known
rescanned()
{
	[ "$(grep -c "^queue device=$(basename "$(realpath "/sys/class/net/$NETDEV/device")") .* interrupts=" \
		$RINGSIDE/snapshot)" = 2 ]
}

# lines NAME PROPERTIES
lines()
{
	PROPERTIES=$2
	plug
	same "$1: a device that is plugged in works" "" "$(up)"
	is_back
	insist_start
	readers_start 8 3
	watch_start
	same "$1: $ROUNDS unbinds and binds" "" \
		"$(timed "$ROUNDS rebinds" read_while "$ROUNDS" unbind bind)"
	is_back
	same "$1: $ROUNDS hot-unplugs and re-plugs" "" \
		"$(timed "$ROUNDS hotplugs" read_while "$ROUNDS" unplug plug)"
	watch_stop
	check "$1: its files were read all the while" readers_stop
	insist_stop
	check "$1: each datagram is answered in the end" none_lost /tmp/insist
	same "$1: no count falls within a generation" "" "$(head -n 5 /tmp/fallen)"
	is_back
	check "$1: its queues are counted after all that" until_true 30 rescanned
	unplug
}

slot_open || exit 1
plan 23
clean=$(traces)
insmod /ringside.ko || exit 1
lines own '"vectors":4'
lines shared '"vectors":2'
lines INTx '"vectors":0'
rmmod ringside
check "no hook, module or file stays" traces_are "$clean"
check "kmemleak, if the kernel has it, reports nothing" no_kmemleak
