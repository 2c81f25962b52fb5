# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2034,SC2086
# On an emulated KVM host: what a packet's way to the guest costs, from the
# socket over tun, vhost, eventfd and irqfd to the injected interrupt, with
# nothing loaded and with each tool.

. /bench/wire.sh

# counted NAME...: the sum of the tap queue's figures in the helper's snapshot
counted()
{
	local name n sum=0

	for name; do
		n=$(grep -o "\"$name\": *[0-9]*" /tmp/host.json | sed 's/.*: *//' | sort -n | tail -n 1)
		sum=$((sum + ${n:-0}))
	done
	echo $sum
}

# Nothing is cheap because it was not counted.
check_counts()
{
	same "ringside counted every packet" $PACKETS "$(counted tun_offered)"
	same "and every one vhost took" $PACKETS "$(counted vhost_taken)"
	same "and every signal" $SIGNALS "$(counted vhost_signals)"
	same "and every injection" $SIGNALS "$(counted injected coalesced)"
}

# places: the functions where the helper has hooks, separated by commas
places()
{
	tr -d ' \n' </tmp/host.json | grep -o '"name":"[^"]*","kind":"[a-z]*","state":"attached"' |
		sed -n 's/"name":"\([^"]*\)","kind":"\(fentry\|fprobe\|kprobe\)".*/\1/p' | sort -u |
		while read -r place; do
			grep -q "^$place\( \|$\)" /sys/kernel/tracing/available_filter_functions && echo "$place"
		done | paste -sd, -
}

# Empty hooks where the helper's are.
floor()
{
	check "empty hooks in the helper's places" insmod /bench/rsfloor.ko "functions=$(places)" || return
	measure floor
	rmmod rsfloor
}

# The same functions for the tools that record events.
events_make()
{
	local function

	for function in $(sed -n 's/^kprobe://p' "/bench/host-$LAB_ARCH.bt"); do
		echo "p:bench/$function $function" >>/sys/kernel/tracing/kprobe_events
		EVENTS="$EVENTS -e bench:$function"
	done
}

others()
{
	EVENTS=
	eventfd_name
	bpftrace_on "/bench/host-$LAB_ARCH.bt" && measure bpftrace
	background_off
	events_make
	perf_on $EVENTS && measure perf
	background_off
	trace_cmd_on $EVENTS && measure trace-cmd
	background_off
	echo >/sys/kernel/tracing/kprobe_events
}

# The helper's own beginning, end and memory.
life()
{
	local attach detach

	read -r attach detach <<-EOF
	$(/bench/cost -u counting ringside host --tap $TAP -d 1h -o /tmp/life.json)
	EOF
	figure host ringside attach-1 "$attach"
	figure host ringside detach-1 "$detach"
	ringside_on
	figure host ringside maps-bytes-1 "$(maps_bytes)"
	background_off
}

# maps_bytes: what the kernel says that the helper's maps take
maps_bytes()
{
	cat /proc/$TOOL_PID/fdinfo/* | awk '/^map_type:/ { map = 1 } /^memlock:/ && map { n += $2; map = 0 } END { print n }'
}

# turns: nothing attached and ringside, several times. On arm64 a packet costs forty or eighty
# instructions more or less from one turn to the next, with nothing attached too; so the median counts.
turns()
{
	local turn

	for turn in 1 2 3 4 5; do
		measure none
		ringside_on --no-times && measure ringside untimed-
		background_off
		measure none
		timed "turn $turn" ringside_on && measure ringside
		background_off
	done
}

wire_start
measure warm
# What attaching once leaves behind, in slabs that are then half in use, is there before the first
# figure as it is before the last.
ringside_on && background_off
turns
check_counts
floor
[ -e /bench/again ] || life
[ -e /bench/again ] || [ -e /bench/no-tools ] || others
measure none-again
wire_end
artefact /tmp/*.out /tmp/host.json
