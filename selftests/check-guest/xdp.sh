# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# XDP programs transmit on rings that they clean themselves. What the device has returned
# it knows: each transmit ring's progress is that, past 65536, too, or the snapshot leaves
# it out and says so; and no ring is reported as stuck.

. /check/lib.sh
# shellcheck source=/dev/null
. /life/lib.sh

n=${PACKETS:-70100}
stall_ms=1000 most=250

posted()
{
	fault report | sed -n "s/^queue name=$1 .*posted=\([0-9]*\).*/\1/p"
}

# progress_of QUEUE: what is wrong with it
progress_of()
{
	local posted used consumed

	posted=$(posted "$1") used=$(field "$1" used_progress) consumed=$(field "$1" last_used_progress)
	if [ -z "$used$consumed" ]; then
		grep -q "^queue device=$(device) .*name=$1 .* unfollowed=xdp" $SNAPSHOT ||
			echo "$1: no progress, and no word of why;"
		return
	fi
	[ "$used" = "$posted" ] || echo "$1: the device returned $posted, ringside says $used;"
	[ "$consumed" -le "$used" ] && [ $((used - consumed)) -le "$(field "$1" size)" ] ||
		echo "$1: used $used, consumed $consumed;"
}

progress()
{
	local queue

	for queue in $(sed -n "s/^queue device=$(device) .*name=\(output[^ ]*\) .*/\1/p" $SNAPSHOT); do
		progress_of "$queue"
	done
}

# stuck: what is said to be
stuck()
{
	usleep $((stall_ms * 2500))
	grep -E 'kind=(stalled|tx-full|unfilled|tx-stopped)' /sys/kernel/debug/ringside/events
}

# unbalanced: interrupts that are neither handled nor none, and those missed, of all queues
unbalanced()
{
	awk -v device="device=$(device)" '
		index($0, "queue " device " ") == 1 && / interrupts=/ {
			for (i = 2; i <= NF; i++) {
				split($i, pair, "=")
				v[pair[1]] = pair[2]
			}
			sum += v["interrupts"] - v["handled"] - v["none"]
			missed += v["missed"]
		}
		END { print sum + 0, missed + 0 }' $SNAPSHOT
}

# xdp_start ACTION: 4 where this kernel or driver has none
xdp_start()
{
	/programs/xdp $NETDEV "$1" 2>/run/xdp &
	XDP=$!
	until_true 10 xdp_is on && return
	wait $XDP
}

xdp_is()
{
	if ip link show $NETDEV | grep -q xdp; then [ "$1" = on ]; else [ "$1" = off ]; fi
}

xdp_stop()
{
	kill $XDP
	wait $XDP
	until_true 10 xdp_is off
}

# ring: the one that processor 0 transmits on: one of its own, if there are enough
ring()
{
	if [ "$(ethtool -l $NETDEV | awk '/^Combined:/ { print $2; exit }')" -ge $((2 * $(nproc))) ]; then
		echo "output.$(nproc)"
	else
		echo output.0
	fi
}

# bounced PACKETS BATCH: each comes in, goes out, and is taken
bounced()
{
	fault "repeat $(($1 / $2)) { post input.0 $2; signal input.0; take $ring $2 }"
}

received()
{
	[ "$(field input.0 last_used_progress)" = "$(posted input.0)" ]
}

# filled: the ring is full of packets when the device takes the first
filled()
{
	fault "post input.0 $most; signal input.0" && until_true 20 received &&
		fault "take $ring $most"
}

# bounce ACTION: the program attached, packets, and what is said of them
bounce()
{
	if ! xdp_start "$1"; then
		fail "$1: attached" "$(cat /run/xdp)"
		return
	fi
	pass "$1: attached"
	check "$1: $most packets fill $ring and go out" filled
	same "$1: no ring is reported as stalled" "" "$(stuck)"
	check "$1: $n more" timed "$n packets" bounced "$n" 50
	same "$1: progress is the device's, or left out" "" "$(progress)"
	check "$1: detached" xdp_stop
}

ip link set $NETDEV address 52:54:00:12:34:56
quiet_netdev
insmod /ringside.ko stall_ms=$stall_ms || exit 1
plan 16
echo 1 >"/proc/irq/$(field input.0 irq)/smp_affinity"
ring=$(ring)
fault "ignore input.0; reset" || exit 1
echo 1 >/sys/kernel/debug/ringside/reset
watch_start -v keep=1
bounce tx
bounce "redirect:$NETDEV"
watch_stop
same "no count falls" "" "$(head -n 5 /tmp/fallen)"
same "detached: no ring is reported as stalled" "" "$(stuck)"
same "detached: progress is the device's, or left out" "" "$(progress)"
same "interrupts: each is handled or none, and not one is missed" "0 0" "$(unbalanced)"
cp $SNAPSHOT /sys/kernel/debug/ringside/events /out/
