# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091
# A vhost-vdpa device: DPDK's testpmd serves it through VDUSE and sends each packet back to its
# sender. The kernel signals the guest for it, and testpmd counts its notifications itself; what
# must hold is checked outside (vdpa.jq). QEMU hands guest memory to such a device only if it is
# shared, and the device asks for the platform's DMA.

. /lab/check/host.sh
. /lab/check/dpdk.sh

DEVICE=vd0

root_make()
{
	for dir in dev proc sys; do
		mkdir -p /trixie/$dir
		mount --rbind /$dir /trixie/$dir || return
	done
	mkdir -p /trixie/var/run /trixie/tmp
	chmod 755 /trixie # DPDK loads nothing from below a directory that all may write to
}

# One pair: for more the device would have a control virtqueue, which VDUSE refuses.
testpmd_start()
{
	modprobe vduse && root_make && testpmd_run 1 /dev/vduse/$DEVICE chroot /trixie
}

# VDUSE takes no device of which testpmd has not set up all virtqueues.
device_add()
{
	until_true 60 chroot /trixie vdpa dev add name $DEVICE mgmtdev vduse && until_true 30 [ -e /dev/vhost-vdpa-0 ]
}

vdpa_net()
{
	echo "-object memory-backend-memfd,id=ram,size=512M,share=on -machine memory-backend=ram
		-netdev vhost-vdpa,id=n0,vhostdev=/dev/vhost-vdpa-0
		-device virtio-net-pci,netdev=n0,mac=$MAC,disable-legacy=on,iommu_platform=on
		-global virtio-net-pci.vectors=4 -global virtio-net-pci.romfile="
}

window_known()
{
	guest_quiet
	host_open known && inside_open || return
	testpmd 'show port xstats 0' && traffic_echoed && guest_quiet && testpmd 'show port xstats 0' &&
		inside_close /out/guest.json && host_close || return
	counted ringside diff -j /out/guest.json /out/known-host.json >/out/ledger.json
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
testpmd_end
