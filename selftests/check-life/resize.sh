# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# ethtool -G: the rings of a device get other sizes again and again, under traffic and
# while all files are read; sizes that are refused, and such as they have, too.

# shellcheck source=/dev/null
. /life/lib.sh
# shellcheck source=/dev/null
. /life/slot.sh

ROUNDS=${ROUNDS:-1000}
FEW=$((ROUNDS / 10 + 4))

# sizes: "rx tx", as they are
sizes()
{
	ethtool -g "$NETDEV" | awk '/^RX:/ { rx = $2 } /^TX:/ { tx = $2 } END { print rx, tx }'
}

# size N MOST: without a plain pattern, a power of two from 32 to MOST
size()
{
	local size=$((32 << ($1 * $1 % 11 % 6)))

	[ $size -le "$2" ] || size=$2
	echo $size
}

# resize_to RX TX: the sizes become that
resize_to()
{
	ethtool -G "$NETDEV" rx "$1" tx "$2" 2>/tmp/ethtool
	[ "$(sizes)" = "$1 $2" ] || echo "asked for $1 $2, got $(sizes): $(cat /tmp/ethtool)"
}

# refuse RX TX: must be refused; what the driver took back is another matter
refuse()
{
	local before

	before=$(sizes)
	! ethtool -G "$NETDEV" rx "$1" tx "$2" 2>/dev/null || { echo "took $1 $2"; return; }
	[ "$(sizes)" = "$before" ] || echo "refused $1 $2 and made $before into $(sizes)"
}

# odd: a ring size that is no power of two, which packed rings may have
odd()
{
	case $PROPERTIES in
	*packed*) resize_to "$1" "$2" ;;
	*) refuse "$1" "$2" ;;
	esac
}

# resize_once N: one round of many; every tenth ones are what a driver refuses
resize_once()
{
	case $(($1 % 10)) in
	3) refuse 4096 128 ;;
	5) odd 100 "$(sizes | cut -d' ' -f2)" ;;
	7) odd "$(sizes | cut -d' ' -f1)" 100 ;;
	9) ethtool -G "$NETDEV" rx "$(sizes | cut -d' ' -f1)" 2>/dev/null ;;
	*) resize_to "$(size "$1" 1024)" "$(size "$(($1 + 3))" 256)" ;;
	esac
	usleep $(($1 * 7919 % 20000))
}

# resize_many ROUNDS: prints what was wrong
resize_many()
{
	local i=0 wrong

	while [ $i -lt "$1" ]; do
		i=$((i + 1))
		wrong=$(resize_once $i)
		[ -z "$wrong" ] || { echo "round $i: $wrong"; return; }
	done
}

# generation QUEUE: of the device, as the snapshot says
generation()
{
	sed -n "s/^queue device=$(basename "$(realpath "/sys/class/net/$NETDEV/device")") .* generation=\([0-9]*\) .*name=$1 .*/\1/p" \
		$RINGSIDE/snapshot
}

# renewed INPUT OUTPUT: these were the generations before the receive ring alone got another size
renewed()
{
	[ "$(generation input.0)" -gt "$1" ] && [ "$(generation output.0)" = "$2" ]
}

# quiet: nothing but what the test sends goes through the device
quiet()
{
	local mac

	echo 1 >"/proc/sys/net/ipv6/conf/$NETDEV/disable_ipv6"
	mac=$(ip neigh show $HOST dev "$NETDEV" | sed -n 's/.*lladdr \([^ ]*\).*/\1/p')
	ip neigh replace $HOST dev "$NETDEV" lladdr "$mac" nud permanent
}

# unchanged BUT COMMAND...: what differs in the counts after it, without traffic; those
# that match BUT may
unchanged()
{
	local but=$1

	shift
	until_true 60 counts_still || { echo "the counts never paused"; return; }
	"$@"
	# a ring that was taken away comes back by and by
	usleep 500000
	counts "$BUS" >/run/counts-then
	diff /run/counts /run/counts-then | grep '^[-+][^-+]' | grep -Ev -e "$but" | head -n 6
}

counts_still()
{
	counts "$BUS" >/run/counts
	usleep 300000
	counts "$BUS" | cmp -s - /run/counts
}

# device_resized ROUNDS NAME PROPERTIES: a device comes, with the module there, and goes
device_resized()
{
	local name=$2 before

	PROPERTIES=$3
	interrupts_new >/run/irqs-new
	plug
	same "$name: a device that is plugged in works" "" "$(up)"
	is_back
	quiet
	same "$name: what is refused at once changes no count" "" "$(unchanged '^$' refuse 4096 128)"
	# what the driver began it ends with a poll
	same "$name: and what the driver takes back, polls" "" \
		"$(unchanged '^.[^ ]* (polls|empty)_' odd 100 256)"
	same "$name: the size that it has changes no count" "" \
		"$(unchanged '^$' resize_to "$(sizes | cut -d' ' -f1)" 256)"
	before="$(generation input.0) $(generation output.0)"
	same "$name: a receive ring gets another size" "" "$(resize_to 512 256)"
	# shellcheck disable=SC2086 # two words
	check "$name: it alone is of a new generation" until_true 20 renewed $before
	insist_start
	readers_start
	watch_start -v keep=1
	same "$name: $1 changes of size" "" "$(timed "$1 changes of size" resize_many "$1")"
	watch_stop
	check "$name: its files were read all the while" readers_stop
	insist_stop
	check "$name: each datagram is answered in the end" none_lost /tmp/insist
	same "$name: no count falls, and queues are sorted" "" "$(head -n 5 /tmp/fallen)"
	cp /tmp/fallen "/out/fallen-$name"
	same "$name: every queue's counts are exact all along" "" "$(exact "$BUS" - /run/irqs-new)"
	cp /run/snapshot "/out/snapshot-$name"
	unplug
}

slot_open || exit 1
plug
is_back || until_true 60 is_back || exit 1
ip link set "$NETDEV" up
if ! ethtool -G "$NETDEV" rx 128 2>/tmp/ethtool; then
	plan 1
	skip "ethtool -G" "this kernel's driver has none: $(cat /tmp/ethtool)"
	exit 0
fi
unplug
ring_freed
plan 36
clean=$(traces)
# a busy machine may let NAPI wait for a second: only what stays stuck is a fault
STALL_MS=20000
load_still "$(bus_of eth0)" || exit 1
device_resized "$ROUNDS" own '"vectors":4,"rx_queue_size":1024'
device_resized "$ROUNDS" shared '"vectors":2,"rx_queue_size":1024'
device_resized "$FEW" packed '"vectors":4,"rx_queue_size":1024,"packed":true'
same "no ring is reported as stalled" "" "$(grep -E 'kind=(stalled|tx-full)' $RINGSIDE/events)"
rmmod ringside
check "no hook, module or file stays" traces_are "$clean"
check "kmemleak, if the kernel has it, reports nothing" no_kmemleak
