# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2016
# Taps that the VMM itself reads (vhost=off): known datagrams to the guest, some of them while the
# VMM is stopped, so that the tap drops; then a window of both sides in which nothing is wrong.
# What must hold is checked outside (off.jq).

. /lab/check/host.sh

SENT=2003
MORE=1733 # to a stopped VMM

off_net()
{
	echo "-netdev tap,id=n0,ifname=tap0,script=/run/tap-up,downscript=no,vhost=off,queues=2
		-device virtio-net-pci,netdev=n0,mac=52:54:00:77:00:00,mq=on
		-global virtio-net-pci.vectors=6 -global virtio-net-pci.romfile="
}

traffic_known()
{
	guest "udp sink -t 600000 -p $PORT >/tmp/sink 2>&1 </dev/null & sh /path/inside.sh ports_open $PORT"
	udp blast -n $SENT -p "$PORT" "$GUEST_IP" >/tmp/to || return
	kill -STOP "$(guest_pid)"
	udp blast -n $MORE -p "$PORT" "$GUEST_IP" >/tmp/more
	kill -CONT "$(guest_pid)"
	guest true
	guest_quiet
}

window_known()
{
	kernel_says begin && host_open off --tap "$TAP" && traffic_known && host_close &&
		kernel_says end || return
	guest 'killall -TERM udp; usleep 500000; cat /tmp/sink' >/tmp/sunk
	echo "{\"sent\": $(($(number sent /tmp/to) + $(number sent /tmp/more))),
		\"received\": $(number received /tmp/sunk)}" >/out/traffic.json
}

guest_start -N "$(off_net)"
net_still
check "each queue of the tap can be chosen" steer "$TAP" 2
guest 'insmod /ringside.ko'
check "known traffic is counted" window_known
check "a window in which all is well" window_well well
