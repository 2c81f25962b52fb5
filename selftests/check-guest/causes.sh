# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# Each class of interrupt by itself, as often as EVENTS says, on both sides.

. /check/lib.sh

n=$EVENTS few=$((EVENTS < 1009 ? EVENTS : 1009))
# Whether a raised NET_RX is served at once or by ksoftirqd is the scheduler's to say.
more=$((n + n / 10 + 50))
quiet_netdev
ringside_load || exit 1
witness_start || exit 1

scene "handled, receive" "input.0 handled $n" \
	"repeat $n { post-signal input.0 }; await input.0 quiet"
# The poll after one interrupt may run on another CPU and take the next frame before its
# interrupt: how many were handled is the witness's to say.
scene "handled, transmit" "output.0 interrupts $n output.0 handled 1+" \
	"repeat $n { ask output.0 send; take-signal output.0 }; await output.0 quiet"
scene "empty signal, receive" "input.0 none_empty $n" \
	"repeat $n { signal-empty input.0 }"
scene "empty signal, transmit" "output.1 none_empty $n" \
	"repeat $n { signal-empty output.1 }"
scene "busy poll first" "input.0 none_busy_poll $n" \
	"repeat $n { post input.0; ask input.0 poll-busy; await input.0 quiet; signal input.0 }"
scene "softirq first" "input.1 none $more input.1 none_softirq $n+" \
	"repeat $more { post input.1; ask input.1 poll; await input.1 quiet; signal input.1 }"
scene "ksoftirqd first" "input.0 none $more input.0 none_ksoftirqd $n+" \
	"repeat $more { post input.0; ask input.0 poll-ksoftirqd; await input.0 quiet; signal input.0 }"
scene "transmit cleaned by the receive poll" "output.0 none_tx_rx_poll $n" \
	"repeat $n { ask output.0 send; take output.0; ask input.0 poll; await output.0 consumed; await input.0 quiet; signal output.0 }"
scene "transmit cleaned by the transmit poll" "output.0 none_tx_tx_poll $n" \
	"repeat $n { ask output.0 send; take output.0; ask output.0 poll; await output.0 quiet; signal output.0 }"
case $(uname -v) in
*PREEMPT_RT*)
	skip "transmit cleaned by netpoll" "it polls with interrupts off, where this kernel may not sleep for a lock" ;;
*)
	scene "transmit cleaned by netpoll" "output.0 none_netpoll $n" \
		"repeat $n { ask output.0 send; take output.0; ask output.0 poll-netpoll; await output.0 consumed; signal output.0 }" ;;
esac
if xmit_cleans; then
	scene "transmit cleaned by start_xmit" "output.0 none_tx_xmit $n" \
		"ask output.0 send; take output.0; repeat $n { ask output.0 send; await output.0 consumed; signal output.0; take output.0 }; signal output.0; await output.0 quiet"
else
	skip "transmit cleaned by start_xmit" "this kernel's start_xmit leaves that to NAPI, or threads hide it"
fi
# Without indirect descriptors a frame in parts is a chain of them.
len=1
if is_packed && ! has_feature 28; then
	len=3
fi
scene "chains, handled and empty" "output.0 handled $few output.0 none_empty $few" \
	"repeat $few { ask output.0 send-parts; take-signal output.0; await output.0 quiet; signal-empty output.0 }" \
	-v len=$len
scene "chains cleaned by the transmit poll" "output.0 none_tx_tx_poll $few" \
	"repeat $few { ask output.0 send-parts; take output.0; ask output.0 poll; await output.0 quiet; signal output.0 }" \
	-v len=$len
scene "suppression honoured" "input.0 handled $few" \
	"honour input.0; repeat $few { post-signal input.0 }; await input.0 quiet; ignore input.0"

# As many entries as the index counts before it comes round again: the index
# stands where it stood at the last interrupt, and yet they were consumed.
if is_packed; then
	lap=64 laps=101
else
	lap=8192 laps=1
fi
scene "a whole lap taken by busy poll" "input.0 none_busy_poll $laps" \
	"repeat $laps { repeat $lap { post input.0 8; ask input.0 poll-busy; await input.0 quiet }; signal input.0 }"

if echo 1 2>/dev/null >"/sys/class/net/$NETDEV/threaded"; then
	scene "threaded NAPI first" "input.0 none_threaded $n" \
		"repeat $n { post input.0; ask input.0 poll; await input.0 quiet; signal input.0 }"
	echo 0 >"/sys/class/net/$NETDEV/threaded"
else
	skip "threaded NAPI first" "this kernel has no threaded NAPI"
fi

scene "broken" "input.1 none_broken $n" \
	"ask input.1 break; repeat $n { signal-empty input.1 }" -v broken=1
