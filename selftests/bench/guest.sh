# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2086
# In one machine alone: what an interrupt, a poll and a packet cost, with
# nothing loaded and with each tool.

. /bench/tools.sh

IRQ_UNITS="irq-none irq-handled taken taken-irq"
POLL_UNITS="poll busy-poll"
PACKET_UNITS="packet stream"
UNITS="$IRQ_UNITS $POLL_UNITS $PACKET_UNITS"
EVENTS="-e irq:irq_handler_exit -e napi:napi_poll"
SNAPSHOT=/sys/kernel/debug/ringside/snapshot

# measure TOOL PREFIX UNIT...
measure()
{
	local tool=$1 prefix=$2 unit milli parts

	shift 2
	for unit; do
		echo "$unit" >$RUN || { fail "measure $unit with $tool"; return; }
		read -r milli parts <$FIGURE
		figure guest "$tool" "$prefix$unit" "$milli"
		echo "$unit $parts" >>/tmp/done
	done
}

# device PAIRS PACKED
device()
{
	rmmod rsbench 2>/dev/null
	insmod /bench/rsbench.ko pairs="$1" packed="$2"
}

# done_of UNIT: how often it was done
done_of()
{
	awk -v u="$1" '$1 == u { n += $2 } END { print n + 0 }' /tmp/done
}

# value KEY: of the benchmark's first receive queue
value()
{
	sed -n "/^queue device=$DEVICE index=0 /s/.* $1=\([0-9]*\).*/\1/p" $SNAPSHOT
}

# Nothing is cheap because it was not counted.
check_counts()
{
	local irqs polls

	DEVICE=$(sed -n 's/^device name=\([^ ]*\) bus=rsbench .*/\1/p' $SNAPSHOT)
	irqs=$(($(done_of irq-none) + $(done_of irq-handled) + $(done_of taken-irq) +
		$(done_of packet) + $(done_of stream) / 32))
	polls=$(($(done_of taken) + $(done_of taken-irq) + $(done_of poll) +
		$(done_of packet) + $(done_of stream) / 32 + 1))
	same "$1: ringside counted every interrupt" $irqs "$(value interrupts)"
	same "$1: every empty one as such" "$(done_of irq-none)" "$(value none_empty)"
	same "$1: every one that came too late, with its cause" "$(done_of taken-irq)" "$(value none_softirq)"
	same "$1: every poll from softirq" $polls "$(value polls_softirq)"
	same "$1: every busy poll" "$(done_of busy-poll)" "$(value polls_busy)"
	same "$1: nothing missed" 0 "$(value missed)"
}

# places KIND: where ringside has hooks of that kind, separated by commas
places()
{
	sed -n "s/^hook name=\([^ ]*\) kind=$1 state=attached .*/\1/p" \
		/sys/kernel/debug/ringside/hooks | grep -v __report_bad_irq | paste -sd, -
}

# floor_on: empty hooks in all the places of ringside's
floor_on()
{
	insmod /ringside.ko || return
	set -- "$(places ftrace)" "$(places tracepoint)"
	rmmod ringside
	insmod /bench/rsfloor.ko ${1:+functions=$1} ${2:+tracepoints=$2}
}

# proved NAME: with a second count by the functions themselves
proved()
{
	echo y >/sys/module/ringside/parameters/prove
	echo 1 >/sys/kernel/debug/ringside/reset
	: >/tmp/done
	measure ringside proved- $UNITS
	check_counts "$1, proved"
	same "$1: how far the proofs differ" "" "$(grep "^proof .*_differ=-*[1-9]" $SNAPSHOT)"
	check "$1: the proof is there" grep -q '^proof .* interrupts_differ=0 .* packets_differ=0' $SNAPSHOT
}

# ring NAME PREFIX PACKED: ringside beside nothing and beside empty hooks
ring()
{
	device 1 "$3"
	measure warm "$2" $UNITS
	measure none "$2" $UNITS
	floor_on && measure floor "$2" $UNITS
	rmmod rsfloor
	insmod /ringside.ko
	: >/tmp/done
	measure ringside "$2" $UNITS
	check_counts "$1"
	[ "$3" = 1 ] || proved "$1"
	rmmod ringside
}

others()
{
	device 1 0
	bpftrace_on /bench/none.bt && measure bpftrace "" $IRQ_UNITS
	background_off
	bpftrace_on /bench/origin.bt && measure bpftrace "" $POLL_UNITS
	background_off
	bpftrace_on /bench/both.bt && measure bpftrace "" $PACKET_UNITS
	background_off
	perf_on $EVENTS && measure perf "" $UNITS
	background_off
	trace_cmd_on $EVENTS && measure trace-cmd "" $UNITS
	background_off
	artefact /tmp/*.out
}

slab_and_percpu_kib()
{
	awk '/^(Slab|Percpu|VmallocUsed):/ { n += $2 } END { print n }' /proc/meminfo
}

# growth QUEUES: one queue pair has two of them, and the interrupt of each is measured
growth()
{
	local before milli parts

	device "$1" 0
	echo "irq-none every" >$RUN
	read -r before parts <$FIGURE
	insmod /ringside.ko
	echo "irq-none every" >$RUN
	read -r milli parts <$FIGURE
	figure guest ringside "growth-irq-none-$1" $((milli - before))
	cat $SNAPSHOT >/dev/null
	cost_of guest "snapshot-$1" -r $SNAPSHOT
	before=$(slab_and_percpu_kib)
	rmmod ringside
	sync
	figure guest ringside "memory-bytes-$1" $(((before - $(slab_and_percpu_kib)) * 1024))
	cost_of guest "load-$1" insmod /ringside.ko
	figure guest ringside "module-bytes-$1" "$(cat /sys/module/ringside/coresize)"
	cost_of guest "unload-$1" rmmod ringside
}

echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6 2>/dev/null
device 1 0
CLOCK=$(cat /sys/kernel/debug/rsbench/clock)
check "the clock counts instructions ($CLOCK for 2000000)" [ $((CLOCK / 100)) = 20000 ]
ring "split ring" "" 0
ring "packed ring" packed- 1
if ! [ -e /bench/again ]; then
	for pairs in 2 16 64; do
		growth $pairs
	done
	[ -e /bench/no-tools ] || others
fi
device 1 0
measure none-again "" $UNITS
rmmod rsbench
