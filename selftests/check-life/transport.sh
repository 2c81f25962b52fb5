# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC2086 # no path has spaces
# The driver of the PCI transport goes, and its module with it, while ringside watches two devices
# on it: one that the network's notifier tells of, and one that only device_ids names.

# shellcheck source=/dev/null
. /life/lib.sh

ROUNDS=${ROUNDS:-20}
HOST=10.0.3.2

# pci_devices: what the snapshot has of devices on PCI, an id each
pci_devices()
{
	sed -n 's/^device name=[^ ]* bus=[0-9a-f:.]* id=\([0-9]*\) .*/\1/p' $RINGSIDE/snapshot | sort
}

pci_devices_are()
{
	[ "$(pci_devices | tr '\n' ' ')" = "$1" ]
}

netdev()
{
	local path

	for path in /sys/bus/pci/drivers/virtio-pci/*/virtio*/net/*; do
		[ ! -e "$path" ] || basename "$path"
	done
}

has_netdev()
{
	NETDEV=$(netdev) && [ -n "$NETDEV" ]
}

# answers: traffic through the device on PCI
answers()
{
	until_true 30 has_netdev || return
	ip link set "$NETDEV" up
	ip addr add 10.0.3.15/24 dev "$NETDEV" 2>/dev/null
	udp ping -R -t 200 -n 53 -p "$LAB_PEER_PORT" $HOST | grep -q 'received=53 '
}

# bounce ROUND: prints what was wrong
bounce()
{
	rmmod virtio_pci || { echo "round $1: rmmod virtio_pci failed: $(grep virtio_pci /proc/modules)"; return; }
	usleep $(($1 * 7919 % 30000))
	until_true 20 pci_devices_are "" || echo "round $1: still watched: $(pci_devices)"
	modprobe virtio_pci || echo "round $1: virtio_pci does not come back"
	until_true 30 pci_devices_are "1 4 " || echo "round $1: not watched again: $(pci_devices)"
	answers || echo "round $1: no traffic"
}

bounce_many()
{
	local i=0

	while [ $i -lt "$1" ]; do
		i=$((i + 1))
		bounce $i
	done
}

plan 8
modprobe virtio_rng
clean=$(traces)
check "the device on PCI answers" answers
check "it loads" insmod /ringside.ko device_ids=1,4
check "both devices on PCI are watched" until_true 20 pci_devices_are "1 4 "
readers_start 4 40
same "rmmod virtio_pci while they are watched, $ROUNDS times" "" "$(timed "$ROUNDS times" bounce_many "$ROUNDS")"
check "the files were read all the while" readers_stop
rmmod virtio_pci
check "it unloads while virtio_pci is away" unload
check "no hook, module or file stays" traces_are "$clean"
modprobe virtio_pci
check "the device answers without ringside" answers
