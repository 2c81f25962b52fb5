# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# A kernel without tracepoints: what the hooks on functions see, and the names of
# what they do not see. To be run with -k no-tracepoints.

. /check/lib.sh

n=$EVENTS hooks=/sys/kernel/debug/ringside/hooks

# states_of LOSES: "name kind state" of each hook that loses that
states_of()
{
	sed -n "s/^hook name=\([^ ]*\) kind=\([^ ]*\) state=\([^ ]*\) loses=$1\( .*\)*$/\1 \2 \3/p" $hooks
}

quiet_netdev
plan 7
check "to time softirqs is refused, and the log says why" sh -c \
	'! insmod /ringside.ko net_rx_time=y 2>/dev/null && dmesg | grep -q "it needs tracepoints"'
ringside_load || exit 1
witness_start || exit 1

same "interrupts are counted by kprobes" "handle_irq_event kprobe attached
note_interrupt kprobe attached" "$(states_of everything | grep irq_event; states_of everything | grep note)"
same "what is unknown is named" "napi_poll tracepoint absent
softirq_entry tracepoint absent
softirq_exit tracepoint absent" "$(states_of time-between-polls; states_of time-in-net_rx_action)"
# netpoll apart, what receives a hundred packets needs a second poll
scene "polls that use up their budget" "input.0 full_softirq 1+" \
	"repeat $n { post input.0 100; signal input.0; await input.0 quiet }"
same "no hit is missed" "" "$(grep ' state=attached ' $hooks | grep -v ' missed=0$')"
same "no time between polls is shown" "" "$(grep -o 'gap_ns=.*' /run/after)"
same "no time of softirqs is shown" "" "$(grep -o 'net_rx_[a-z]*=' /run/after)"
