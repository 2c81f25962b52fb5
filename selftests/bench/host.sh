# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2034,SC2086
# On an emulated KVM host: what a packet's way to the guest costs, from the
# socket over tun, vhost, eventfd and irqfd to the injected interrupt, with
# nothing loaded and with each tool.

. /bench/wire.sh

EVENTS="-e net:net_dev_xmit -e kvm:kvm_msi_set_irq -e kvm:kvm_apic_accept_irq"
[ "$LAB_ARCH" = x86_64 ] || EVENTS="-e net:net_dev_xmit -e kvm:kvm_set_irq"

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

# Nothing is cheap because it was not counted.
check_counts()
{
	same "ringside counted every packet" $PACKETS "$(counted tun_offered)"
	same "and every one vhost took" $PACKETS "$(counted vhost_taken)"
	same "and every signal" $SIGNALS "$(counted vhost_signals)"
	same "and every injection" $SIGNALS "$(counted injected coalesced)"
}

others()
{
	eventfd_name
	bpftrace_on "/bench/host-$LAB_ARCH.bt" && measure bpftrace
	background_off
	perf_on $EVENTS && measure perf
	background_off
	trace_cmd_on $EVENTS && measure trace-cmd
	background_off
}

# The helper's own beginning, end and memory.
life()
{
	local attach detach

	read -r attach detach <<-EOF
	$(/bench/cost -u counting ringside host --tap $TAP -d 1h -o /tmp/life.json)
	EOF
	figure host ringside attach-1 "$attach"
	figure host ringside detach-1 "$detach"
	ringside_on
	figure host ringside maps-bytes-1 "$(maps_bytes)"
	background_off
}

# maps_bytes: what the kernel says that the helper's maps take
maps_bytes()
{
	cat /proc/$TOOL_PID/fdinfo/* | awk '/^map_type:/ { map = 1 } /^memlock:/ && map { n += $2; map = 0 } END { print n }'
}

wire_start
measure warm
measure none
ringside_on && measure ringside
background_off
check_counts
life
[ -e /bench/again ] || [ -e /bench/no-tools ] || others
measure none-again
wire_end
artefact /tmp/*.out /tmp/host.json
