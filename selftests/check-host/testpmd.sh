# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091
# A backend in user space: DPDK's testpmd, which sends each packet back to its
# sender. It counts the guest notifications of each queue itself; what must
# hold is checked outside (testpmd.jq).

. /lab/check/host.sh
. /lab/check/dpdk.sh

SOCKET=/run/vhost.sock

testpmd_start()
{
	mkdir -p /var/run
	chmod 755 / # DPDK loads nothing from below a directory that all may write to
	testpmd_run 2 $SOCKET
}

backend_net()
{
	echo "-object memory-backend-memfd,id=ram,size=512M,share=on -machine memory-backend=ram
		-chardev socket,id=vhost,path=$SOCKET
		-netdev vhost-user,id=n0,chardev=vhost,queues=2
		-device virtio-net-pci,netdev=n0,mac=$MAC,mq=on
		-global virtio-net-pci.vectors=6 -global virtio-net-pci.romfile="
}

window_backend()
{
	guest_quiet
	host_open backend || return
	testpmd 'show port xstats 0' && traffic_echoed && guest_quiet && testpmd 'show port xstats 0' ||
		return
	counted guest 'ringside guest -q -o /tmp/guest.json' && host_close &&
		guest_get /tmp/guest.json /out/guest.json
}

# The queues of a backend in user space are seen while it signals them.
table()
{
	guest 'udp ping -d 600 10.77.0.1 </dev/null >/dev/null 2>&1 &'
	ringside host -d 2s >/out/table.txt 2>/dev/null
	guest 'killall -TERM udp'
	grep -q 'user-space backend' /out/table.txt && grep -q 'dpdk-testpmd' /out/table.txt
}

check "testpmd waits for a guest" testpmd_start
kill -0 "$TESTPMD" || exit 1
guest_start -N "$(backend_net)"
guest 'sysctl -qw net.ipv6.conf.all.disable_ipv6=1; insmod /ringside.ko'
check "ringside counts what testpmd signals" window_backend
check "the table says what serves the queues" table
guest_stop
testpmd_end
