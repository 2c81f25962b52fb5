# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091
# Faults of the guest, of the VMM, and of the host's network before the tap.

. /lab/verdicts/play.sh

# shaped: the qdisc before the tap lets next to nothing through
shaped()
{
	modprobe sch_tbf
	tc qdisc replace dev "$TAP" root tbf rate 8kbit burst 1600 limit 1000000 &&
		udp blast -n 101 -s 1000 -p "$PORT" "$SILENT_IP" >/tmp/sent
}

# masked: and more packets than the ring has buffers, so that the host sees that some wait
masked()
{
	state_masked && send 500 && usleep 300000
}

# link_set UP CARRIER: the VMM's link of the device, on purpose; the driver follows
link_set()
{
	guest_qmp "{\"execute\": \"set_link\", \"arguments\": {\"name\": \"n0\", \"up\": $1}}" >/tmp/link &&
		until_true 20 guest "grep -q $2 /sys/class/net/eth0/carrier" && usleep 300000
}

machine_start -n 1 -c 2 || exit 1
check "vector-masked" lasting vector-masked masked
vectors_mask 200
guest_quiet
check "qdisc-backlog" lasting qdisc-backlog shaped
tc qdisc del dev "$TAP" root
guest_quiet
guest 'udp blast -n 7 10.77.0.1'
check "healthy-link-off" lasting healthy-link-off link_set false 0
link_set true 1
guest_quiet
# down for the whole window; the guest sends, and does not know
ip link set "$TAP" down
check "carrier-off" during carrier-off guest 'udp blast -n 40 -r 20 10.77.0.1'
ip link set "$TAP" up
