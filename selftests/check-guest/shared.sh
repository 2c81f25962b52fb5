# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# One line for all virtqueues, as MSI-X with too few vectors or as INTx. Every
# interrupt of the line is one of each queue: only one of them was meant.

. /check/lib.sh

n=$EVENTS few=$((EVENTS < 1009 ? EVENTS : 1009))
said=1
quiet_netdev
insmod /ringside.ko || exit 1
witness_start || exit 1
# The handler of a device's line (INTx) may call all handled that the device meant.
grep -q ' virtio[0-9]*$' /proc/interrupts && said=0

scene "handled, receive" \
	"input.0 handled $n output.0 none_shared $n input.1 none_shared $n output.1 none_shared $n" \
	"repeat $n { post-signal input.0 }; await input.0 quiet" -v shared=1 -v said=$said
scene "handled, transmit" \
	"input.0 none_shared $n output.0 none_shared $n input.1 none_shared $n output.1 handled $n" \
	"repeat $n { ask output.1 send; take-signal output.1; await output.1 quiet }" -v shared=1 -v said=$said
scene "empty signal" \
	"input.0 none_empty $n output.0 none_empty $n input.1 none_empty $n output.1 none_empty $n" \
	"repeat $n { signal-empty input.1 }" -v shared=1 -v said=$said
scene "busy poll first" "input.1 none_busy_poll $few input.0 none $few" \
	"repeat $few { post input.1; ask input.1 poll-busy; await input.1 quiet; signal input.1 }" \
	-v shared=1 -v said=$said
scene "transmit cleaned by the receive poll" "output.0 none_tx_rx_poll $few" \
	"repeat $few { ask output.0 send; take output.0; ask input.0 poll; await output.0 consumed; await input.0 quiet; signal output.0 }" \
	-v shared=1 -v said=$said

# A changed configuration comes by the device's line too: for none of the queues.
[ $said = 0 ] || return 0
line=$(sed -n "s/^queue device=$(device) .* irq=\([0-9]*\) .*/\1/p" $SNAPSHOT | head -n 1)
account_begin || exit 1
before=$(kernel_count "$line")
monitor announce_self
check "a changed configuration: interrupts came" until_true 10 kernel_counted "$line" $((before + 5))
cat $SNAPSHOT >/run/after
n=$(($(kernel_count "$line") - before))
same "a changed configuration: $n interrupts for none of the 4 queues" "$((4 * n)) 0 $((4 * n))" \
	"$(total_of interrupts) $(total_of none_empty) $(total_of none_shared)"
