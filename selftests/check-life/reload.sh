# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# The module comes and goes under traffic: nothing is lost, nothing stays.

# shellcheck source=/dev/null
. /life/lib.sh

ROUNDS=${ROUNDS:-200}
BUS=$(bus_of eth0)

# Loaded, it counts, each other time with the hooks of delays, too; the rounds differ in how far
# that has come at its end.
reload()
{
	insmod /ringside.ko delays=$(($1 % 2)) || return 1
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

# Eight processes read the files all the while; a file that is open keeps the module.
reload_read()
{
	local i=0

	while [ $i -lt "$1" ]; do
		insmod /ringside.ko || return 1
		unload || return 1
		i=$((i + 1))
	done
}

plan 8
clean=$(traces)
traffic_start "$LAB_PEER" 1000 || exit 1
reload_many 3
before=$(memory)
check "$ROUNDS loads and unloads under traffic" timed "$ROUNDS reloads" reload_many "$ROUNDS"
readers_start 8 40
check "some more while its files are read" reload_read $((ROUNDS / 10 + 4))
check "the files were read all the while" readers_stop
check "no memory stays" no_leak "$ROUNDS" "$before"
check "no hook, module or file stays" traces_are "$clean"
traffic_stop
check "no datagram is lost" none_lost /tmp/ping
load_still "$BUS"
udp ping -t 20000 -n 503 -p "$LAB_PEER_PORT" "$LAB_PEER" >/dev/null
same "it counts as the kernel does after all that" "" "$(exact "$BUS" 1 /run/irqs-before)"
rmmod ringside
check "kmemleak, if the kernel has it, reports nothing" no_kmemleak
