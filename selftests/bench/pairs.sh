# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2086
# End to end, on an emulated KVM host with its guest: rates with a tool off and
# on, on both sides at once, in alternation within one boot. The clock is the
# emulator's: one CPU, instructions and nothing else.

. /bench/tools.sh

TAP=tap0 GUEST_IP=10.77.0.2
PAIRS=10
PINGS=251
STREAM=2003

# elapsed COMMAND...: virtual nanoseconds
elapsed()
{
	/bench/cost "$@" 2>/dev/null
}

# rates STATE PAIR: one datagram in flight, then thirty-two
rates()
{
	figure pairs "$1" "ping-$2" "$(elapsed udp ping -n $PINGS -f 1 -p 7101 $GUEST_IP)"
	figure pairs "$1" "stream-$2" "$(elapsed udp ping -n $STREAM -f 32 -p 7101 $GUEST_IP)"
}

# side TOOL PAIR STATE: one side of a pair
side()
{
	timed "pair $2 of $PAIRS, $1 $3" rates "$1$([ "$3" = on ] || echo -off)" "$2"
}

# pairs TOOL: TOOL_switch on and off; every second pair the other way round, so
# that what drifts does not count for either, and the tool starts half as often
pairs()
{
	local pair=0

	while [ $pair -lt $PAIRS ]; do
		pair=$((pair + 1))
		side "$1" $pair off
		timed "$1 on" "$1_switch" on || { fail "$1 is switched on"; return; }
		side "$1" $pair on
		pair=$((pair + 1))
		side "$1" $pair on
		timed "$1 off" "$1_switch" off
		side "$1" $pair off
	done
	same "every pair was measured with $1" $PAIRS "$(grep -c "	$1	ping-" /out/figures)"
}

ringside_switch()
{
	case $1 in
	on) guest 'insmod /ringside.ko' && ringside_on ;;
	off) background_off; guest 'rmmod ringside' ;;
	esac
}

# The scripts stay: without their probes they do nothing.
bpftrace_switch()
{
	local state=0

	[ "$1" = off ] || state=1
	echo $state >/sys/kernel/debug/kprobes/enabled
	guest "echo $state >/sys/kernel/debug/kprobes/enabled"
}

guest_bpftrace_on()
{
	guest 'cd /tmp; bpftrace /bench/both.bt >/tmp/bpftrace.out 2>&1 </dev/null & echo $! >/tmp/pid' &&
		until_true 300 guest "test \$(wc -l <$PROBES) -ge 3"
}

bpftrace_pairs()
{
	eventfd_name
	bpftrace_on "/bench/host-$LAB_ARCH.bt" || return
	if guest_bpftrace_on; then
		bpftrace_switch off
		pairs bpftrace
		bpftrace_switch on
		guest 'kill -INT $(cat /tmp/pid); while [ -e /proc/$(cat /tmp/pid) ]; do sleep 0.1; done'
		check "the guest's script counted" guest 'grep -q "@all.*: [1-9]" /tmp/bpftrace.out'
	else
		fail "bpftrace is at work in the guest" "$(guest 'tail -n 1 /tmp/bpftrace.out')"
	fi
	background_off
	check "the host's script counted" grep -q '@irqfd.*: [1-9]' /tmp/bpftrace.out
}

guest_start -c 1 -n 1 -m 1G || exit 1
guest 'udp echo -p 7101 >/tmp/echo 2>&1 </dev/null & sleep 1'
rates warm 0
pairs ringside
[ -e /bench/no-tools ] || bpftrace_pairs
