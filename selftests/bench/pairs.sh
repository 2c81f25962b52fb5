# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2086
# End to end, on an emulated KVM host with its guest: rates with ringside off
# and on, on both sides at once, in alternation within one boot. The clock is
# the emulator's: one CPU, instructions and nothing else.

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

ringside_on()
{
	guest 'insmod /ringside.ko' &&
		background ringside attached ringside host --tap $TAP -d 1h -o /tmp/host.json
}

ringside_off()
{
	background_off
	guest 'rmmod ringside'
}

attached()
{
	grep -q counting "$1"
}

guest_start
guest 'udp echo -p 7101 >/tmp/echo 2>&1 </dev/null & sleep 1'
rates warm 0
pair=0
while [ $pair -lt $PAIRS ]; do
	pair=$((pair + 1))
	rates none $pair
	ringside_on && rates ringside $pair
	ringside_off
done
same "every pair was measured" $PAIRS "$(grep -c "ringside	ping-" /out/figures)"
