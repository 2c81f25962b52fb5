# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# The trace events, as the kernel's own files, trace-cmd, perf and bpftrace
# record and filter them: exactly those that were asked for.

. /check/lib.sh

n=$EVENTS
tracing=/sys/kernel/tracing

# traced EVENT FILTER SCRIPT: how many of this device the kernel kept
traced()
{
	local event=$tracing/events/ringside/$1

	echo "device == \"$(device)\" && $2" >"$event/filter"
	echo 1 >"$event/enable"
	fault "$3" >/run/said || cat /run/said >&2
	echo 0 >"$event/enable"
	grep -c " $1: " $tracing/trace
	echo >$tracing/trace
}

recording()
{
	[ "$(cat $tracing/events/ringside/ring_irq/enable)" != 0 ] || [ -s /run/perf.data ] ||
		grep -q '^Attaching' /run/tool
}

# recorded NAME COMMAND...: the same signals while a tool records
recorded()
{
	"$@" >/run/tool 2>&1 </dev/null &
	until_true 60 recording && usleep 1000000
	fault "$script" >/run/said
	kill -INT $!
	wait $!
}

quiet_netdev
insmod /ringside.ko || exit 1
witness_start || exit 1
echo 8192 >$tracing/buffer_size_kb
script="repeat $n { post-signal input.0; repeat 2 { signal-empty input.0 } }; await input.0 quiet"

same "interrupts of a class" $((2 * n)) "$(traced ring_irq 'class == "none_empty"' "$script")"
same "interrupts of a queue" $n \
	"$(traced ring_irq 'queue == "input.0" && class == "handled"' "$script")"
same "none of another queue" 0 "$(traced ring_irq 'queue == "output.0"' "$script")"
same "polls of an origin that received something" $n "$(traced ring_poll 'origin == "busy" && packets > 0' \
	"repeat $n { post input.0; ask input.0 poll-busy; await input.0 quiet }")"
same "a standstill and its end" 2 "$(traced ring_stall 'queue == "input.0"' \
	"witness 0; post input.0 3; pause 900000; signal input.0; pause 900000")"
witness_start 2>/dev/null || fault "witness $(cat /sys/module/witness/parameters/address)"

# Entries that the device has returned fill the transmit ring: 18 must be free to send a frame.
events=/sys/kernel/debug/ringside/events
fault "repeat 238 { ask output.0 send }; take output.0 238" || exit 1
check "a full transmit ring that is not cleaned is an event" until_true 5 \
	grep -q "kind=tx-full device=$(device) queue=output.0 .* pending=238 " $events
fault "signal output.0; await output.0 quiet"
check "the end of the standstill is an event" until_true 5 grep -q "kind=served device=$(device) queue=output.0 " $events

# Two events each: it stands still, and is served; the trace has them all.
echo 1 >/sys/kernel/debug/ringside/reset
echo 20 >/sys/module/ringside/parameters/stall_ms
count=$(traced ring_stall 'queue == "input.0"' \
	"repeat 80 { post input.0; pause 120000; signal input.0; await input.0 quiet; pause 60000 }")
check "more events than are kept" [ "$count" -gt 128 ]
same "the list of events is bounded, and says what it dropped" "128 $((count - 128))" \
	"$(grep -c '^event ' $events) $(sed -n 's/^dropped=//p' $events)"
echo 200 >/sys/module/ringside/parameters/stall_ms

recorded trace-cmd record -o /run/trace.dat -e ringside:ring_irq -f "device == \"$(device)\" && class == \"none_empty\""
same "trace-cmd records and filters them" $((2 * n)) \
	"$(trace-cmd report -i /run/trace.dat 2>/dev/null | grep -c 'ring_irq: .*class=none_empty')"
recorded bpftrace -e "tracepoint:ringside:ring_irq
	/args->device == \"$(device)\" && args->class == \"none_empty\"/ { @n = count(); }"
same "bpftrace counts and filters them" "@n: $((2 * n))" "$(grep '^@n' /run/tool)"
recorded perf record -q -a -o /run/perf.data -e ringside:ring_irq --filter "device == \"$(device)\" && class == \"none_empty\""
same "perf records and filters them" $((2 * n)) \
	"$(perf script -i /run/perf.data 2>/dev/null | grep -c 'ring_irq: .*class=none_empty')"
