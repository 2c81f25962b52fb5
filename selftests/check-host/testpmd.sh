# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091
# A backend in user space: DPDK's testpmd, which sends each packet back to its
# sender. It counts the guest notifications of each queue itself; what must
# hold is checked outside (testpmd.jq).

. /lab/check/host.sh

SOCKET=/run/vhost.sock
MAC=52:54:00:77:00:00
ECHO_MAC=52:54:00:77:ff:01

# Polls on CPU 3, and reads commands on CPU 2.
testpmd_start()
{
	mkdir -p /var/run
	chmod 755 / # DPDK loads nothing from below a directory that all may write to
	mkfifo /run/commands
	dpdk-testpmd -l 2,3 --no-huge -m 128 --no-pci --vdev "net_vhost0,iface=$SOCKET,queues=2" -- \
		-i --rxq=2 --txq=2 --nb-cores=1 --forward-mode=5tswap --port-topology=loop \
		--auto-start --total-num-mbufs=4096 </run/commands >>/out/testpmd.log 2>&1 &
	TESTPMD=$!
	exec 7>/run/commands
	until_true 120 [ -S $SOCKET ]
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

backend_net()
{
	echo "-object memory-backend-memfd,id=ram,size=512M,share=on -machine memory-backend=ram
		-chardev socket,id=vhost,path=$SOCKET
		-netdev vhost-user,id=n0,chardev=vhost,queues=2
		-device virtio-net-pci,netdev=n0,mac=$MAC,mq=on
		-global virtio-net-pci.vectors=6 -global virtio-net-pci.romfile="
}

# See pings.sh for the numbers.
traffic_echoed()
{
	guest "sh /check/pings.sh $ECHO_MAC" >/tmp/pings
	note "$(tr '\n' ' ' </tmp/pings)"
	grep -q 'sent=1009 received=1009 ' /tmp/pings && grep -q 'sent=1511 received=1511 ' /tmp/pings
}

# testpmd's own counts come out when it ends: each command's after the one before.
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

# counts N: the notifications of each queue as testpmd printed them for the Nth time
counts()
{
	sed -n 's/^\([rt]x_q[0-9]*_guest_notifications\): \([0-9]*\)$/\1 \2/p' /out/testpmd.log |
		awk -v n="$1" '++seen[$1] == n { printf "%s\"%s\": %s", between, $1, $2; between = ", " }'
}

check "testpmd waits for a guest" testpmd_start
kill -0 "$TESTPMD" || exit 1
guest_start -N "$(backend_net)"
guest 'sysctl -qw net.ipv6.conf.all.disable_ipv6=1; insmod /ringside.ko'
check "ringside counts what testpmd signals" window_backend
check "the table says what serves the queues" table
guest_stop
testpmd quit
exec 7>&-
wait "$TESTPMD"
echo "{$(counts 1)}" >/out/before.json
echo "{$(counts 2)}" >/out/after.json
