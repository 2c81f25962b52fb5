# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# What could make hooks miss hits: kprobes and the function tracer on all that an
# interrupt and a poll go through, on the same CPU, and the tracer's main switch.
# They miss none by that; so their probes are taken off the kernel's tracepoints
# for a while. What is missed has to show, and the sums have to hold all the same.

. /check/lib.sh

n=$EVENTS
tracing=/sys/kernel/tracing
[ -e $tracing/kprobe_events ] || tracing=/sys/kernel/debug/tracing
script="repeat $n { post-signal input.0; signal-empty input.0 }; repeat $n { ask output.1 send; take-signal output.1 }; await output.1 quiet"
# what the poll took before the interrupt came is the witness's to say
expect="input.0 handled $n input.0 none_empty $n output.1 interrupts $n output.1 handled 1+"

quiet_netdev
insmod /ringside.ko || exit 1
witness_start || exit 1
plan 5

for symbol in vring_interrupt virtnet_poll virtnet_poll_tx skb_recv_done skb_xmit_done \
	      napi_gro_receive kfree_skb consume_skb __kmalloc kfree ktime_get; do
	echo "p:storm_$symbol $symbol" >>$tracing/kprobe_events
done 2>/dev/null
echo 1 >$tracing/events/kprobes/enable
scene "a storm of kprobes on the same path" "$expect" "$script"
note "$(grep -c . $tracing/kprobe_events) kprobes on the way"
echo 0 >$tracing/events/kprobes/enable
echo >$tracing/kprobe_events

if ! grep -qw function $tracing/available_tracers; then
	skip "the function tracer on everything" "this kernel has no function tracer"
else
	echo function >$tracing/current_tracer
	scene "the function tracer on everything" "$expect" "$script"
	echo nop >$tracing/current_tracer
fi

# The hooks that need the function tracer forbid it.
check "the tracer's main switch cannot be turned off while hooks are attached" sh -c \
	'! echo 0 2>/dev/null >/proc/sys/kernel/ftrace_enabled'

scene "probes taken off: every interrupt shows as missed" "input.0 missed $((2 * n))" \
	"ask input.0 blind; repeat $n { post-signal input.0; signal-empty input.0 }; await input.0 quiet; ask input.0 see" \
	-v missing="input.0 $((2 * n))"
scene "probes put back: none is missed any more" "input.0 handled $n input.0 none_empty $n" \
	"repeat $n { post-signal input.0; signal-empty input.0 }; await input.0 quiet"
