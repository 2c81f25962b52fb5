# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# Devices that are not network ones: ringside is unbothered by them, and watches
# those of device_ids. This machine has a random number generator (4) and a console (3).

. /check/lib.sh
. /life/lib.sh
. /life/refusal.sh

n=$EVENTS
sentence="device_ids must be virtio device ids from 1 to 63"

# rng: its device
rng()
{
	basename "$(dirname "$(grep -lx 0x0004 /sys/bus/virtio/devices/*/device)")"
}

draw()
{
	dd if=/dev/hwrng of=/dev/null bs=64 count="$n" 2>/dev/null
}

ids()
{
	sed -n 's/^device .* id=\([0-9]*\) .*/\1/p' $SNAPSHOT | sort -nu | tr '\n' ' '
}

# counts_of DEVICE: the kernel's count of its interrupts, ringside's, and how many found work
counts_of()
{
	local irq

	irq=$(sed -n "s/^queue device=$1 .* irq=\([0-9]*\) .*/\1/p" $SNAPSHOT)
	echo "$(kernel_count "$irq")" \
		"$(sed -n "s/^queue device=$1 .* interrupts=\([0-9]*\) .* handled=\([0-9]*\) .*/\1 \2/p" $SNAPSHOT)"
}

# wrong_sums: the queues whose classes do not add up, or that missed something
wrong_sums()
{
	awk '/^queue .* dir=other .* interrupts=/ {
		for (i = 2; i <= NF; i++) {
			split($i, pair, "=")
			if (pair[1] == "interrupts")
				left = pair[2]
			if (pair[1] == "handled" || pair[1] ~ /^none_/)
				left -= pair[2]
			if (pair[1] == "missed" && pair[2])
				print "missed: " $0
		}
		if (left)
			print
	}' $SNAPSHOT
}

generation()
{
	sed -n "s/^device name=$1 .* generation=\([0-9]*\)$/\1/p" $SNAPSHOT
}

is_gone()
{
	! grep -q "^queue device=$1 " $SNAPSHOT
}

is_back()
{
	! is_gone "$1"
}

watched()
{
	grep -q "^queue device=$(NETDEV=$1 device) " $SNAPSHOT
}

unwatched()
{
	! watched "$1" && dmesg | grep -q "ringside: $(NETDEV=$1 device) uses packed rings in order"
}

quiet_netdev
modprobe virtio_rng || exit 1
for bad in 0 64 3,0; do
	refused "device_ids=$bad" "Numerical result out of range" "$sentence" device_ids=$bad
done
for bad in banana 1- 1:2; do
	refused "device_ids=$bad" "Invalid argument" "$sentence" device_ids=$bad
done

insmod /ringside.ko || exit 1
same "by default only network devices are watched" "1 " "$(ids)"
if NETDEV=eth2 has_feature 35; then
	check "packed rings used in order are not watched, and the log says so" unwatched eth2
else
	check "packed rings are watched where this kernel does not use them in order" watched eth2
fi
draw
same "interrupts of other devices are not counted" "" "$(grep ' dir=other ' $SNAPSHOT)"
check "no hit is missed because of them" sh -c "! grep -q ' missed=[1-9]' $SNAPSHOT"
rmmod ringside

insmod /ringside.ko device_ids=1,3-4 || exit 1
rng=$(rng)
same "device_ids=1,3-4: these devices are watched" "1 3 4 " "$(ids)"
same "sysfs shows device_ids" "1,3-4" "$(cat /sys/module/ringside/parameters/device_ids)"
before=$(counts_of "$rng")
draw
after=$(counts_of "$rng")
# shellcheck disable=SC2086 # numbers
same "the generator's interrupts are the kernel's, and all handled" "0 0" \
	"$(set -- $before $after; echo $(($4 - $1 - $5 + $2)) $(($5 - $2 - $6 + $3)))"
# shellcheck disable=SC2086
check "there were such interrupts" sh -c "set -- $before $after; [ \$((\$4 - \$1)) -ge $((n / 2)) ]"
same "sums and classes of all of them hold" "" "$(wrong_sums)"
check "no progress is shown for queues of other devices" sh -c \
	"! grep ' dir=other ' $SNAPSHOT | grep -q used_progress"
before=$(generation "$rng")
echo "$rng" >/sys/bus/virtio/drivers/virtio_rng/unbind
check "after unbind the queue is gone" until_true 10 is_gone "$rng"
echo "$rng" >/sys/bus/virtio/drivers/virtio_rng/bind
check "after bind the queue is back" until_true 10 is_back "$rng"
check "the queue has a new generation" [ "$(generation "$rng")" -gt "$before" ]
rmmod ringside

insmod /ringside.ko device_ids=4 || exit 1
same "network devices are watched only where asked for" "4 " "$(ids)"
rmmod ringside
