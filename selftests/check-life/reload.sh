# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# The module comes and goes under traffic: nothing is lost, nothing stays.

# shellcheck source=/dev/null
. /life/lib.sh

ROUNDS=${ROUNDS:-200}
BUS=$(bus_of eth0)

# Loaded, it counts; the rounds differ in how far that has come at its end.
reload()
{
	insmod /ringside.ko || return 1
	[ $(($1 % 3)) = 0 ] || usleep $(($1 * 7919 % 60000))
	[ $(($1 % 5)) != 0 ] || cat "$RINGSIDE/snapshot" >/run/snapshot || return 1
	rmmod ringside
}

reload_many()
{
	local i=0

	while [ $i -lt "$1" ]; do
		i=$((i + 1))
		reload $i || return 1
	done
}

# Someone reads the files all the while, and may hold one open when it goes.
readers_start()
{
	while :; do cat "$RINGSIDE"/* >/dev/null 2>&1; done &
	READERS=$!
}

reload_read()
{
	local i=0

	readers_start
	while [ $i -lt "$1" ]; do
		insmod /ringside.ko || return 1
		until rmmod ringside 2>/dev/null; do usleep 1000; done
		i=$((i + 1))
	done
	kill "$READERS"
	wait "$READERS" 2>/dev/null
	return 0
}

plan 7
clean=$(traces)
traffic_start "$LAB_PEER" 1000 || exit 1
reload_many 3
before=$(memory)
check "$ROUNDS loads and unloads under traffic" timed "$ROUNDS reloads" reload_many "$ROUNDS"
check "a tenth as many while its files are read" reload_read $((ROUNDS / 10))
check "no memory stays" no_leak "$ROUNDS" "$before"
check "no hook, module or file stays" traces_are "$clean"
traffic_stop
check "no datagram is lost" none_lost /tmp/ping
load_still "$BUS"
udp ping -t 20000 -n 503 -p "$LAB_PEER_PORT" "$LAB_PEER" >/dev/null
same "it counts as the kernel does after all that" "" "$(exact "$BUS" 1 /run/irqs-before)"
rmmod ringside
check "kmemleak, where there is one, has nothing to say" no_kmemleak
