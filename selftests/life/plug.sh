# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# A device goes and comes back while it is counted and has traffic: by hot-unplug
# (QEMU's own, over a port that is its monitor), by unbinding its driver.

# shellcheck source=/dev/null
. /life/lib.sh

ROUNDS=${ROUNDS:-100}
STAYS=$(bus_of eth0)
HOST=10.0.3.2

exec 5<>/dev/virtio-ports/qmp

# qmp COMMAND: events on the way to the answer are passed over
qmp()
{
	local line

	echo "$1" >&5
	while read -r line <&5; do
		case $line in
		*'"return"'*) return 0 ;;
		*'"error"'*) return 1 ;;
		esac
	done
	return 1
}

# bus: where the slot's device is, once it is there
bus()
{
	local bridge

	for bridge in /sys/bus/pci/devices/*/0000:*:00.0; do
		[ ! -e "$bridge" ] || { basename "$bridge"; return; }
	done
	return 1
}

is_away()
{
	! bus >/dev/null
}

is_back()
{
	BUS=$(bus) && NETDEV=$(netdev_of "$BUS") && [ -n "$NETDEV" ]
}

add_device()
{
	qmp '{"execute":"device_add","arguments":{"driver":"virtio-net-pci","id":"nic","bus":"hole","netdev":"hot","romfile":""}}'
}

plug()
{
	until_true 30 add_device
}

# A guest that was still busy with the slot did not hear: it is asked again.
unplug_asked()
{
	qmp '{"execute":"device_del","arguments":{"id":"nic"}}'
	until_true 10 is_away
}

unplug()
{
	until_true 60 unplug_asked
}

unbind()
{
	VIRTIO=$(basename "$(realpath "/sys/class/net/$NETDEV/device")")
	echo "$VIRTIO" >/sys/bus/virtio/drivers/virtio_net/unbind
}

bind()
{
	echo "$VIRTIO" >/sys/bus/virtio/drivers/virtio_net/bind
}

# up: the device is there, has its address, and answers to each datagram
up()
{
	until_true 60 is_back || { echo "the device did not come back"; return; }
	ip addr add 10.0.3.15/24 dev "$NETDEV"
	ip link set "$NETDEV" up
	said=$(udp ping -t 20000 -n 53 -p "$LAB_PEER_PORT" $HOST)
	[ -z "${said##*received=53 *}" ] || echo "traffic does not come back: $said"
}

# churn AWAY BACK: every round must find the counts exact, of a generation more.
# Prints what was wrong.
churn()
{
	local i=0 wrong

	while [ $i -lt "$ROUNDS" ]; do
		i=$((i + 1))
		udp ping -t 1000 -d 3600 -f 2 -p "$LAB_PEER_PORT" $HOST >/dev/null 2>&1 &
		"$1" || { echo "round $i: $1 failed"; return; }
		kill -TERM $! 2>/dev/null
		wait $! 2>/dev/null
		"$2" || { echo "round $i: $2 failed"; return; }
		GENERATION=$((GENERATION + 1))
		wrong=$(up; exact "$BUS" "$GENERATION")
		[ -z "$wrong" ] || { echo "round $i: $wrong"; return; }
	done
}

plan 9
qmp '{"execute":"qmp_capabilities"}' || exit 1
clean=$(traces)
load_still "$STAYS" || exit 1
traffic_start "$LAB_PEER" || exit 1
GENERATION=2
plug
same "a device that comes is followed" "" "$(up; exact "$(bus)" $GENERATION)"
is_back
before=$(memory)
same "$ROUNDS hot-unplugs and re-plugs" "" "$(timed "$ROUNDS hotplugs" churn unplug plug)"
GENERATION=$((GENERATION + ROUNDS))
is_back
same "$ROUNDS unbinds and binds" "" "$(timed "$ROUNDS rebinds" churn unbind bind)"
check "no memory stays" no_leak $((2 * ROUNDS)) "$before"
said=$(traffic_stop)
note "traffic: $said"
check "the other device loses no datagram" test -z "${said##* lost=0 *}"
same "the other device's counts are exact all along" "" "$(exact "$STAYS" 1 /run/irqs-before)"
check "a device goes for good" unplug
rmmod ringside
check "no hook, module or file stays" traces_are "$clean"
check "kmemleak, where there is one, has nothing to say" no_kmemleak
