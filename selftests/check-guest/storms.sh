# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# Storms that never make the kernel give a line up: 10 %, 50 % and 99.8 % of
# 300,000 interrupts each find nothing. Then one that does: nothing but empty
# signals. While they run the module's view of the kernel's patience is compared
# with the kernel's own file, and eight readers read all files.

. /check/lib.sh

units=${UNITS:-300}

irq_of()
{
	sed -n "s/.*[^0-9]\([0-9]*\):.*virtio[0-9]*-$1\$/\1/p;s/^ *\([0-9]*\):.*virtio[0-9]*-$1\$/\1/p" \
		/run/ours | head -n 1
}

# spurious IRQ: "count unhandled", as the kernel says
spurious()
{
	awk '{ v[$1] = $2 } END { print v["count"], v["unhandled"] }' "/proc/irq/$1/spurious"
}

# left IRQ: "row IRQ now left", seconds, as irqs foretells how long this window lasts; "-" = not
left()
{
	awk -v irq="$1" -v now="$(cut -d' ' -f1 /proc/uptime)" \
		'$1 == irq { print "row", irq, now, $11 }' /sys/kernel/debug/ringside/irqs
}

# sample FILE IRQ...: kernel, module, kernel, a line each IRQ
sample()
{
	local file=$1 irq before

	shift
	before=$(for irq; do echo "before $irq $(spurious "$irq")"; done)
	{
		echo "$before"
		grep '^irq ' $SNAPSHOT
		for irq; do echo "after $irq $(spurious "$irq")"; done
		for irq; do left "$irq"; done
	} >>"$file"
}

# sample_while FILE PID IRQ...
sample_while()
{
	local file=$1 pid=$2

	shift 2
	: >"$file"
	while kill -0 "$pid" 2>/dev/null; do
		sample "$file" "$@"
		usleep 250000
	done
	sample "$file" "$@"
}

run_sampled()
{
	local file=$1 script=$2

	shift 2
	fault "$script" >/run/said 2>&1 &
	sample_while "$file" $! "$@"
	wait $!
}

quiet_netdev
insmod /ringside.ko || exit 1
witness_start || exit 1
fault "signal-empty input.0; signal-empty input.1; ask output.0 send; take-signal output.0; await output.0 quiet" || exit 1
device=$(sed -n "s/^device name=\([^ ]*\).*netdev=$NETDEV .*/\1/p" $SNAPSHOT)
grep "$device-" /proc/interrupts >/run/ours
rx0=$(irq_of input.0) rx1=$(irq_of input.1) tx0=$(irq_of output.0)

n=$((units * 1000))

# storm NAME SCRIPT EXPECT IRQ...
storm()
{
	local name=$1 script=$2 expect=$3 file="/run/storm-${1%% *}"

	shift 3
	account_begin
	timed "storm of $name" run_sampled "$file" "$script" "$@"
	same "storm of $name: the script went through" "" "$(cat /run/said)"
	same "storm of $name: device, witness, kernel and ringside count the same" "" "$(account "$expect" 2>&1)"
	same "storm of $name: the module's view is the kernel's, and is right about the window" "" \
		"$(awk -v cannot="$*" -f /check/patience.awk "$file")"
	artefact "$file"
}

# read_all COMMAND...: while readers read all files, and rest for some time then
read_all()
{
	local readers

	/programs/reader /sys/kernel/debug/ringside 8 20 >/run/readers &
	readers=$!
	"$@"
	kill $readers
	check "the files were read all the while" wait $readers
	note "$(cat /run/readers)"
}

# A poll of the receive queue would clean the transmit queue too: not side by side.
read_all storm "10 and 50 %" "together {
	repeat $units { repeat 100 { repeat 9 { post-signal input.0 }; signal-empty input.0 } }
	repeat $units { repeat 500 { post-signal input.1; signal-empty input.1 } }
	}; await input.0 quiet" \
	"input.0 interrupts $n input.0 none_empty $((n / 10)) input.1 interrupts $n input.1 none_empty $((n / 2))" \
	"$rx0" "$rx1"
read_all storm "99.8 %" "repeat $units { repeat 998 { signal-empty output.0 }
	repeat 2 { ask output.0 send; take-signal output.0; await output.0 quiet } }" \
	"output.0 interrupts $n output.0 none_empty $((units * 998))" "$tx0"
same "storms: no line was disabled" "0 0 0" "$(for i in $rx0 $rx1 $tx0; do
	sed -n "s/^irq irq=$i .*disabled=\([01]\).*/\1/p" $SNAPSHOT; done | tr '\n' ' ' | sed 's/ $//')"
check "storms: the kernel's log says nothing" sh -c '! dmesg | grep "nobody cared"'

expect_splat 'nobody cared|Call [Tt]race'
echo 1 >/sys/kernel/tracing/events/ringside/irq_disabled/enable
# A machine that is held up for 100 ms makes the kernel count anew: then the next window.
timed "nobody cared" run_sampled /run/nobody "signal-until-lost input.1 3000000" "$rx1"
same "nobody cared: the last signal raised no interrupt" "" "$(cat /run/said)"
same "nobody cared: every sample agrees, and predicted the end" "" \
	"$(awk -v trips="$rx1" -f /check/patience.awk /run/nobody)"
artefact /run/nobody
check "nobody cared: the kernel says so" sh -c "dmesg | grep -q 'irq $rx1: nobody cared'"
check "nobody cared: the snapshot says disabled, once" \
	grep -q "^irq irq=$rx1 .*disabled=1.*given_up=1" $SNAPSHOT
check "nobody cared: irqs says disabled, once, and when" \
	awk -v irq="$rx1" '$1 == irq { said = $12 == "yes" && $13 == 1 && $14 > 0 } END { exit !said }' \
	/sys/kernel/debug/ringside/irqs
same "nobody cared: the trace event is there, once" 1 \
	"$(grep -c "irq_disabled: irq=$rx1 unhandled=99[0-9]*$\|irq_disabled: irq=$rx1 unhandled=100000$" \
		/sys/kernel/tracing/trace)"
check "nobody cared: the event names queue and time" \
	grep -q "^event time_ns=[1-9][0-9]* kind=irq-disabled device=$device queue=input.1 irq=$rx1 " \
	/sys/kernel/debug/ringside/events
fault "witness 0; post-signal input.1 5"
check "nobody cared: the queue stands still" until_true 5 \
	grep -q "^queue device=$device .*name=input.1 .*stalled_ms=[1-9]" $SNAPSHOT
check "nobody cared: the standstill is an event" \
	grep -q "kind=stalled device=$device queue=input.1 .*pending=5 " \
	/sys/kernel/debug/ringside/events
