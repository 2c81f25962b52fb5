# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# Times around polls: how long an interrupt waits for its poll, and how long polls take.
# Compared with the kernel's own trace of the same functions, and with a poll held on purpose.

. /check/lib.sh

n=$EVENTS
hold_ms=40
held=5
instance=/sys/kernel/tracing/instances/delays
parameter=/sys/module/ringside/parameters/delays
# the first bucket that is shorter than hold_ms: 2^25 ns
long_ns=33554432

trace_begin()
{
	mkdir -p $instance || return
	echo 8192 >$instance/buffer_size_kb
	printf '%s\n' skb_recv_done virtnet_poll >$instance/set_ftrace_filter &&
		echo 1 >$instance/events/napi/napi_poll/enable &&
		echo function >$instance/current_tracer
}

trace_end()
{
	cat $instance/trace >"$1"
	echo nop >$instance/current_tracer
	rmdir $instance
}

# traced FILE: number and sum in microseconds of both times, as the kernel's trace has them. A
# poll is over at the first napi_poll that its CPU says after it.
traced()
{
	awk '
		/^#/ { next }
		{ cpu = $2; for (at = 3; $at !~ /^[0-9]+\.[0-9]+:$/; at++); time = $at + 0 }
		$(at + 1) == "skb_recv_done" && !called { called = time }
		$(at + 1) == "virtnet_poll" {
			if (called) { waits++; wait += time - called }
			called = 0
			from[cpu] = time
		}
		$(at + 1) == "napi_poll:" && cpu in from {
			lengths++
			length_sum += time - from[cpu]
			delete from[cpu]
		}
		END { printf "%d %d %d %d\n", waits, wait * 1e6, lengths, length_sum * 1e6 }' "$1"
}

# timings KEY [AT-LEAST]: how many of the queue's times, and their sum in microseconds between bounds
timings()
{
	sed -n "s/^delay device=$(device) index=0 .*$1=\([0-9:,]*\).*/\1/p" $SNAPSHOT |
		tr ',' '\n' | awk -F : -v least="${2:-0}" '
			NF == 2 && $1 >= least { n += $2; from += $1 * $2; to += ($1 ? 2 * $1 : 0) * $2 }
			END { printf "%d %d %d\n", n, from / 1000, to / 1000 }'
}

polls()
{
	for origin in softirq ksoftirqd busy threaded; do total_of "$1_$origin"; done |
		awk '{ sum += $1 } END { print sum }'
}

# within NAME KEY NUMBER SUM: as many as the trace has, and their sum within the bounds that
# the histogram gives. Its clock is read at other points: some microseconds for each.
within()
{
	local name=$1 key=$2 number=$3 sum=$4

	set -- $(timings "$key")
	same "$name: $key: as many as the kernel's trace has" "$number" "$1"
	check "$name: $key: $sum us in the trace are between $2 and $3" \
		[ $((sum + 50 * number)) -ge "$2" ] && [ "$sum" -le $(($3 + 50 * number)) ]
}

# timed_scene NAME SCRIPT
timed_scene()
{
	trace_begin || { fail "$1" "no trace"; return; }
	echo 1 >/sys/kernel/debug/ringside/reset
	account_begin
	fault "$2" || fail "$1" "the device fails"
	cat $SNAPSHOT >/run/after
	trace_end /run/trace
	# shellcheck disable=SC2046 # four numbers
	set -- "$1" $(traced /run/trace)
	same "$1: each poll has a length" "$(polls polls)" "$(timings poll_length_ns | cut -d ' ' -f 1)"
	within "$1" poll_wait_ns "$2" "$3"
	within "$1" poll_length_ns "$4" "$5"
}

quiet_netdev
# the functions' trace does not say of which device they are
ip link set eth0 down
ringside_load || exit 1
witness_start || exit 1
same "no times without the parameter" "" "$(grep '^delay ' $SNAPSHOT)"
check "what is no yes or no is refused" eval "! echo 7 >$parameter 2>/dev/null"
echo y >$parameter
timed_scene "one by one" "repeat $n { post-signal input.0; await input.0 quiet }"
same "one by one: each interrupt waited" "$n" "$(timings poll_wait_ns | cut -d ' ' -f 1)"
echo $hold_ms >/sys/module/witness/parameters/hold_ms
# it waits for the end of each poll, and here an interrupt comes before
fault "witness 0"
timed_scene "held" "ignore input.0; repeat $held { post-signal input.0; pause 5000; post input.0;
	signal input.0; pause $((hold_ms * 5000)) }"
echo 0 >/sys/module/witness/parameters/hold_ms
fault "witness $(cat /sys/module/witness/parameters/address)"
same "held: a poll with packets takes as long" "$(($(polls polls) - $(polls empty)))" \
	"$(timings poll_length_ns $long_ns | cut -d ' ' -f 1)"
check "held: an interrupt waits for the poll before it" \
	[ "$(timings poll_wait_ns $long_ns | cut -d ' ' -f 1)" -gt 0 ]
echo 1 >/sys/kernel/debug/ringside/reset
same "reset: none" "0 0 0" "$(timings poll_length_ns)"
echo n >$parameter
same "no times when it is off again" "" "$(grep '^delay ' $SNAPSHOT)"
fault "repeat 3 { post-signal input.0; await input.0 quiet }"
echo y >$parameter
same "on again: what came while it was off is not there" "0 0 0" "$(timings poll_wait_ns)"
fault "repeat 3 { post-signal input.0; await input.0 quiet }"
same "on again: three waits" 3 "$(timings poll_wait_ns | cut -d ' ' -f 1)"
echo n >$parameter
echo y >$parameter
same "on once more: none is lost" 3 "$(timings poll_wait_ns | cut -d ' ' -f 1)"
