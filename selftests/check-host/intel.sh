# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2016
# A host with Intel's VMX: once with APICv, where the hardware delivers the interrupts from the
# posted-interrupt descriptor, and once without. Known datagrams to each queue of a guest with one
# vCPU, some of them while the VMM is stopped, and from the guest. The device has no event index:
# vhost signals a guest that does not run again and again, and KVM coalesces these interrupts.
# What must hold is checked outside: by the path's equalities, and by intel.jq.

. /lab/check/host.sh

# see each_flow; from the guest all comes at once
FLOWS='0 503 1327
1 311 1733'
BACK_SENT=401

intel_guest()
{
	guest_start -n 2 -c 1 -- -global virtio-net-pci.event_idx=off
}

traffic_known()
{
	udp sink -t 600000 -p "$BACK" >/tmp/back 2>&1 &
	echo $! >/tmp/back.pid
	each_flow sink_start && each_flow send_to || return
	kill -STOP "$(guest_pid)"
	each_flow send_more
	kill -CONT "$(guest_pid)"
	guest "udp blast -n $BACK_SENT -p $BACK 10.77.0.1" >/tmp/from && guest_quiet
}

flow_tell()
{
	printf '%s{"queue": %d, "sent": %d, "received": %d}' "$([ "$queue" = 0 ] || echo ,)" "$queue" \
		"$(flow_sent)" "$(flow_received)"
}

# traffic_tell NAME
traffic_tell()
{
	kill -TERM "$(cat /tmp/back.pid)"
	guest 'killall -TERM udp; usleep 500000'
	{
		echo '{"flows": ['
		each_flow flow_tell
		printf '], "back": %d, "returned": %d}\n' "$(number sent /tmp/from)" "$(number received /tmp/back)"
	} >"/out/$1-traffic.json"
}

# An interrupt whose CPU was set is masked for a moment when it first comes.
send_few()
{
	udp blast -n 11 -p $((PORT + queue)) "$GUEST_IP" >/dev/null && guest_quiet
}

# window_known NAME
window_known()
{
	window_open "$1" && traffic_known && window_close "$1" && traffic_tell "$1"
}

# apicv NAME Y|N: the same with the hardware's delivery of interrupts, or without it
apicv()
{
	guests_stop
	until_true 30 rmmod kvm_intel
	modprobe kvm_intel "enable_apicv=$2" || return
	check "$1: enable_apicv is $2" grep -qx "$2" /sys/module/kvm_intel/parameters/enable_apicv
	check "$1: a guest boots" intel_guest
	check "$1: only the traffic of the scenario is sent" net_still
	check "$1: each queue of the tap can be chosen" steer "$TAP" 2
	check "$1: every interrupt has moved to its CPU" each_flow send_few
	guest 'insmod /ringside.ko'
	check "$1: known traffic is counted on both sides" window_known "$1"
	check "$1: a window in which all is well" window_well "$1-well"
}

apicv apicv Y
apicv plain N
