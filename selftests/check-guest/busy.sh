# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# A process that busy-polls its socket, and a device that signals late: the
# interrupt finds what it was for already consumed.

. /check/lib.sh

n=$EVENTS
quiet_netdev
ip addr add 10.9.0.2/24 dev $NETDEV
insmod /ringside.ko || exit 1
witness_start || exit 1
plan 2
udp sink -p 7000 -b 50000 -t 3600000 >/run/sink 2>&1 &
sink=$!
# the socket learns from its first packet which NAPI to poll
scene "the first packet" "input.0 interrupts 1" "post-signal input.0; await input.0 quiet"
scene "late signals and a busy poller" "input.0 interrupts $n input.0 none_busy_poll $((n / 2))+" \
	"repeat $n { post-delay-signal input.0 1 300 }; await input.0 quiet"
kill $sink
