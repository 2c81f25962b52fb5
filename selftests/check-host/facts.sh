# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091
# The facts that a snapshot has of one moment: states made on purpose, each with what the VMM's
# monitor and /proc say of it. What must hold is checked outside (facts.jq).

. /lab/check/states.sh

# threads_tell: the ids of the vhost worker and of the vCPU, and the last moment with traffic
threads_tell()
{
	WORKER=$(thread "vhost-$(guest_pid)") && VCPU=$(thread 'CPU 0/KVM') || return
	printf '{"worker": %d, "vcpu": %d}\n' "$WORKER" "$VCPU" >/out/threads.json
}

# device: the path of the virtio-net device in QEMU
device()
{
	guest_qmp '{"execute": "x-query-virtio"}' |
		sed 's/}/}\n/g' | sed -n 's/.*"path": "\([^"]*\)".*"name": "virtio-net".*/\1/p;s/.*"name": "virtio-net".*"path": "\([^"]*\)".*/\1/p'
}

# queue_says QUERY QUEUE FIELD: a number of x-query-virtio-queue-status or -vhost-queue-status
queue_says()
{
	guest_qmp "{\"execute\": \"$1\", \"arguments\": {\"path\": \"$DEVICE\", \"queue\": $2}}" |
		sed -n "s/.*\"$3\": \([0-9]*\).*/\1/p"
}

# memory ADDRESS: 16 bits of the guest's memory, through QEMU's monitor
memory()
{
	printf '%d' "$(monitor "xp /1xh $1" | sed -n 's/.*: \(0x[0-9a-f]*\).*/\1/p')"
}

# ring_tell QUEUE: one ring's memory as QEMU finds it at its guest-physical address
ring_tell()
{
	local avail used num

	avail=$(queue_says x-query-virtio-queue-status "$1" vring-avail)
	used=$(queue_says x-query-virtio-queue-status "$1" vring-used)
	num=$(queue_says x-query-virtio-queue-status "$1" vring-num)
	printf '{"size": %d, "avail_flags": %d, "ring_avail_idx": %d, "used_event": %d, ' "$num" \
		"$(memory "$avail")" "$(memory $((avail + 2)))" "$(memory $((avail + 4 + 2 * num)))"
	printf '"used_flags": %d, "ring_used_idx": %d, "avail_event": %d}' \
		"$(memory "$used")" "$(memory $((used + 2)))" "$(memory $((used + 4 + 8 * num)))"
}

rings_tell()
{
	printf '{"rx": %s, "tx": %s}\n' "$(ring_tell 0)" "$(ring_tell 1)" >"/out/$1-rings.json"
}

# stat_tell NAME: the threads' states by /proc, and the time
stat_tell()
{
	local thread

	for thread in "$WORKER" "$VCPU"; do
		sed 's/.*) \(.\) .*/\1/' "/proc/$thread/stat"
	done | tr '\n' ' ' | {
		read -r worker vcpu
		printf '{"worker": "%s", "vcpu": "%s"}\n' "$worker" "$vcpu" >"/out/$1-stat.json"
	}
}

# shot NAME [COMMAND...]: a window at the end of which the state that COMMAND makes lasts
shot()
{
	local name=$1

	shift
	host_open "$name" --tap "$TAP" && "$@" && stat_tell "$name" && host_close
}

# The last traffic before it was at least 3 s ago, and no longer than since this moment.
state_idle()
{
	cut -d' ' -f1 /proc/uptime >/out/idle-since.json
	send 11 && guest_quiet && usleep 3000000
}

# state_busy: the guest's only vCPU has work
state_busy()
{
	guest 'while :; do :; done </dev/null >/dev/null 2>&1 & echo $! >/tmp/busy' && usleep 500000
}

guest_start -n 1 -c 1
net_still
silent
check "the device is found in QEMU" eval 'DEVICE=$(device); [ -n "$DEVICE" ]'
check "the worker and the vCPU are found" threads_tell
check "vhost's worker has CPU 2" pin "$WORKER" 4
check "the vCPU has CPU 1" pin "$VCPU" 2
check "an idle guest" shot idle state_idle
check "QEMU reads its rings" rings_tell idle
check "a stopped VMM" shot stopped state_stopped
check "QEMU goes on" kill -CONT "$(guest_pid)"
guest true
check "a busy guest" shot busy state_busy
guest 'kill $(cat /tmp/busy)'
check "a paused guest" shot paused state_paused
guest_qmp '{"execute": "cont"}' >/tmp/cont
guest true
check "masked vectors" shot masked state_masked
check "the guest unmasks them" vectors_mask 200
hog_alone
check "a worker without a CPU" shot worker state_hogged 2
wait "$HOG"
check "a vCPU without a CPU" shot vcpu state_hogged 1
wait "$HOG"
