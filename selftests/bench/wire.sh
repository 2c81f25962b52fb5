# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2034,SC2086
# The packets of the host's benchmark: wire_start, then as many rounds of
# measure as wanted, then wire_end.

. /bench/tools.sh

TAP=bench0

wire_start()
{
	modprobe tun
	modprobe vhost_net
	modprobe kvm_amd 2>/dev/null
	echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6 2>/dev/null
	mkfifo /tmp/ask /tmp/answer
	/bench/packet $TAP </tmp/ask >/tmp/answer &
	PACKET=$!
	exec 6>/tmp/ask 5</tmp/answer
	read -r ready <&5
	check "a tap, its vhost worker and a virtual machine" [ "$ready" = ready ] || exit 1
}

wire_end()
{
	exec 6>&-
	wait $PACKET
}

# slabs_settle: no cache has half-used slabs that one round meets and another does not, and none
# gives a slab back after each batch to get it again with the next
slabs_settle()
{
	local cache

	for cache in /sys/kernel/slab/*; do
		echo 64 2>/dev/null >"$cache/min_partial"
		echo 1 2>/dev/null >"$cache/shrink"
	done
}

# measure TOOL [PREFIX]
measure()
{
	local unit milli packets signals

	slabs_settle
	PACKETS=0 SIGNALS=0
	echo >&6
	while read -r unit milli packets signals <&5 && [ "$unit" != end ]; do
		figure host "$1" "$2$unit" "$milli"
		PACKETS=$((PACKETS + packets)) SIGNALS=$((SIGNALS + signals))
	done
}
