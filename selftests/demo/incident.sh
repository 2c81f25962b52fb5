# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC2016,SC2046
# An incident from the field from its beginning to its end, watched live, inside the emulated host.
# The backend is the fault device, a process of the host: it signals late when it is asked to.

CID=5
QUEUE=input.0
STORM=2003
FULL=251 # entries, of a ring that has 256; a few are used before no poll is left

# say WORDS: what happens next, between the lines of the watch
say()
{
	printf '\n=== %s ===\n' "$*"
}

# fault SCRIPT: by the guest, which has the device's control channel. What was posted without the
# witness is not awaited.
fault()
{
	guest ". /check/lib.sh; fault 'witness 0; witness $WITNESS; $1' >/tmp/report"
}

# count: what the guest's module counted for the queue so far
count()
{
	guest "sed -n 's/^queue .*name=$QUEUE .* $1=\([0-9]*\).*/\1/p' /sys/kernel/debug/ringside/snapshot"
}

device_args()
{
	echo "-object memory-backend-memfd,id=ram,size=512M,share=on -machine memory-backend=ram
		-chardev socket,id=fault,path=/run/fault -netdev vhost-user,id=f0,chardev=fault,queues=2
		-device virtio-net-pci,netdev=f0,mq=on,vectors=6,romfile=
		-chardev socket,id=control,path=/run/control,server=on,wait=off
		-device virtserialport,chardev=control,name=fault
		-chardev null,id=monitor -device virtserialport,chardev=monitor,name=monitor
		-device vhost-vsock-pci,guest-cid=$CID"
}

# What the guest sent by itself when it booted is taken ("echo"), and nothing is sent after it. The
# agent has a shell of its own: the control channel has one reader at a time.
machine_start()
{
	modprobe vhost_vsock
	/lab/programs/fault -s /run/fault -c /run/control -n 2 >/out/fault.report 2>/out/fault.log &
	until_true 20 [ -S /run/fault ] &&
		guest_start -N '' -A lab.ports=3 -- $(device_args) &&
		guest '. /check/lib.sh; NETDEV=eth0; ip link set eth0 arp off multicast off; quiet_netdev; ip addr add 10.9.0.2/24 dev eth0
			insmod /ringside.ko && witness_start' &&
		guest 'modprobe vmw_vsock_virtio_transport
			ringside agent >/tmp/agent.out 2>&1 </dev/null &' &&
		until_true 20 guest 'grep -q vsock: /tmp/agent.out' &&
		WITNESS=$(guest 'cat /sys/module/witness/parameters/address') &&
		fault "echo on; pause 300000; echo off"
}

# server_start USEC: it sleeps in recv(), and polls so long there if it is started now
server_start()
{
	guest "killall udp 2>/dev/null; sysctl -qw net.core.busy_read=$1 net.core.busy_poll=$1
		udp sink -p 7000 -t 3600000 >/tmp/sink 2>&1 </dev/null &
		usleep 200000"
}

# By the emulated clock a vCPU is late whenever this machine is busy: no times.
watch_start()
{
	ringside watch --vm guest0 -i 2s --no-times -o /out/report.html --exec 'echo "$RINGSIDE_FINDING" >>/out/began' \
		>/out/watch.txt 2>/out/watch.err &
	(tail -f /out/watch.txt & echo $! >/tmp/tail.pid; wait) |
		awk '!/ (idle|guest only) / { print; fflush() }' &
	until_true 60 grep -q watching /out/watch.err
}

windows()
{
	grep -c ' output.1 ' /out/watch.txt
}

# windows_pass N: whole ones
windows_pass()
{
	last=$(($(windows) + $1 + 1))
	until_true 60 eval '[ "$(windows)" -ge $last ]'
}

# began ID, ended ID: the watch says so
began()
{
	until_true 60 grep -qsx "$1" /out/began
}

ended()
{
	until_true 60 grep -q "ends: .*: $1: is no longer found" /out/watch.txt
}

late()
{
	fault "post-signal $QUEUE; await $QUEUE quiet; repeat 307 { post-delay-signal $QUEUE 1 300 }; await $QUEUE quiet" && began busy-poll-theft
}

storm()
{
	before=$(count none_empty)
	fault "repeat $STORM { signal-empty $QUEUE }" && began empty-signals &&
		[ $(($(count none_empty) - before)) = $STORM ]
}

# The kernel does this after 99,900 such interrupts of 100,000, which take minutes here: the
# witness calls the function that the kernel calls. No busy poller is left that takes what comes.
disabled()
{
	guest 'killall udp'
	fault "ask $QUEUE irq-off; witness 0; post-signal $QUEUE $FULL" && began irq-disabled &&
		until_true 20 grep -q " left 25[0-9]" /out/watch.txt
}

advice()
{
	server_start 0
	fault "ask $QUEUE irq-on; signal $QUEUE"
	fault "repeat 101 { post-signal $QUEUE }; await $QUEUE quiet" && ended irq-disabled
}

# read_back: by its process alone, which the page names: this backend has no ring that the host sees
read_back()
{
	ringside diff -j /out/report.html | grep -B 1 '"severity"' >/tmp/found
	grep -q '"id":"irq-disabled"' /tmp/found
}

timed "boot the host's guest, its module and its agent" machine_start || exit 1
timed "ringside watch --vm guest0" watch_start || exit 1
say "healthy: each interrupt of eth0 input.0 finds what it was sent for"
server_start 0
check "nothing is found while all is well" fault "repeat 101 { post-signal $QUEUE }; await $QUEUE quiet"
windows_pass 1
same "no finding has begun" "" "$(cat /out/began 2>/dev/null)"
say "in the guest: sysctl net.core.busy_read=50000; and the backend signals 300 us late"
server_start 50000
check "the theft is found" late
say "a storm: the backend signals with nothing new"
check "the storm is found, and each of $STORM empty signals is counted" storm
say "the guest's kernel has enough and disables the IRQ; the ring fills up"
check "the disabled IRQ is found, and the ring is full" disabled
windows_pass 1
say "the advice is taken: busy_read=0, and the IRQ enabled again"
check "it ends" advice
windows_pass 2
killall -INT ringside
usleep 300000
kill "$(cat /tmp/tail.pid)"
check "ringside diff reads the page of the disabled IRQ" read_back
