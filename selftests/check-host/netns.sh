# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091
# A tap in another network namespace, as containers have it; here its interface number is another
# interface's, and later another namespace has a tap of its name. Known datagrams, some of them
# dropped. What must hold is checked outside (netns.jq).

. /lab/check/host.sh

SENT=2003
MORE=1733 # to a stopped VMM
BACK_SENT=1009

pod()
{
	ip netns exec pod "$@"
}

# tap_leave: its queues stay open; the decoy has carried packets
tap_leave()
{
	ifindex=$(cat /sys/class/net/"$TAP"/ifindex)
	modprobe dummy
	ip netns add pod &&
		pod sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 &&
		ip link set "$TAP" netns pod &&
		ip -n pod addr add 10.77.0.1/24 dev "$TAP" &&
		ip -n pod link set "$TAP" up &&
		ip -n pod neigh replace "$GUEST_IP" lladdr "$(guest 'cat /sys/class/net/eth0/address')" \
			dev "$TAP" nud permanent || return
	[ "$(ip -n pod -o link show "$TAP" | cut -d: -f1)" = "$ifindex" ] &&
		ip link add decoy index "$ifindex" type dummy && ip link set decoy up &&
		ip addr add 10.99.0.1/24 dev decoy &&
		ip neigh replace 10.99.0.2 lladdr 52:54:00:99:00:02 dev decoy nud permanent &&
		decoy_sends
}

decoy_sends()
{
	udp blast -n 53 -p 9 10.99.0.2 >/dev/null
}

pod_says()
{
	ip -n pod -s -j link show dev "$TAP" >"/out/$1-link.json"
}

# traffic_known: to the guest, to it while its VMM is stopped, and from it
traffic_known()
{
	guest "udp sink -t 600000 -p $PORT >/tmp/sink 2>&1 </dev/null & sh /path/inside.sh ports_open $PORT"
	pod udp sink -t 600000 -p "$BACK" >/tmp/sink 2>&1 &
	sink=$!
	pod udp blast -n $SENT -p "$PORT" "$GUEST_IP" >/tmp/to || return
	kill -STOP "$(guest_pid)"
	pod udp blast -n $MORE -p "$PORT" "$GUEST_IP" >/tmp/more
	kill -CONT "$(guest_pid)"
	decoy_sends
	guest "udp blast -n $BACK_SENT -p $BACK 10.77.0.1" >/tmp/from && guest_quiet || return
	killall -TERM udp
	wait "$sink"
	guest 'killall -TERM udp; usleep 500000'
}

# window NAME OPTION...: the host's side alone
window()
{
	pod_says "$1-begin" && host_open "$@" && traffic_known && host_close && pod_says "$1-end" || return
	guest 'cat /tmp/sink' >/tmp/sunk
	echo "{\"sent\": $(($(number sent /tmp/to) + $(number sent /tmp/more))),
		\"received\": $(number received /tmp/sunk),
		\"back\": $(number sent /tmp/from), \"returned\": $(number received /tmp/sink)}" \
		>"/out/$1-traffic.json"
}

# path_gone: only a process leads to the namespace now
path_gone()
{
	pod sleep 1d &
	usleep 300000
	ip netns del pod && [ ! -e /run/netns/pod ] || return
	counted ringside host -o /out/process-host.json
}

# refused STATUS PATTERN OPTION...
refused()
{
	local status=$1 pattern=$2

	shift 2
	ringside host "$@" -d 100ms -o /out/refused.json 2>/tmp/refused
	[ $? = "$status" ] && grep -q "$pattern" /tmp/refused && [ ! -e /out/refused.json ]
}

accepted()
{
	counted ringside host "$@" -d 100ms -o /out/accepted.json && [ -s /out/accepted.json ]
}

other_pod()
{
	ip netns add other && ip netns exec other ip tuntap add "$TAP" mode tap
}

guest_start
check "the guest's side is still" net_still
check "the tap is in another network namespace" tap_leave
stat -Lc %i /run/netns/pod >/out/netns.json
check "known traffic, all taps" window all
check "known traffic, the tap by its name" window tap --tap "$TAP"
check "a name that no namespace has is refused" refused 68 "there is no interface 'tap9'" --tap tap9
check "another namespace has a tap of the same name" other_pod
check "then the name alone is refused" refused 68 "2 network namespaces have a tap" --tap "$TAP"
check "the virtual machine's name is enough" accepted --vm guest0
check "only a process leads to the namespace" path_gone
