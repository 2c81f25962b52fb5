# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# As many queue pairs as a device may have here, and other NICs beside it.

. /check/lib.sh

n=$EVENTS pairs=64

# for_pairs TEXT: it, with each pair's number for "@"
for_pairs()
{
	local i=0

	while [ $i -lt $pairs ]; do
		echo "$1" | sed "s/@/$i/g"
		i=$((i + 1))
	done
}

percpu()
{
	awk '$1 == "Percpu:" { print $2 }' /proc/meminfo
}

# map_wrong: lines of the map that /proc says otherwise
map_wrong()
{
	local irq virtio queue affinity effective line

	while read -r irq virtio _ queue _ _ affinity effective; do
		[ "$virtio" = "$device" ] && [ "$irq" != - ] || continue
		line="$(cat "/proc/irq/$irq/smp_affinity_list") $(cat "/proc/irq/$irq/effective_affinity_list")"
		[ "$affinity $effective" = "$line" ] && ls -d "/proc/irq/$irq/$virtio-$queue" >/run/found ||
			echo "$irq $queue: $line"
	done </sys/kernel/debug/ringside/map
}

# unused_quiet: of an interface that was never up, and, where the driver leaves them so, of pairs that
# it does not use
unused_quiet()
{
	local empty events

	insmod /ringside.ko && usleep 1000000 || return
	empty=$(grep -c '^queue .*dir=rx .* outstanding=0 ' $SNAPSHOT)
	events=$(grep kind=unfilled /sys/kernel/debug/ringside/events)
	rmmod ringside
	note "$empty rings without buffers, events: ${events:-none}"
	[ "$empty" -gt 0 ] && [ -z "$events" ]
}

quiet_netdev
check "rings without buffers that nobody uses are no event" unused_quiet
ethtool -L $NETDEV combined $pairs || exit 1
before=$(percpu)
timed "load with $pairs pairs" insmod /ringside.ko || exit 1
memory=$(($(percpu) - before))
witness_start || exit 1
# A line that was just set up goes to its processor with its first interrupt, which may come twice.
fault "$(for_pairs "signal-empty input.@; signal-empty output.@;")" || exit 1

scene "$pairs pairs at once" \
	"$(for_pairs "input.@ handled $n output.@ none_empty $n" | tr '\n' ' ')" \
	"together { $(for_pairs "repeat $n { post-signal input.@; signal-empty output.@ };") }; $(for_pairs "await input.@ quiet;")" \
	-v wanted=$((2 * pairs * n))
device=$(device)
same "a line of the map for each queue, each with an interrupt of its own" $((2 * pairs)) \
	"$(awk -v device="$device" '$2 == device && $1 ~ /^[0-9]+$/ { print $1 }' \
		/sys/kernel/debug/ringside/map | sort -u | wc -l)"
same "the map has the CPU of each interrupt, as the kernel" "" "$(map_wrong)"
same "the other NICs are watched beside it" 2 \
	"$(grep -c "^device name=.* id=1 netdev=eth[02] " $SNAPSHOT)"
timed "reading the snapshot" cat $SNAPSHOT >/dev/null
check "per CPU and pair it takes at most 4 kB ($memory kB in all)" \
	[ "$memory" -le $((4 * pairs * $(nproc))) ]
timed "unload" rmmod ringside || exit 1
