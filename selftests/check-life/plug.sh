# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# A device goes and comes back while it is counted and has traffic: by hot-unplug
# (QEMU's own, over a port that is its monitor), by unbinding its driver.

# shellcheck source=/dev/null
. /life/lib.sh
# shellcheck source=/dev/null
. /life/slot.sh

ROUNDS=${ROUNDS:-100}
CONTROL=$((ROUNDS / 4 + 1))
FIRST=2		# rounds after which what is kept once, the readers' own too, is there
STAYS=$(bus_of eth0)

# exact_paused: prints what differs, at a moment without traffic
exact_paused()
{
	kill -STOP "$INSIST"
	exact "$BUS" "$GENERATION" /run/irqs-new
	kill -CONT "$INSIST"
}

# churn ROUNDS AWAY BACK CHECK: every round must find the device in order.
# Prints what was wrong.
churn()
{
	local i=0 wrong

	while [ $i -lt "$1" ]; do
		i=$((i + 1))
		"$2" || { echo "round $i: $2 failed"; return; }
		[ ! -e "$HANDLERS" ] || interrupts_new >/run/irqs-new
		"$3" || { echo "round $i: $3 failed"; return; }
		GENERATION=$((GENERATION + 1))
		wrong=$(up; "$4")
		[ -z "$wrong" ] || { echo "round $i: $wrong"; return; }
	done
}

# no_more_kept: the module's rounds kept no more memory than as many without it
no_more_kept()
{
	local allowed=$((($1 > 0 ? $1 : 0) * ROUNDS / CONTROL + 512))

	note "kept in $((2 * CONTROL)) rounds without the module: $1 kB; in $((2 * ROUNDS)) with it: $2 kB"
	[ "$2" -lt "$allowed" ]
}

plan 13
slot_open || exit 1
plug
same "a device that is plugged in works" "" "$(up)"
is_back
insist_start
before=$(memory)
same "without the module: $CONTROL hot-unplugs and re-plugs" "" "$(churn $CONTROL unplug plug :)"
is_back
same "without the module: $CONTROL unbinds and binds" "" "$(churn $CONTROL unbind bind :)"
control=$(($(memory) - before))
clean=$(traces)
load_still "$STAYS" || exit 1
traffic_start "$LAB_PEER" 1000 || exit 1
GENERATION=2
readers_start
wrong=$(churn $FIRST unplug plug exact_paused)
GENERATION=$((GENERATION + FIRST))
is_back
before=$(memory)
same "$ROUNDS hot-unplugs and re-plugs" "" \
	"$wrong$(timed "$ROUNDS hotplugs" churn "$ROUNDS" unplug plug exact_paused)"
GENERATION=$((GENERATION + ROUNDS))
is_back
same "$ROUNDS unbinds and binds" "" \
	"$(timed "$ROUNDS rebinds" churn "$ROUNDS" unbind bind exact_paused)"
check "no memory stays that the kernel would not keep" no_more_kept "$control" \
	$(($(memory) - before))
check "the files were read all the while" readers_stop
insist_stop
check "each datagram through it is answered in the end" none_lost /tmp/insist
traffic_stop
check "the other device loses none" none_lost /tmp/ping
same "the other device's counts are exact all along" "" "$(exact "$STAYS" 1 /run/irqs-before)"
check "a device goes for good" unplug
rmmod ringside
check "no hook, module or file stays" traces_are "$clean"
check "kmemleak, if the kernel has it, reports nothing" no_kmemleak
