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

# polls_on CPU: the first queue's interrupts go there from the next one on, this shell and what it
# starts to the other one. The scenario is a subshell: $$ is another process.
polls_on()
{
	echo $((1 << $1)) >"/proc/irq/$irq/smp_affinity"
	read -r self _ </proc/self/stat
	taskset -p $((2 >> $1)) "$self" >/dev/null
	before=$(kernel_count "$irq")
	fault "post-signal input.0" && until_true 10 kernel_counted "$irq" $((before + 1))
}

# stuck MS: one interrupt of input.0 that goes on after its handler has returned: so long, or until
# irq_hold_ms is 0
stuck()
{
	echo "$1" >/sys/module/witness/parameters/irq_hold_ms
	before=$(kernel_count "$irq")
	# its answer is read when the interrupt is over
	printf 'post-signal input.0\n\n' >&3
	until_true 10 kernel_counted "$irq" $((before + 1))
}

# shown QUEUE: which counts of interrupts the snapshot in /run/stuck has of it
shown()
{
	grep "^queue device=$DEVICE .* name=$1 " /run/stuck |
		grep -o ' \(interrupts\|none\|handled\|none_softirq\|missed\)=' | tr -d ' =\n'
}

field_is()
{
	[ "$(field "$1" "$2")" = "$3" ]
}

reset_refused()
{
	# the shell itself does not say which error it was
	! busybox echo 1 >/sys/kernel/debug/ringside/reset 2>/run/reset &&
		grep -q "Device or resource busy" /run/reset
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
plan 18
# it waits for each poll, and only its hold is wanted
fault "witness 0" || exit 1
irq=$(field input.0 irq)
polls_on 0
echo 1 >/sys/kernel/debug/ringside/reset
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

DEVICE=$(device)
polls_on 1
interrupts=$(field input.0 interrupts)
check "stuck: an interrupt that goes on and on" stuck 60000
check "stuck: the snapshot can be read meanwhile" cp $SNAPSHOT /run/stuck
check "stuck: a reset is refused, as no instant is proved" reset_refused
same "stuck: nothing is shown of its interrupts" "" "$(shown input.0)"
same "stuck: another queue shows its own" "interruptsnonehandlednone_softirqmissed" "$(shown input.1)"
check "stuck: its ring's progress is shown" grep -q \
	"^queue .* name=input.0 .* used_progress=[0-9]* " /run/stuck
echo 0 >/sys/module/witness/parameters/irq_hold_ms
read -r answer <&3
same "stuck: the device did what it was asked for" ok "$answer"
check "afterwards they are shown again, and were not reset" \
	until_true 30 field_is input.0 interrupts $((interrupts + 1))
cp $SNAPSHOT /tmp/fallen /run/stuck /out/
