# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2086
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

# ringside_host NAME
ringside_host()
{
	background ringside attached ringside host --tap $TAP -d 1h -o /tmp/host.json || return
	PACKETS=0 SIGNALS=0
	measure "$1"
	background_off
	same "$1: every packet was counted" $PACKETS "$(counted tun_offered)"
	same "$1: every packet vhost took" $PACKETS "$(counted vhost_taken)"
	same "$1: every signal" $SIGNALS "$(counted vhost_signals)"
	same "$1: every injection" $SIGNALS "$(counted injected coalesced)"
}

# The eventfd's function has another name in newer kernels.
others()
{
	grep -q ' eventfd_signal$' /proc/kallsyms || sed -i 's/eventfd_signal/&_mask/' /bench/*.bt
	bpftrace_on "/bench/host-$LAB_ARCH.bt" && measure bpftrace
	background_off
	perf_on $EVENTS && measure perf
	background_off
	trace_cmd_on $EVENTS && measure trace-cmd
	background_off
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
ringside_host ringside
if ! [ -e /bench/again ]; then
	others
fi
measure none-again
exec 6>&-
wait $PACKET
artefact /tmp/*.out /tmp/host.json
