# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# What makes hooks miss hits: kprobes and the function tracer on all that an
# interrupt and a poll go through, on the same CPU, and the tracer's main
# switch. What is missed has to show, and the sums have to hold all the same.

. /check/lib.sh

n=$EVENTS
tracing=/sys/kernel/tracing
[ -e $tracing/kprobe_events ] || tracing=/sys/kernel/debug/tracing
script="repeat $n { post-signal input.0; signal-empty input.0 }; repeat $n { ask output.1 send; take-signal output.1 }; await output.1 quiet"
expect="input.0 handled $n input.0 none_empty $n output.1 handled $n"

quiet_netdev
insmod /ringside.ko || exit 1
witness_start || exit 1
plan 3

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

account_begin || exit 1
if echo 0 2>/dev/null >/proc/sys/kernel/ftrace_enabled; then
	fault "$script" || exit 1
	echo 1 >/proc/sys/kernel/ftrace_enabled
	unseen=$(awk '/ name=input.0 / { for (i = 1; i <= NF; i++) if (sub(/^missed=/, "", $i)) print $i }' $SNAPSHOT)
	same "the tracer's main switch: what was not seen is shown as missed" "" \
		"$(account "input.0 missed $((2 * n))" -v missing="input.0 $unseen" 2>&1)"
else
	fault "$script" || exit 1
	same "the tracer's main switch cannot be thrown beneath the hooks" "" \
		"$(account "$expect" 2>&1)"
fi
