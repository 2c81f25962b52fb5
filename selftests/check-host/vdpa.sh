# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2016
# A vhost-vdpa device: DPDK's testpmd serves it through VDUSE and sends each packet back to its
# sender. The kernel signals the guest for it, and testpmd counts its notifications itself; what
# must hold is checked outside (vdpa.jq). QEMU hands guest memory to such a device only if it is
# shared, and the device asks for the platform's DMA.

. /lab/check/host.sh

DEVICE=vd0
MAC=52:54:00:77:00:00
ECHO_MAC=52:54:00:77:ff:01

root_make()
{
	for dir in dev proc sys; do
		mkdir -p /trixie/$dir
		mount --rbind /$dir /trixie/$dir || return
	done
	mkdir -p /trixie/var/run /trixie/tmp
	chmod 755 /trixie # DPDK loads nothing from below a directory that all may write to
}

# Polls on CPU 3, and reads commands on CPU 2. One pair: for more the device would have a control
# virtqueue, which VDUSE refuses.
testpmd_start()
{
	modprobe -a vduse vhost_vdpa && root_make || return
	mkfifo /run/commands
	chroot /trixie dpdk-testpmd -l 2,3 --no-huge -m 128 --no-pci \
		--vdev "net_vhost0,iface=/dev/vduse/$DEVICE,queues=1" -- \
		-i --nb-cores=1 --forward-mode=5tswap --port-topology=loop \
		--auto-start --total-num-mbufs=4096 </run/commands >>/out/testpmd.log 2>&1 &
	TESTPMD=$!
	exec 7>/run/commands
	until_true 120 [ -e /dev/vduse/$DEVICE ]
}

# VDUSE takes no device of which testpmd has not set up all virtqueues.
device_add()
{
	until_true 60 chroot /trixie vdpa dev add name $DEVICE mgmtdev vduse && until_true 30 [ -e /dev/vhost-vdpa-0 ]
}

# testpmd COMMAND: waits for its end
testpmd()
{
	local prompts

	prompts=$(grep -c 'testpmd> ' /out/testpmd.log)
	echo "$1" >&7
	until_true 60 prompted "$prompts"
}

prompted()
{
	[ "$(grep -c 'testpmd> ' /out/testpmd.log)" -gt "$1" ]
}

vdpa_net()
{
	echo "-object memory-backend-memfd,id=ram,size=512M,share=on -machine memory-backend=ram
		-netdev vhost-vdpa,id=n0,vhostdev=/dev/vhost-vdpa-0
		-device virtio-net-pci,netdev=n0,mac=$MAC,disable-legacy=on,iommu_platform=on
		-global virtio-net-pci.vectors=4 -global virtio-net-pci.romfile="
}

# See pings.sh for the numbers.
traffic_echoed()
{
	guest "sh /check/pings.sh $ECHO_MAC" >/tmp/pings
	note "$(tr '\n' ' ' </tmp/pings)"
	grep -q 'sent=1009 received=1009 ' /tmp/pings && grep -q 'sent=1511 received=1511 ' /tmp/pings
}

guest_open()
{
	guest 'ringside guest -d 1h -o /tmp/known.json 2>/tmp/known.err >/dev/null </dev/null & echo $! >/tmp/known.pid
		until grep -q ^counting /tmp/known.err; do usleep 50000; done'
}

guest_close()
{
	guest 'kill -INT $(cat /tmp/known.pid); until [ -s /tmp/known.json ]; do usleep 50000; done' &&
		guest_get /tmp/known.json /out/guest.json
}

# testpmd's own counts come out when it ends: each command's after the one before.
window_known()
{
	guest_quiet
	host_open known && guest_open || return
	testpmd 'show port xstats 0' && traffic_echoed && guest_quiet && testpmd 'show port xstats 0' &&
		guest_close && host_close || return
	counted ringside diff -j /out/guest.json /out/known-host.json >/out/ledger.json
}

# counts N: the notifications of each queue as testpmd printed them for the Nth time
counts()
{
	sed -n 's/^\([rt]x_q[0-9]*_guest_notifications\): \([0-9]*\)$/\1 \2/p' /out/testpmd.log |
		awk -v n="$1" '++seen[$1] == n { printf "%s\"%s\": %s", between, $1, $2; between = ", " }'
}

modprobe vhost_vdpa 2>/dev/null || {
	skip "testpmd offers a device" "this kernel has no vhost-vdpa"
	exit
}
check "testpmd offers a device" testpmd_start
kill -0 "$TESTPMD" || exit 1
check "vhost-vdpa has it" device_add
[ -e /dev/vhost-vdpa-0 ] || exit 1
check "a guest boots with it" guest_start -n 1 -N "$(vdpa_net)"
guest 'sysctl -qw net.ipv6.conf.all.disable_ipv6=1; insmod /ringside.ko'
check "known traffic is counted on both sides" window_known
guest_stop
testpmd quit
exec 7>&-
wait "$TESTPMD"
echo "{$(counts 1)}" >/out/before.json
echo "{$(counts 2)}" >/out/after.json
