# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# Hits that the hooks miss: with the kernel's function tracer switched off they
# see nothing, and that has to show as missed, to the last one.

. /check/lib.sh

n=$EVENTS
unseen=1009
switch=/proc/sys/kernel/ftrace_enabled

quiet_netdev
insmod /ringside.ko || exit 1
witness_start || exit 1
plan 2
scene "before" "input.0 none_empty $n" "repeat $n { signal-empty input.0 }"
account_begin || exit 1
fault "repeat $n { signal-empty input.0 }" || exit 1
if ! echo 0 2>/dev/null >$switch; then
	skip "hits are missed, and said to be" "this kernel does not let its function tracer be switched off"
	exit 0
fi
fault "repeat $unseen { signal-empty input.0 }" || exit 1
echo 1 >$switch
fault "repeat $n { signal-empty input.0 }" || exit 1
same "hits are missed, and said to be" "" "$(account \
	"input.0 interrupts $((2 * n)) input.0 none_empty $((2 * n)) input.0 missed $unseen" \
	-v missing="input.0 $unseen" 2>&1)"
