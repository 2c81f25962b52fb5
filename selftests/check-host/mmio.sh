# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2016,SC2153
# A guest whose device is on virtio-mmio, with vhost-net: the VMM itself reads the call eventfd and
# raises the device's one line by an ioctl, so nothing shows where an interrupt went. Known
# datagrams to the guest and from it, then a window of both sides in which nothing is wrong.
# What must hold is checked outside (mmio.jq).

. /lab/check/host.sh

SENT=2003
BACK_SENT=1009

mmio_net()
{
	echo "-netdev tap,id=n0,ifname=$TAP,script=/run/tap-up,downscript=no,vhost=on
		-device virtio-net-device,netdev=n0,mac=52:54:00:77:00:00
		-global virtio-mmio.force-legacy=false"
}

traffic_known()
{
	guest "udp sink -t 600000 -p $PORT >/tmp/sink 2>&1 </dev/null & sh /path/inside.sh ports_open $PORT"
	udp sink -t 600000 -p "$BACK" >/tmp/back 2>&1 &
	sink=$!
	udp blast -n $SENT -p "$PORT" "$GUEST_IP" >/tmp/to &&
		guest "udp blast -n $BACK_SENT -p $BACK 10.77.0.1" >/tmp/from && guest_quiet || return
	kill -TERM "$sink"
	wait "$sink"
	guest 'killall -TERM udp; usleep 500000'
}

window_known()
{
	kernel_says begin && host_open known --tap "$TAP" && traffic_known && host_close &&
		kernel_says end || return
	guest 'cat /tmp/sink' >/tmp/sunk
	echo "{\"sent\": $(number sent /tmp/to), \"received\": $(number received /tmp/sunk),
		\"back\": $(number sent /tmp/from), \"returned\": $(number received /tmp/back)}" \
		>/out/traffic.json
}

[ "$(uname -m)" = aarch64 ] || {
	skip "a guest boots on virtio-mmio" "QEMU's machine q35 has no virtio-mmio"
	exit
}
check "a guest boots on virtio-mmio" guest_start -n 1 -N "$(mmio_net)"
check "its device is on virtio-mmio" guest 'grep -q virtio_mmio /sys/class/net/eth0/device/../uevent'
check "the guest's side is still" net_still
guest 'insmod /ringside.ko'
check "known traffic is counted" window_known
check "a window in which all is well" window_well well
