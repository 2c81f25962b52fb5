# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC2030,SC2031,SC2086 # each shell counts its own times; no path has spaces
# rmmod and insmod while, from other shells, a device is unplugged and plugged, its
# driver unbound and bound, and its rings get other sizes; with traffic, and readers.
# A device that only device_ids names goes by the bus alone.

# shellcheck source=/dev/null
. /life/lib.sh
# shellcheck source=/dev/null
. /life/slot.sh

ROUNDS=${ROUNDS:-200}
EACH=$(((ROUNDS + 3) / 4)) # of what is done alone
# The first of two generators; the other one stays. When the last one goes, 5.10's
# hwrng_unregister() may stop a thread that has ended by itself: the kernel then warns of the
# thread's reference count.
RNG=$(for device in /sys/bus/pci/drivers/virtio-pci/*/virtio*/device; do
	[ "$(cat "$device")" != 0x0004 ] || basename "${device%/virtio*}"
done | head -n 1)

# until_over NAME COMMAND...: again and again in a shell of its own, until the end
until_over()
{
	local name=$1 times=0

	shift
	while [ ! -e /run/over ]; do
		"$@" && times=$((times + 1))
		echo $times >"/run/done-$name"
	done 2>/dev/null &
	SHELLS="$SHELLS $!"
}

# What these do may fail: another shell has taken away what they work on.
bounce_driver()
{
	is_back && unbind && usleep $((times * 7919 % 30000)) && bind
	ip link set "$NETDEV" up
	ip addr add 10.0.3.15/24 dev "$NETDEV"
}

bounce_slot()
{
	usleep $((times * 104729 % 90000))
	qmp '{"execute":"device_del","arguments":{"id":"nic"}}' && until_true 10 is_away
	usleep $((times * 7919 % 30000))
	plug && until_true 10 is_back && ip link set "$NETDEV" up &&
		ip addr add 10.0.3.15/24 dev "$NETDEV"
}

# The transport's driver goes, and frees what it knew of the device.
bounce_rng()
{
	usleep $((times * 7919 % 30000))
	echo "$RNG" >/sys/bus/pci/drivers/virtio-pci/unbind && usleep $((times * 3571 % 20000))
	echo "$RNG" >/sys/bus/pci/drivers/virtio-pci/bind
}

bounce_rings()
{
	usleep $((times * 3571 % 9000))
	is_back && ethtool -G "$NETDEV" rx $((32 << times % 4)) tx $((32 << times % 3))
}

bounce_counts()
{
	usleep 3000
	echo 1 >$RINGSIDE/reset
}

# come_and_go ROUNDS: the module, for a time without a pattern. Prints what was wrong.
come_and_go()
{
	local i=0

	while [ $i -lt "$1" ]; do
		i=$((i + 1))
		insmod /ringside.ko device_ids=1,4 || { echo "round $i: not loaded"; return; }
		usleep $((i * 7919 % 50000))
		unload || { echo "round $i: rmmod failed"; return; }
		usleep $((i * 3571 % 10000))
	done
}

# race NAME ROUNDS COMMAND...: the module comes and goes while each command is done
race()
{
	local name=$1 rounds=$2 command

	shift 2
	rm -f /run/over /run/done-*
	SHELLS=''
	for command; do
		until_over "$command" "$command"
	done
	same "rmmod against $name, $rounds times" "" \
		"$(timed "$rounds times against $name" come_and_go "$rounds")"
	: >/run/over
	# shellcheck disable=SC2086 # a list
	wait $SHELLS
	note "$(cd /run && grep -H . done-* | tr '\n' ' ')"
	check "$name went on meanwhile" all_done "$@"
}

all_done()
{
	local command

	for command; do
		[ "$(cat "/run/done-$command")" -gt 0 ] || return
	done
}

# settled: the device is there, whatever the shells left
settled()
{
	until_true 60 is_away_or_back
	is_back || { unplug; plug; }
	up
}

is_away_or_back()
{
	is_away || is_back
}

# rng_watched: the device that goes by the bus alone
rng_watched()
{
	insmod /ringside.ko device_ids=1,4 && grep -q "^device name=[^ ]* bus=$RNG id=4 " $RINGSIDE/snapshot &&
		rmmod ringside
}

ring_freed
plan 18
modprobe virtio_rng 2>/dev/null # or it is built in
check "a device that only device_ids names is watched" rng_watched
slot_open || exit 1
plug
same "a device that is plugged in works" "" "$(up)"
clean=$(traces)
traffic_start "$LAB_PEER" 1000 || exit 1
is_back
insist_start
readers_start 8 40
race unbind $EACH bounce_driver
same "the device works" "" "$(settled)"
rings=bounce_rings
if ethtool -G "$NETDEV" rx 128 2>/dev/null; then
	race resize $EACH $rings bounce_counts
else
	rings=
	skip "rmmod against resize" "this kernel's driver has no ethtool -G"
	skip "resize went on meanwhile" "likewise"
fi
race unplug $EACH bounce_slot
same "the device works" "" "$(settled)"
race "unbind of a transport" $EACH bounce_rng
race "all at once" "$ROUNDS" bounce_slot bounce_driver bounce_rng $rings bounce_counts
same "the device works" "" "$(settled)"
check "its files were read all the while" readers_stop
insist_stop
traffic_stop
check "no hook, module or file stays" traces_are "$clean"
check "kmemleak, if the kernel has it, reports nothing" no_kmemleak
