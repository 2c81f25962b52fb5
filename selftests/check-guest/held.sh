# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# Interrupts that come while a poll goes on: whose work they were to find is known when the
# poll is over. A reader never shows a cause that is another one later: it waits, and what
# it no longer waits for stays unknown.

. /check/lib.sh
# shellcheck source=/dev/null
. /life/lib.sh

n=${ROUNDS:-100}

# hold MS: how long the poll stays at each frame
hold()
{
	echo "$1" >/sys/module/witness/parameters/hold_ms
}

# late ROUNDS MS: the poll stays that long at each frame. Each time the first frame's poll receives
# a second one, and while it is at that one an interrupt comes: it has been returned since the
# last interrupt, and is consumed. A poll may begin half as late.
late()
{
	hold "$2"
	fault "repeat $1 { post-signal input.0; pause $(($2 * 100)); post input.0; pause $(($2 * 1500));
		signal input.0; pause $(($2 * 1500)) }"
	hold 0
}

softirq()
{
	echo $(($(field input.0 none_softirq) + $(field input.0 none_ksoftirqd)))
}

# causes: on a machine that stands still some interrupts come before the poll, or a reader has
# waited for long enough
causes()
{
	echo $(($(softirq) + $(field input.0 none_empty) + $(field input.0 none_unknown)))
}

quiet_netdev
ringside_load || exit 1
witness_start || exit 1
plan 10
# it waits for each poll, and only its hold is wanted
fault "witness 0" || exit 1
irq=$(field input.0 irq)
# the polls on one processor, the readers on the other
echo 1 >"/proc/irq/$irq/smp_affinity"
taskset -p 2 $$ >/dev/null
before=$(kernel_count "$irq")
watch_start -v keep=1
# what starts programs all the time may wait for the held poll, too; this does not
/programs/reader /sys/kernel/debug/ringside 2 0 snapshot >/run/readers &
readers=$!
check "short: $n interrupts during polls" timed "interrupts during polls" late "$n" 30
same "short: interrupts: the kernel's count" "$(($(kernel_count "$irq") - before))" "$(field input.0 interrupts)"
check "short: the poll consumed the entries of some of them" [ "$(softirq)" -gt 0 ]
same "short: each of the none has a cause, or is unknown" "$(field input.0 none)" "$(causes)"
echo 1 >/sys/kernel/debug/ringside/reset
check "long: 3 interrupts during polls" late 3 2000
watch_stop
kill $readers
check "the snapshot was read all the while" wait $readers
check "long: what was read meanwhile stays unknown" [ "$(field input.0 none_unknown)" -gt 0 ]
same "long: each of the none has a cause, or is unknown" "$(field input.0 none)" "$(causes)"
same "long: interrupts" 6 "$(field input.0 interrupts)"
same "no count falls" "" "$(head -n 5 /tmp/fallen)"
cp $SNAPSHOT /tmp/fallen /out/
