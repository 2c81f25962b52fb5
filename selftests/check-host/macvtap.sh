# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2016,SC2153
# Guests on a macvtap, as libvirt's type=direct has it: one with a queue, one with two; and one on
# an ipvtap. Known datagrams to the guest, some of them to a stopped VMM so that the tap drops, and
# from it; then a window of both sides in which nothing is wrong.
# What must hold is checked outside (macvtap.jq).

. /lab/check/host.sh

PORTS='7100 7101 7102 7103 7104 7105 7106 7107' # of several flows: a packet's hash tells its queue
SENT=307      # to each port
MORE=2503     # to the first port, while the VMM is stopped: more than all others are sent
BACK_SENT=1009
TAP=macvtap0
MAC=52:54:00:77:00:00

# lower: a pair of interfaces; the host's stack is at one end, the macvtap on the other. What waits
# in its ring still counts for the socket that sent it, which must not sleep.
lower()
{
	sysctl -qw net.core.wmem_default=8388608
	modprobe -a veth macvtap
	ip link add out0 type veth peer name low0 &&
		ip link set low0 up && ip link set out0 up && ip addr add 10.77.0.1/24 dev out0 &&
		ip link add link low0 name $TAP address $MAC type macvtap mode bridge &&
		ip link set $TAP up && node_find
}

# ipvtap: in place of the macvtap. It hears what is sent to its own IP address, which is the
# guest's: so it is in another namespace, where the host's stack does not take it for its own.
ipvtap()
{
	guest_stop
	modprobe ipvtap
	ip link del $TAP
	TAP=ipvtap0
	MAC=$(cat /sys/class/net/low0/address)
	ip link add link low0 name $TAP type ipvtap mode l2 && node_find &&
		ip netns add pod && ip link set $TAP netns pod &&
		ip -n pod addr add "$GUEST_IP/24" dev $TAP && ip -n pod link set $TAP up && boot 1
}

node_find()
{
	NODE=/dev/tap$(cat /sys/class/net/$TAP/ifindex)
	[ -e "$NODE" ]
}

# queues_open N: from now on QEMU starts with N queues of the tap open, as descriptors 8 and 9
queues_open()
{
	case $1 in
	1) vmm_wrap "exec 8<>$NODE" ;;
	2) vmm_wrap "exec 8<>$NODE 9<>$NODE" ;;
	esac
}

# net FDS QUEUES
net()
{
	echo "-netdev tap,id=n0,fds=$1,vhost=on
		-device virtio-net-pci,netdev=n0,mac=$MAC,mq=$([ "$2" = 1 ] && echo off || echo on)
		-global virtio-net-pci.vectors=$((2 * $2 + 2)) -global virtio-net-pci.romfile="
}

# boot QUEUES: a guest with so many
boot()
{
	local fds=8

	[ "$1" = 1 ] || fds=8:9
	queues_open "$1" && guest_start -n "$1" -N "$(net $fds "$1")" && still
}

# still: the guest's address is known here, and the host's there
still()
{
	inside addresses_fixed "$(cat /sys/class/net/out0/address)"
	ip neigh replace "$GUEST_IP" lladdr "$(guest 'cat /sys/class/net/eth0/address')" \
		dev out0 nud permanent
	guest 'insmod /ringside.ko'
}

says()
{
	local netns=''

	[ -e "/sys/class/net/$TAP" ] || netns='-n pod'
	# shellcheck disable=SC2086 # two words, or none
	ip $netns -s -j link show dev "$TAP" >"/out/$1-link.json"
}

# The host's own sink; what the guest's sinks received is summed.
traffic_known()
{
	local port

	guest "for port in $PORTS; do
		udp sink -t 600000 -p \$port >/tmp/sink\$port 2>&1 </dev/null & done
		sh /path/inside.sh ports_open $PORTS"
	udp sink -t 600000 -p "$BACK" >/tmp/back 2>&1 &
	sink=$!
	for port in $PORTS; do
		udp blast -n $SENT -p "$port" "$GUEST_IP" >"/tmp/to$port" || return
		guest_quiet
	done
	kill -STOP "$(guest_pid)"
	udp blast -n $MORE -p "$PORT" "$GUEST_IP" >/tmp/tomore
	kill -CONT "$(guest_pid)"
	guest "udp blast -n $BACK_SENT -p $BACK 10.77.0.1" >/tmp/from && guest_quiet || return
	kill -TERM "$sink"
	wait "$sink"
	guest 'killall -TERM udp; usleep 500000'
}

# sum NAME FILE...: of one of the counts that udp prints
sum()
{
	local name=$1 total=0 file

	shift
	for file; do total=$((total + $(number "$name" "$file"))); done
	echo $total
}

# window_known NAME
window_known()
{
	says "$1-begin" && host_open "$1" --tap "$TAP" && traffic_known && host_close && says "$1-end" || return
	guest 'cat /tmp/sink*' >/tmp/sunk
	echo "{\"sent\": $(sum sent /tmp/to*), \"more\": $(number sent /tmp/tomore),
		\"received\": $(sed -n 's/.*\<received=\([0-9]*\).*/\1/p' /tmp/sunk | awk '{ n += $1 } END { print n + 0 }'),
		\"back\": $(number sent /tmp/from), \"returned\": $(number received /tmp/back)}" \
		>"/out/$1-traffic.json"
}

# listed: `list` and `check` know the tap, and another name is refused with the kinds there are
listed()
{
	ringside list host | grep -q "^$TAP .*macvtap" || return
	ringside check >/tmp/check && grep -q tap_handle_frame /tmp/check || return
	ringside host --tap out0 -d 100ms -o /out/refused.json 2>/tmp/refused
	[ $? = 68 ] && grep -q macvtap /tmp/refused && [ ! -e /out/refused.json ]
}

windows()
{
	window_known "$1" && window_well "$1-well"
}

other_guest()
{
	guest_stop && boot 2
}

check "a macvtap beside the host's stack" lower
types_or_exit tap
check "a guest with one queue of it" boot 1
check "the tap is known by name and kind" listed
check "known traffic, and a window in which all is well" windows one
check "a guest with two queues of it" other_guest
check "the same with two queues" windows two
check "a guest on an ipvtap" ipvtap
check "the same on an ipvtap" windows ipvtap
