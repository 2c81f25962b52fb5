# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2016
# Other ways in which a driver may work, in a machine with which nothing is wrong.

. /lab/verdicts/play.sh

# tx_napi FRAMES: 0: the driver cleans its transmit rings when it sends, and asks for no interrupt
tx_napi()
{
	guest "ip link set eth0 down && ethtool -C eth0 tx-frames $1 && ip link set eth0 up" &&
		net_still && silent && guest_quiet
}

# sent: what was sent stands in the ring until the next packet
sent()
{
	echoed -n 4001 -f 8 -s 200 && guest 'udp blast -n 7 10.77.0.1' && usleep 500000
}

threaded()
{
	guest 'echo 1 >/sys/class/net/eth0/threaded' && echoed -n 4001 -f 8 -s 200
}

machine_start || exit 1
check "each interrupt has moved to its CPU" interrupts_settle
check "the driver can clean without interrupts" tx_napi 0
check "healthy-no-tx-napi" during healthy-no-tx-napi sent
check "healthy-no-tx-napi-idle" during healthy-no-tx-napi-idle usleep 1000000
check "the driver takes interrupts again" tx_napi 1
check "healthy-threaded-napi" during healthy-threaded-napi threaded
