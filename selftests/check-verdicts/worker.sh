# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2016
# Faults of the host's scheduler and of the VMM: threads that do not get a CPU, or may not run.

. /lab/verdicts/play.sh

# us; the host's window closes when the program has ended: see starved
LONG=30000000

# starved CPU: the windows are open by then. While a program never leaves a CPU, the kernel attaches
# no hook, and detaches none.
starved()
{
	state_hogged "$1" $LONG
}

fed()
{
	wait "$HOG"
	guest_quiet
}

frozen()
{
	freeze "$1" && usleep 300000 && send 7
}

thawed()
{
	thaw
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
