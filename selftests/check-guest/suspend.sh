# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# The machine sleeps and wakes: virtio takes its devices' rings away and sets new
# ones up. What comes back is a new generation, counted from zero.

. /check/lib.sh

n=$EVENTS
script="repeat $n { post-signal input.0; signal-empty output.1 }; await input.0 quiet"
expect="input.0 handled $n output.1 none_empty $n"
rounds=3

generation()
{
	sed -n "s/^device name=.* netdev=$NETDEV .* generation=\([0-9]*\)$/\1/p" $SNAPSHOT
}

queues()
{
	grep -c "^queue device=$(device) " $SNAPSHOT
}

# The real-time clock ends the sleep.
sleep_once()
{
	echo 0 >/sys/class/rtc/rtc0/wakealarm
	echo +3 >/sys/class/rtc/rtc0/wakealarm
	echo mem >/sys/power/state
}

is_newer()
{
	[ "$(generation)" -gt "$1" ] && [ "$(queues)" = "$2" ]
}

# Once it has slept, this VMM's machine goes on a moment while it is switched off,
# and the kernel wonders.
expect_splat 'WARNING: .* do_exit\+|Call [Tt]race|Kernel panic.*panic_on_warn set'
quiet_netdev
insmod /ringside.ko || exit 1
queues=$(queues)
round=0
while [ $round -lt $rounds ]; do
	round=$((round + 1))
	witness_start || exit 1
	scene "round $round, awake" "$expect" "$script"
	fault "witness 0"
	rmmod witness || exit 1
	generation=$(generation)
	check "round $round, it sleeps and wakes" timed "sleep" sleep_once
	check "round $round, the same queues come back as a newer generation" \
		until_true 20 is_newer "$generation" "$queues"
	same "round $round, they count from zero" "" \
		"$(grep "^queue device=$(device) .* interrupts=[1-9]" $SNAPSHOT)"
done
witness_start || exit 1
scene "awake in the end" "$expect" "$script"
echo 1 >/sys/kernel/debug/ringside/reset
gaps_are_right
