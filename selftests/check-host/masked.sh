# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091
# The guest moves its interrupts from one CPU to the other all the while (as irqbalance does): on
# x86 each vector is masked for a moment, and the VMM takes its signals meanwhile. Everything still
# adds up, and nothing is wrong. What must hold is checked outside (masked.jq).

. /lab/check/host.sh

MOVES=${MOVES:-1000}
SENT=1009 # to each of two queues, and back

# In the guest: each of the queues' lines goes to the other CPU, again and again.
moves_start()
{
	guest "irqs=\$(sed -n 's/^ *\([0-9]*\):.*virtio.*\(input\|output\).*/\1/p' /proc/interrupts)
		{ n=0
		while [ \$n -lt $MOVES ]; do
			n=\$((n + 1))
			for irq in \$irqs; do echo \$((n % 2 + 1)) >/proc/irq/\$irq/smp_affinity; done
			echo \$n >/tmp/moves
			usleep 2000
		done; } </dev/null >/dev/null 2>&1 &"
}

moved()
{
	[ "$(guest 'cat /tmp/moves')" = "$MOVES" ]
}

traffic_moved()
{
	moves_start && traffic $SENT || return
	until moved; do traffic 101 || return; done
}

window_masked()
{
	window_open masked && traffic_moved && window_close masked || return
	echo "$MOVES" >/out/moves.json
	# not as a window of the path: its equalities are those of vectors that nobody masks
	mv /out/masked-guest.json /out/masked-inside.json
	counted ringside diff -j /out/masked-inside.json /out/masked-host.json >/out/ledger.json
}

guest_start
net_still
check "every interrupt has moved to its CPU" interrupts_settle
guest 'insmod /ringside.ko'
check "interrupts move $MOVES times under traffic" window_masked
