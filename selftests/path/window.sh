# SPDX-License-Identifier: GPL-2.0-only
#
# A window that both sides count, between two moments without traffic; and real traffic within it.
# Sourced by scenarios, inside the emulated host. guest, guest_get, until_true and note come from
# the lab. The guest's part is inside.sh.

TAP=tap0
GUEST_IP=10.77.0.2

# inside COMMAND ARGUMENT...: a command of inside.sh, in the guest
inside()
{
	guest "sh /path/inside.sh $*"
}

guest_quiet()
{
	inside interrupts_quiet
}

# net_still: allows only the scenario's own traffic. IPv6 and neighbour discovery would send at
# any time, also at the start or end of a window.
net_still()
{
	inside addresses_fixed "$(cat /sys/class/net/$TAP/address)"
	ip neigh replace "$GUEST_IP" lladdr "$(guest 'cat /sys/class/net/eth0/address')" \
		dev "$TAP" nud permanent
}

# window_open NAME [OPTION]: both sides start to count, the host's side with this option.
# /proc/interrupts is the independent count, read at the same quiet moments.
window_open()
{
	guest_quiet
	ringside host --tap "$TAP" ${2:+"$2"} -d 1h -o "/out/$1-host.json" 2>"/out/$1-host.err" &
	HOST_WINDOW=$!
	until_true 180 grep -q '^counting' "/out/$1-host.err" || {
		note "the host's window did not open: $(cat "/out/$1-host.err")"
		return 1
	}
	inside window_open "$1"
}

# counted COMMAND...: it counted, whatever its answer is (0 nothing wrong, 2 a fault, 3 not judged)
counted()
{
	"$@"
	case $? in 0 | 2 | 3) ;; *) return 1 ;; esac
}

# window_close NAME: ends both windows and fetches the guest's snapshot.
window_close()
{
	guest_quiet
	inside window_close "$1" || return 1
	kill -INT "$HOST_WINDOW"
	counted wait "$HOST_WINDOW" || return 1
	for part in guest.json interrupts.begin interrupts.end; do
		guest_get "/tmp/$1-$part" "/out/$1-$part"
	done
}

# traffic N: sends N datagrams to each of two ports and back. Each server has its own CPU, so both
# queues have traffic. One server sleeps in recv() (net.core.busy_read polls there), the other in
# poll() (net.core.busy_poll). A datagram is lost after 20 s: an emulated machine on a busy one is
# slow.
traffic()
{
	inside echoes_start
	udp ping -t 20000 -n "$1" -f 3 -p 7101 "$GUEST_IP" >/tmp/ping1 &
	udp ping -t 20000 -n "$1" -f 1 -p 7102 "$GUEST_IP" >/tmp/ping2
	wait $!
	inside echoes_stop >/tmp/echoes
	note "host: $(cat /tmp/ping1 /tmp/ping2 | tr '\n' ' ') guest: $(tr '\n' ' ' </tmp/echoes)"
	grep -q "sent=$1 received=$1 " /tmp/ping1 && grep -q "sent=$1 received=$1 " /tmp/ping2
}

# interrupts_settle: lets each queue's interrupt come once before a window. On x86 an interrupt
# moves to the CPU of its queue when it first comes. If it comes on the new CPU while the handler
# still runs on the old one, the handler runs again, and /proc/interrupts does not count that run
# (the module: reruns).
interrupts_settle()
{
	traffic 101
}

# phase NAME BUSY_USEC N: one window with N datagrams and net.core.busy_*=BUSY_USEC
phase()
{
	guest "sysctl -qw net.core.busy_poll=$2 net.core.busy_read=$2" &&
		timed "phase $1: open both windows" window_open "$1" &&
		timed "phase $1: $(($3 * 2)) datagrams to and fro, busy polling ${2} us" traffic "$3" &&
		timed "phase $1: close both windows" window_close "$1" || return 1
	ringside diff "/out/$1-guest.json" "/out/$1-host.json" >"/out/$1-ledger.txt"
	echo $? >"/out/$1-status"
	ringside diff --json "/out/$1-guest.json" "/out/$1-host.json" >"/out/$1-ledger.json"
	[ "$(cat "/out/$1-status")" = 0 ] || [ "$(cat "/out/$1-status")" = 2 ]
}
