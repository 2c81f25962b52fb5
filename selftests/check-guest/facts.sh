# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# What a snapshot says of each ring, NAPI, transmit queue and interrupt line, in
# states made on purpose, against the device's end of the ring and the kernel's
# own files.

. /check/lib.sh

queues="input.0 output.0 input.1 output.1"

# fact QUEUE KEY: the value in the snapshot; nothing where it is not known
fact()
{
	sed -n "s/^queue device=$(device) .* name=$1 .* $2=\([0-9]*\).*/\1/p" $SNAPSHOT
}

# facts KEY: of all queues of the device
facts()
{
	local queue

	for queue in $queues; do fact "$queue" "$1"; done | tr '\n' ' ' | sed 's/ $//'
}

# irq_fact QUEUE KEY
irq_fact()
{
	sed -n "s/^irq irq=$(fact "$1" irq) .* $2=\([0-9]*\).*/\1/p" $SNAPSHOT
}

# state NAME [SCRIPT]: has the device carry it out, and compares each ring
state()
{
	local name=$1 differences

	if ! fault "${2:-} ; facts" >/run/facts 2>/run/said; then
		fail "$name: the rings" "$(cat /run/said)"
		return
	fi
	cat $SNAPSHOT >/run/snapshot
	differences=$(awk -v netdev=$NETDEV -f /check/facts.awk /run/facts /run/snapshot)
	if [ -z "$differences" ]; then
		pass "$name: device and ringside say the same of each ring"
		return
	fi
	mkdir -p /out/facts
	cp /run/facts "/out/facts/device-${name%% *}"
	cp /run/snapshot "/out/facts/snapshot-${name%% *}"
	fail "$name: the rings" "$(echo "$differences" | head -n 8 | tr '\n' ';')"
}

# is KEY OF VALUE: whether the fact of that queue has it
is()
{
	[ "$(fact "$2" "$1")" = "$3" ]
}

is_consumed()
{
	[ "$(fact "$1" used_idx)" = "$(fact "$1" last_used_idx)" ]
}

lasts()
{
	[ "$(fact "$2" "$1")" -ge "$3" ]
}

kicks_of()
{
	ethtool -S $NETDEV | sed -n "s/^ *$1_kicks: //p"
}

# refused SCRIPT: whether the device says that the guest cannot
refused()
{
	! fault "$1" 2>/dev/null
}

# resync: what was posted without the witness is not awaited
resync()
{
	fault "witness 0; witness $(cat /sys/module/witness/parameters/address)"
}

# grows_with_time QUEUE KEY: by as much as the time that passes, in milliseconds
grows_with_time()
{
	local from to before after

	before=$(cut -d' ' -f1 /proc/uptime | tr -d .)
	from=$(fact "$1" "$2")
	usleep 1500000
	to=$(fact "$1" "$2")
	after=$(cut -d' ' -f1 /proc/uptime | tr -d .)
	[ $((to - from)) -ge 1400 ] && [ $((to - from)) -le $(((after - before + 2) * 10)) ]
}

# has_event KIND QUEUE
has_event()
{
	grep -q "^event .* kind=$1 device=$(device) queue=$2 .*pending=[0-9]* .*since_ms=[1-9]" \
		/sys/kernel/debug/ringside/events
}

quiet_netdev
ringside_load || exit 1
witness_start || exit 1
state "idle"
same "idle: nothing is outstanding on the transmit queues" "0 0" "$(fact output.0 outstanding) $(fact output.1 outstanding)"
same "idle: no time of a state that is not" "" "$(facts outstanding_ms | cut -d' ' -f3-)$(facts tx_stopped_ms)"
same "idle: no NAPI is scheduled, disabled, has a thread or a busy poller" "0 0 0 0;0 0 0 0;0 0 0 0;0 0 0 0" \
	"$(facts napi_scheduled);$(facts napi_disabled);$(facts napi_threaded);$(facts napi_busy)"
same "idle: no virtqueue is broken" "0 0 0 0" "$(facts broken)"
same "idle: no transmit queue is stopped" "0 0" "$(facts tx_stopped)"

state "many entries" "repeat 1009 { post-signal input.0; ask output.1 send; take-signal output.1 };
	await input.0 quiet; await output.1 quiet"
state "outstanding" "ask output.0 send; ask output.0 send; ask output.0 send-parts"
check "outstanding: since when is known" until_true 10 lasts outstanding_ms output.0 500
check "outstanding: the time grows as time does" grows_with_time output.0 outstanding_ms
check "outstanding: the device's standstill is an event" until_true 10 has_event unreturned output.0
state "not consumed" "take output.0 2; post input.1 5"
check "not consumed: the time counts from what was returned" lasts outstanding_ms output.0 0
check "not consumed: its end is one, too" until_true 10 has_event returned output.0
state "consumed" "signal output.0; take-signal output.0; signal input.1; await input.1 quiet; await output.0 quiet"

state "NAPI disabled" "ask input.1 napi-off; post-signal input.1 3"
same "NAPI disabled: this one is, no other" "0 0 1 0" "$(facts napi_disabled)"
same "NAPI disabled: whether it has a thread is not known" "0 0 0" "$(facts napi_threaded)"
fault "ask input.1 napi-on; ask input.1 poll; await input.1 quiet" || exit 1
same "NAPI enabled again" "0 0 0 0" "$(facts napi_disabled)"
if [ -e /sys/class/net/$NETDEV/threaded ]; then
	echo 1 >/sys/class/net/$NETDEV/threaded
	same "threaded NAPI: all that have a weight have a thread" "1 1 1 1" "$(facts napi_threaded)"
	echo 0 >/sys/class/net/$NETDEV/threaded
else
	same "no threaded NAPI in this kernel" "0 0 0 0" "$(facts napi_threaded)"
fi

# 18 of 256 descriptors are free then, and 19 are needed.
full=238
fault "repeat $full { ask output.0 send }" || exit 1
state "full"
same "full: the stack is told to send nothing" "1 0" "$(facts tx_stopped)"
check "full: the driver's queue takes nothing" refused "ask output.0 send"
check "full: since when is known" until_true 10 lasts tx_stopped_ms output.0 500
state "full, returned" "take output.0 $full"
state "cleaned" "signal output.0; await output.0 quiet"
check "cleaned: the stack sends again" until_true 5 is tx_stopped output.0 0

irq=$(fact input.0 irq)
fault "ask input.0 irq-off" || exit 1
same "interrupt disabled: its depth, nothing is masked yet" "1 0" "$(irq_fact input.0 depth) $(irq_fact input.0 masked)"
fault "witness 0; post-signal input.0" || exit 1
check "interrupt disabled: the next one has it masked" until_true 10 sh -c "grep -q '^irq irq=$irq .* masked=1 depth=1 ' $SNAPSHOT"
state "interrupt disabled"
resync && fault "ask input.0 irq-on" || exit 1
check "interrupt enabled again" until_true 10 sh -c "grep -q '^irq irq=$irq .* masked=0 depth=0 ' $SNAPSHOT"
check "what waited for it is consumed" until_true 10 is_consumed input.0
resync || exit 1
for cpu in 1 0; do
	echo $cpu >/proc/irq/"$irq"/smp_affinity_list
	fault "ask input.0 poll; post-signal input.0; await input.0 quiet" || exit 1
	same "the CPU of an interrupt moved to $cpu is the kernel's, and online" \
		"$(cat /proc/irq/"$irq"/effective_affinity_list) 1" "$(irq_fact input.0 effective_cpu) $(irq_fact input.0 cpu_online)"
done

before=$(fact control outstanding)
fault "ask input.0 command" || exit 1
same "a command without a kick is outstanding on the control queue" "0 1" "$before $(fact control outstanding)"
check "and since when is known" until_true 10 lasts outstanding_ms control 500
check "and that no answer comes is an event" until_true 10 has_event unreturned control
fault "ask input.0 command-end" || exit 1
same "after its answer nothing is" 0 "$(fact control outstanding)"
check "and its end is one" until_true 10 has_event returned control
same "no ring was left without buffers, and no queue stopped with an empty one" "" \
	"$(grep -E 'kind=(unfilled|tx-stopped)' /sys/kernel/debug/ringside/events)"
same "a device with buffers to receive into stands still in no event" "" \
	"$(grep 'kind=\(un\)\?returned .* queue=input' /sys/kernel/debug/ringside/events)"

ip link set $NETDEV down
same "the interface is down: each NAPI is disabled" "1 1 1 1" "$(facts napi_disabled)"
ip link set $NETDEV up
same "it is up again: none is" "0 0 0 0" "$(facts napi_disabled)"

fault "ask input.0 break" || exit 1
same "broken virtqueues say so" "1 1 1 1" "$(facts broken)"
state "broken"
