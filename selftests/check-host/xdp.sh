# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091
# An XDP program redirects frames from a wire into the tap: a full ring drops them past the host's
# stack. Known datagrams, some of them while the VMM is stopped. What must hold is checked outside
# (xdp.jq).

. /lab/check/host.sh

BURST=50 # the wire holds 256
TO=12    # bursts to the guest
MORE=40  # bursts to a stopped VMM

far()
{
	ip netns exec far "$@"
}

# wire_up: what is sent from the namespace "far" goes into the tap
wire_up()
{
	modprobe veth
	ip netns add far && ip link add wire0 type veth peer name wire1 netns far &&
		far sysctl -qw net.ipv6.conf.all.disable_ipv6=1 &&
		ip link set wire0 up && ip -n far link set wire1 up &&
		ip -n far addr add 10.77.0.9/24 dev wire1 &&
		ip -n far neigh replace "$SILENT_IP" lladdr "$(guest 'cat /sys/class/net/eth0/address')" \
			dev wire1 nud permanent || return
	/lab/programs/xdp wire0 redirect:"$TAP" sleep 1d 2>/tmp/xdp &
	XDP=$!
	usleep 500000
	kill -0 "$XDP"
}

# bursts N
bursts()
{
	local n=0

	while [ $n -lt "$1" ]; do
		far udp blast -n $BURST -p "$PORT" "$SILENT_IP" >/tmp/sent || return
		n=$((n + 1))
		usleep 20000
	done
}

far_dropped()
{
	ip -n far -s -j link show dev wire1 >/tmp/wire
	sed 's/.*"tx":{[^}]*"dropped": *\([0-9]*\).*/\1/' /tmp/wire | tr -d '\n'
}

window_xdp()
{
	kernel_says begin && host_open xdp --tap "$TAP" && bursts $TO || return
	guest true
	kill -STOP "$(guest_pid)"
	bursts $MORE
	usleep 300000
	host_close && kernel_says end
	kill -CONT "$(guest_pid)"
	echo "{\"sent\": $((BURST * (TO + MORE)))}" >/out/traffic.json
	counted ringside diff -j /out/xdp-host.json >/out/ledger.json
}

guest_start
net_still
check "a program redirects what comes by a wire to the tap" wire_up
check "known datagrams are redirected" window_xdp
same "the wire itself dropped none" 0 "$(far_dropped)"
kill "$XDP"
