# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# One line for all virtqueues, as MSI-X with too few vectors or as INTx. Every
# interrupt of the line is one of each queue: only one of them was meant.

. /check/lib.sh

n=$EVENTS
# The handler of a device's line (INTx) reads the ISR and calls that handled,
# so what found nothing looks as if it had been for another.
empty=none_empty stolen=none_busy_poll cleaned=none_tx_rx_poll said=1
quiet_netdev
insmod /ringside.ko || exit 1
witness_start || exit 1
if grep -q ' virtio[0-9]*$' /proc/interrupts; then
	empty=none_shared stolen=none_shared cleaned=none_shared said=0
fi

scene "handled, receive" \
	"input.0 handled $n output.0 none_shared $n input.1 none_shared $n output.1 none_shared $n" \
	"repeat $n { post-signal input.0 }; await input.0 quiet" -v shared=1 -v said=$said
scene "handled, transmit" \
	"input.0 none_shared $n output.0 none_shared $n input.1 none_shared $n output.1 handled $n" \
	"repeat $n { ask output.1 send; take-signal output.1; await output.1 quiet }" -v shared=1 -v said=$said
scene "empty signal" \
	"input.0 $empty $n output.0 $empty $n input.1 $empty $n output.1 $empty $n" \
	"repeat $n { signal-empty input.1 }" -v shared=1 -v said=$said
scene "busy poll first" "input.1 $stolen $n input.0 none $n" \
	"repeat $n { post input.1; ask input.1 poll-busy; await input.1 quiet; signal input.1 }" \
	-v shared=1 -v said=$said
scene "transmit cleaned by the receive poll" "output.0 $cleaned $n" \
	"repeat $n { ask output.0 send; take output.0; ask input.0 poll; await output.0 consumed; await input.0 quiet; signal output.0 }" \
	-v shared=1 -v said=$said
