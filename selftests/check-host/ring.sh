# SPDX-License-Identifier: GPL-2.0-only
#
# A ring that fills: the VMM's process is stopped, and vhost's worker with it, so
# nothing is taken. (A guest stopped by its monitor would not do: QEMU then reads
# one packet from the tap itself.) Known numbers of datagrams of one flow, so all
# for one queue, make its ring empty, half full and full; what is checked outside
# (ring.jq) is what the host's side said of it, and the kernel's drops.

. /lab/window.sh

dropped()
{
	cat /sys/class/net/"$TAP"/statistics/tx_dropped
}

# step NAME DATAGRAMS: one window in which the stopped guest is sent this many
step()
{
	ringside host --tap "$TAP" -d 1h -o "/out/$1.json" 2>"/out/$1.err" &
	HOST_WINDOW=$!
	until_true 300 grep -q '^counting' "/out/$1.err" || return 1
	set -- "$1" "$2" "$(dropped)"
	[ "$2" = 0 ] || udp blast -n "$2" -f 1 -S 7001 -p 9 "$GUEST_IP" >"/out/$1.sent"
	kill -INT $HOST_WINDOW
	wait $HOST_WINDOW || return 1
	echo "{\"sent\": $2, \"dropped\": $(($(dropped) - $3))}" >"/out/$1.kernel"
}

guest_start
ping -c 1 "$GUEST_IP" >/dev/null
MAC=$(ip neigh show "$GUEST_IP" dev "$TAP" | sed 's/.*lladdr \([^ ]*\).*/\1/')
ip neigh replace "$GUEST_IP" lladdr "$MAC" dev "$TAP" nud permanent
sysctl -qw net.ipv6.conf."$TAP".disable_ipv6=1
kill -STOP "$(guest_pid)"
check "an empty ring is looked at" step empty 0
check "a half full ring is looked at" step half 503
check "a full ring is looked at" step full 1009
kill -CONT "$(guest_pid)"
guest true
check "the drained ring is looked at" step drained 0
