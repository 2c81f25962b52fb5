# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# The slot of a machine alone, whose device goes and comes: by QEMU's monitor,
# which a port leads to, or with its driver. PROPERTIES are those of the device to
# come, as JSON: '"vectors":2,"packed":true'. Sourced after lib.sh.

HOST=10.0.3.2
PROPERTIES=''

exec 5<>/dev/virtio-ports/qmp

slot_open()
{
	qmp '{"execute":"qmp_capabilities"}'
}

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
	qmp '{"execute":"device_add","arguments":{"driver":"virtio-net-pci","id":"nic","bus":"hole","netdev":"hot","romfile":""'"${PROPERTIES:+,$PROPERTIES}"'}}'
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

# up: the device is there, has its address, and answers
up()
{
	until_true 60 is_back || { echo "the device did not come back"; return; }
	ip link set "$NETDEV" up
	ip addr add 10.0.3.15/24 dev "$NETDEV" 2>/dev/null
	said=$(udp ping -R -t 200 -n 53 -p "$LAB_PEER_PORT" $HOST)
	[ -n "$said" ] && [ -z "${said##*received=53 *}" ] || echo "traffic does not come back: $said"
}

# Datagrams through the device that goes, each sent again until it is answered.
insist_start()
{
	udp ping -R -t 200 -d 3600 -f 2 -p "$LAB_PEER_PORT" $HOST >/tmp/insist 2>&1 &
	INSIST=$!
}

insist_stop()
{
	kill -TERM "$INSIST"
	wait "$INSIST"
	note "traffic through it: $(cat /tmp/insist)"
}
