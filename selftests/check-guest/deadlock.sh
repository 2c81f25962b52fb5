# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# Three at once, which must not wait for each other in a circle: a busy poller that ends its
# polls on the processor of the queue's interrupt, that interrupt, which finds nothing
# because of it, and readers on the other processor, who hold the line still. Without a
# witness: the device signals at its own pace. A hang is the run's time limit.

. /check/lib.sh

n=${SIGNALS:-4001}
delays='1 2 3 5 7 10 13 17 22 28 35 43 52 62 74 87 100'

# queue FIELD: of input.0
queue()
{
	field input.0 "$1"
}

# causes: the sum of input.0's
causes()
{
	grep "^queue device=$(device) .*name=input.0 " $SNAPSHOT | tr ' ' '\n' |
		sed -n 's/^none_.*=//p' | awk '{ n += $1 } END { print n + 0 }'
}

storm()
{
	local delay

	for delay in $delays; do
		fault "repeat $n { post-delay-signal input.0 1 $delay; pause 200 }" || return
	done
}

# taken: of what was returned nothing is left
taken()
{
	[ "$(queue used_progress)" = "$(queue last_used_progress)" ]
}

# the device's frames go there where no witness says otherwise
ip link set $NETDEV address 52:54:00:12:34:56
ip addr add 10.9.0.2/24 dev $NETDEV
quiet_netdev
insmod /ringside.ko || exit 1
plan 9
irq=$(queue irq)
echo 1 >"/proc/irq/$irq/smp_affinity"
fault "ignore input.0; reset" || exit 1
taskset 1 udp sink -p 7000 -b 50000 -t 3600000 >/run/sink 2>&1 &
sink=$!
taskset 2 /programs/reader /sys/kernel/debug/ringside 4 0 snapshot irqs >/run/readers &
readers=$!
before=$(kernel_count "$irq")
check "$n late signals at each of $(echo "$delays" | wc -w) delays" timed "late signals" storm
check "all that was returned is consumed" until_true 20 taken
kill $readers
check "the snapshot was read all the while" wait $readers
note "$(cat /run/readers)"
kill $sink
wait $sink
cp $SNAPSHOT /out/snapshot
same "entries: the device's count" "$(fault report | sed -n 's/^queue name=input.0 .*posted=\([0-9]*\).*/\1/p')" \
	"$(queue used_progress)"
same "interrupts: the kernel's count" "$(($(kernel_count "$irq") - before))" "$(queue interrupts)"
same "each of them is handled or none" "$(queue interrupts)" "$(($(queue handled) + $(queue none)))"
same "each of the none has a cause" "$(queue none) 0" "$(causes) $(queue none_unknown)"
same "none was missed" 0 "$(queue missed)"
check "the busy poller was the cause of some" test "$(queue none_busy_poll)" -gt 0
