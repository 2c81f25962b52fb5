# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# What the scenarios with DPDK's testpmd share, inside the emulated host. testpmd sends each packet
# back to its sender, and counts the guest notifications of each queue itself. It reads commands
# from /run/commands, file descriptor 7 here, and writes to /out/testpmd.log.

# shellcheck disable=SC2034 # the scenarios use it
MAC=52:54:00:77:00:00
ECHO_MAC=52:54:00:77:ff:01

# testpmd_run QUEUES IFACE [PREFIX...]: polls on CPU 3, and reads commands on CPU 2
testpmd_run()
{
	local queues=$1 iface=$2

	shift 2
	mkfifo /run/commands
	"$@" dpdk-testpmd -l 2,3 --no-huge -m 128 --no-pci --vdev "net_vhost0,iface=$iface,queues=$queues" -- \
		-i --rxq="$queues" --txq="$queues" --nb-cores=1 --forward-mode=5tswap --port-topology=loop \
		--auto-start --total-num-mbufs=4096 </run/commands >>/out/testpmd.log 2>&1 &
	TESTPMD=$!
	exec 7>/run/commands
	until_true 120 [ -e "$iface" ]
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

# See pings.sh for the numbers.
traffic_echoed()
{
	guest "sh /check/pings.sh $ECHO_MAC" >/tmp/pings
	note "$(tr '\n' ' ' </tmp/pings)"
	grep -q 'sent=1009 received=1009 ' /tmp/pings && grep -q 'sent=1511 received=1511 ' /tmp/pings
}

# counts N: the notifications of each queue as testpmd printed them for the Nth time
counts()
{
	sed -n 's/^\([rt]x_q[0-9]*_guest_notifications\): \([0-9]*\)$/\1 \2/p' /out/testpmd.log |
		awk -v n="$1" '++seen[$1] == n { printf "%s\"%s\": %s", between, $1, $2; between = ", " }'
}

# testpmd_end: its counts come out when it ends: each command's after the one before
testpmd_end()
{
	testpmd quit
	exec 7>&-
	wait "$TESTPMD"
	echo "{$(counts 1)}" >/out/before.json
	echo "{$(counts 2)}" >/out/after.json
}
