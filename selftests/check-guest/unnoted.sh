# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# A kernel without tracepoints that was booted with noirqdebug: it does not call
# note_interrupt(), so that the results of interrupts are unknown.

. /check/lib.sh

n=$EVENTS

queue_line()
{
	grep "^queue device=$(device) .* name=$2 " "$1"
}

quiet_netdev
plan 4
ringside_load || exit 1
witness_start || exit 1
account_begin
check "traffic with noirqdebug" fault "repeat $n { post-signal input.0; await input.0 quiet }"
cat $SNAPSHOT >/run/after
check "the results are named as unknown" grep -q \
	"^hook .* state=absent .*loses=results-of-interrupts" /sys/kernel/debug/ringside/hooks
same "and no interrupt is shown" "" \
	"$(queue_line /run/after input.0 | grep -o ' \(interrupts\|none\|handled\|none_[a-z_]*\|missed\)=')"
same "the progress of the ring is shown" "$n $n" \
	"$(total_of used_progress) $(total_of last_used_progress)"
