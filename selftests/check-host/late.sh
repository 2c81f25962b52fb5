# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091
# Which step gets longer: a program (hog.c) that keeps a CPU busy sends the same datagrams
# three times: on an idle CPU, on the CPU of vhost's worker, and on the CPU of the vCPU. Only
# the step of that thread may get longer (late.jq).

. /lab/check/host.sh

# late.jq knows SPIN_US, too.
N=53 SPIN_US=80000 GAP_US=80000

# pin PATTERN CPUS: the VMM's threads of that name
pin()
{
	local task found=1

	for task in "/proc/$(guest_pid)"/task/*; do
		# shellcheck disable=SC2254 # a pattern, indeed
		case $(cat "$task/comm") in
		$1) taskset -p "$2" "${task##*/}" >/dev/null && found=0 ;;
		esac
	done
	return $found
}

# window NAME CPU
window()
{
	host_open "$1" --tap "$TAP" || return
	/lab/programs/hog "$2" $SPIN_US $GAP_US $N "$SILENT_IP" "$PORT" || return
	guest_quiet
	host_close
}

guest_start -n 1 -c 1
net_still
silent
check "the vCPU has CPU 1" pin 'CPU*KVM' 2
check "vhost's worker has CPU 2" pin 'vhost-*' 4
check "load on an idle CPU" window quiet 3
check "load on the CPU of vhost's worker" window worker 2
check "load on the CPU of the vCPU" window vcpu 1
