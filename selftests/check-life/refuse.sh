# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# What the module refuses, by its own error and with one sentence; and what it
# does without, and says so.

# shellcheck source=/dev/null
. /life/lib.sh
# shellcheck source=/dev/null
. /life/refusal.sh

hook_is()
{
	grep -q "name=$1 .* state=$2 " "$RINGSIDE/hooks"
}

# While the module is loaded.
switch_stays_on()
{
	! echo 0 2>/dev/null >/proc/sys/kernel/ftrace_enabled &&
		[ "$(cat /proc/sys/kernel/ftrace_enabled)" = 1 ]
}

set_refused()
{
	! echo "$1" 2>/dev/null >/sys/module/ringside/parameters/stall_ms
}

# strange: the device on a transport that ringside does not know
strange()
{
	basename "$(dirname "$(grep -lx 0x003e /sys/bus/virtio/devices/*/device)")"
}

# left_alone: the log says why, and none of its virtqueues is watched
left_alone()
{
	said | grep -q "^$(strange) is on transport strange-transport, which ringside does not know: not watched" &&
		! grep -q "^queue device=$(strange) " "$RINGSIDE/snapshot"
}

# driver_again: the interface comes back, and carries traffic
driver_again()
{
	rmmod virtio_net && modprobe virtio_net && until_true 30 [ -e /sys/class/net/eth0 ] || return
	ip link set eth0 up
	ip addr add 10.0.2.15/24 dev eth0
	udp ping -R -t 200 -n 53 -p "$LAB_PEER_PORT" "$LAB_PEER" | grep -q 'received=53 '
}

plan 29
refused "a parameter that is no number" "Invalid argument" "stall_ms must be" stall_ms=banana
refused "a parameter out of range" "Invalid argument" "stall_ms must be" stall_ms=1
refused "a parameter with no value" "Invalid argument" "stall_ms must be" stall_ms=
refused "device ids that are no numbers" "Invalid argument" "device_ids must be" device_ids=net
refused "a device id out of range" "out of range" "device_ids must be" device_ids=0
refused "no device id" "out of range" "device_ids must be" device_ids=
insmod /modules/refuser.ko function=virtqueue_get_buf nth=1 || exit 1
refused "rings of an unknown layout" "No such device or address" "layout"
rmmod refuser
insmod /modules/refuser.ko function=ftrace_set_filter value=-22 nth=1 || exit 1
refused "a needed function that cannot be traced" "unknown symbol" "cannot hook vring_del_virtqueue"
rmmod refuser
insmod /modules/refuser.ko function=ftrace_set_filter nth=2 || exit 1
refused "a filter that stays empty, which means every function" "Cannot allocate memory" \
	"cannot hook vring_del_virtqueue"
rmmod refuser
insmod /modules/refuser.ko function=tracepoint_probe_register value=-12 nth=3 times=99 || exit 1
check "it loads without the hook of polls" insmod /ringside.ko
check "the missing hook is in the snapshot" hook_is napi_poll failed
rmmod ringside
rmmod refuser
check "it loads when nothing refuses any more" insmod /ringside.ko stall_ms=50
check "a wrong parameter is refused after loading, too" set_refused banana
check "the parameter keeps its value" grep -qx 50 /sys/module/ringside/parameters/stall_ms
check "the function tracer cannot be switched off under it" switch_stays_on
rmmod ringside

echo 0 >/proc/sys/kernel/ftrace_enabled
refused "a function tracer that is switched off" "Device or resource busy" "kernel.ftrace_enabled"
echo 1 >/proc/sys/kernel/ftrace_enabled

rmmod virtio_net || exit 1
insmod /ringside.ko prove=y
check "without virtio_net it waits for virtio_net, and the log says so" hook_is 'free_old_xmit[_a-z]*' absent
modprobe virtio_net
check "the hook is attached when virtio_net is loaded" until_true 30 hook_is 'free_old_xmit[_a-z]*' attached
check "so is one that is there on demand" until_true 30 hook_is virtnet_poll attached
check "with the driver's queues" until_true 30 grep -q '^queue .*name=input.0 ' "$RINGSIDE/snapshot"
rmmod ringside

hush
insmod /modules/transport.ko || exit 1
check "a device on an unknown transport, asked for: it loads" insmod /ringside.ko device_ids=62
check "and leaves it alone, and says so" left_alone
rmmod transport
hush
insmod /modules/transport.ko || exit 1
check "nor is one watched that comes later" until_true 30 left_alone
rmmod ringside
check "its driver goes on without ringside" rmmod transport

# Last of all, as ringside never goes after this.
check "it loads for the last time" insmod /ringside.ko
hush
insmod /modules/refuser.ko function=unregister_ftrace_function value=-19 nth=1 times=999 || exit 1
rmmod ringside &
stuck=$!
check "hooks that the function tracer does not let go: the log says so" \
	until_true 60 sh -c "dmesg | grep -q 'ringside: cannot detach all hooks'"
check "its code stays, for what is still attached" kill -0 $stuck
check "nothing of it can be read any more" [ ! -e "$RINGSIDE" ]
check "the driver comes and goes under what is still attached" driver_again
