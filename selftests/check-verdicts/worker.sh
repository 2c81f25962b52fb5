# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2016
# Faults of the host's scheduler and of the VMM: threads that do not get a CPU, or may not run.

. /lab/verdicts/play.sh

LONG=60000000 # us

# starved CPU: the windows are open by then. While a program never leaves a CPU, the kernel attaches
# no hook, and detaches none.
starved()
{
	state_hogged "$1" $LONG
}

fed()
{
	kill "$HOG"
	wait "$HOG"
	guest_quiet
}

# frozen THREAD: alone, not the other threads of its process
frozen()
{
	local group=/sys/fs/cgroup/vm

	mkdir -p $group/worker &&
		guest_pid >$group/cgroup.procs &&
		echo threaded >$group/worker/cgroup.type &&
		echo "$1" >$group/worker/cgroup.threads &&
		echo 1 >$group/worker/cgroup.freeze && usleep 300000 && send 7
}

thawed()
{
	echo 0 >/sys/fs/cgroup/vm/worker/cgroup.freeze
	guest_quiet
}

# paused: packets come for the machine, which the VMM does not run
paused()
{
	state_paused && send 7
}

machine_start -n 1 -c 2 || exit 1
WORKER=$(thread "vhost-$(guest_pid)")
pin "$WORKER" 4
pin "$(thread 'CPU 0/KVM')" 2
pin "$(thread 'CPU 1/KVM')" 9
check "the guest has moved what is not the network's" others_move
hog_alone
check "worker-starved" during worker-starved starved 2
fed
mount -t cgroup2 none /sys/fs/cgroup 2>/dev/null
check "worker-frozen" lasting worker-frozen frozen "$WORKER"
thawed
check "vcpu-starved" during vcpu-starved starved 1
fed
check "vm-paused" after vm-paused paused
guest_qmp '{"execute": "cont"}' >/tmp/cont
guest_quiet
check "vmm-stopped" after vmm-stopped state_stopped
kill -CONT "$(guest_pid)"
guest true
