# SPDX-License-Identifier: GPL-2.0-only
#
# On an emulated KVM host: what a packet's way to the guest costs, from the
# socket over tun, vhost, eventfd and irqfd to the injected interrupt, with
# nothing loaded and with each tool.

. /bench/tools.sh

TAP=bench0
EVENTS="-e net:net_dev_xmit -e kvm:kvm_msi_set_irq -e kvm:kvm_apic_accept_irq"
[ "$LAB_ARCH" = x86_64 ] || EVENTS="-e net:net_dev_xmit -e kvm:kvm_set_irq"

# measure TOOL
measure()
{
	local unit milli packets signals

	echo >&6
	while read -r unit milli packets signals <&5 && [ "$unit" != end ]; do
		figure host "$1" "$unit" "$milli"
		PACKETS=$((PACKETS + packets)) SIGNALS=$((SIGNALS + signals))
	done
}

attached()
{
	grep -q counting "$1"
}

# counted NAME...: the sum of the tap queue's figures in the helper's snapshot
counted()
{
	local name n sum=0

	for name; do
		n=$(grep -o "\"$name\": *[0-9]*" /tmp/host.json | sed 's/.*: *//' | sort -n | tail -n 1)
		sum=$((sum + ${n:-0}))
	done
	echo $sum
}

ringside_host()
{
	background ringside attached ringside host --tap $TAP -d 900s -o /tmp/host.json "$@" || return
	PACKETS=0 SIGNALS=0
	measure "$TOOL"
	background_off
	same "$TOOL: every packet was counted" $PACKETS "$(counted tun_offered)"
	same "$TOOL: every packet vhost took" $PACKETS "$(counted vhost_taken)"
	same "$TOOL: every signal" $SIGNALS "$(counted vhost_signals)"
	same "$TOOL: every injection" $SIGNALS "$(counted injected coalesced)"
}

modprobe tun
modprobe vhost_net
modprobe kvm_amd 2>/dev/null
echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6 2>/dev/null
mkfifo /tmp/ask /tmp/answer
/bench/packet $TAP </tmp/ask >/tmp/answer &
PACKET=$!
exec 6>/tmp/ask 5</tmp/answer
read -r ready <&5
check "a tap, its vhost worker and a virtual machine" [ "$ready" = ready ]
measure warm
measure none
TOOL=ringside ringside_host
bpftrace_on "/bench/host-$LAB_ARCH.bt" && measure bpftrace
background_off
perf_on $EVENTS && measure perf
background_off
trace_cmd_on $EVENTS && measure trace-cmd
background_off
measure none-again
exec 6>&-
wait $PACKET
artefact /tmp/*.out /tmp/host.json
