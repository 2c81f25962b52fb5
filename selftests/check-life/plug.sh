# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# A device goes and comes back while it is counted and has traffic: by hot-unplug
# (QEMU's own, over a port that is its monitor), by unbinding its driver.

# shellcheck source=/dev/null
. /life/lib.sh

ROUNDS=${ROUNDS:-100}
CONTROL=$((ROUNDS / 4 + 1))
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

# up: the device is there, has its address, and answers
up()
{
	until_true 60 is_back || { echo "the device did not come back"; return; }
	ip link set "$NETDEV" up
	ip addr add 10.0.3.15/24 dev "$NETDEV"
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

# exact_paused: prints what differs, at a moment without traffic
exact_paused()
{
	kill -STOP "$INSIST"
	exact "$BUS" "$GENERATION" /run/irqs-new
	kill -CONT "$INSIST"
}

# churn ROUNDS AWAY BACK CHECK: every round must find the device in order.
# Prints what was wrong.
churn()
{
	local i=0 wrong

	while [ $i -lt "$1" ]; do
		i=$((i + 1))
		"$2" || { echo "round $i: $2 failed"; return; }
		[ ! -e "$HANDLERS" ] || interrupts_new >/run/irqs-new
		"$3" || { echo "round $i: $3 failed"; return; }
		GENERATION=$((GENERATION + 1))
		wrong=$(up; "$4")
		[ -z "$wrong" ] || { echo "round $i: $wrong"; return; }
	done
}

# no_more_kept: the module's rounds kept no more memory than as many without it
no_more_kept()
{
	local allowed=$((($1 > 0 ? $1 : 0) * ROUNDS / CONTROL + 512))

	note "kept in $((2 * CONTROL)) rounds without the module: $1 kB; in $((2 * ROUNDS)) with it: $2 kB"
	[ "$2" -lt "$allowed" ]
}

plan 12
qmp '{"execute":"qmp_capabilities"}' || exit 1
plug
same "a device that comes works" "" "$(up)"
is_back
insist_start
before=$(memory)
same "without the module: $CONTROL hot-unplugs and re-plugs" "" "$(churn $CONTROL unplug plug :)"
is_back
same "and $CONTROL unbinds and binds" "" "$(churn $CONTROL unbind bind :)"
control=$(($(memory) - before))
clean=$(traces)
load_still "$STAYS" || exit 1
traffic_start "$LAB_PEER" 1000 || exit 1
GENERATION=2
before=$(memory)
same "$ROUNDS hot-unplugs and re-plugs" "" \
	"$(timed "$ROUNDS hotplugs" churn "$ROUNDS" unplug plug exact_paused)"
GENERATION=$((GENERATION + ROUNDS))
is_back
same "$ROUNDS unbinds and binds" "" \
	"$(timed "$ROUNDS rebinds" churn "$ROUNDS" unbind bind exact_paused)"
check "no memory stays that the kernel would not keep" no_more_kept "$control" \
	$(($(memory) - before))
insist_stop
check "each datagram through it is answered, at last" none_lost /tmp/insist
traffic_stop
check "the other device loses none" none_lost /tmp/ping
same "the other device's counts are exact all along" "" "$(exact "$STAYS" 1 /run/irqs-before)"
check "a device goes for good" unplug
rmmod ringside
check "no hook, module or file stays" traces_are "$clean"
check "kmemleak, where there is one, has nothing to say" no_kmemleak
