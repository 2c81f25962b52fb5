# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2016,SC2034
# How an incident is played inside the emulated host, and what is kept of it: both sides'
# snapshots and the answer, NAME-{guest,host,ledger,alone}.json. The answer is judged outside
# (verdicts.jq).

. /lab/check/states.sh

LAB_BOOT_LIMIT=${LAB_BOOT_LIMIT:-600} # seconds, on a busy machine

# machine_start ARGUMENT...: a guest (guest_start) with the module, in which nothing sends by itself
machine_start()
{
	guest_start "$@" && net_still && silent && guest 'insmod /ringside.ko'
}

# In the guest all but the network's interrupts, and the agent, use the other vCPU.
others_move()
{
	guest 'for irq in $(sed -n "s/^ *\([0-9]*\):.*/\1/p" /proc/interrupts); do
			echo 2 >/proc/irq/$irq/smp_affinity
		done 2>/dev/null
		for irq in $(sed -n "s/^ *\([0-9]*\):.*put[.]0$/\1/p" /proc/interrupts); do
			echo 1 >/proc/irq/$irq/smp_affinity
		done
		for task in /proc/[0-9]*; do taskset -p 2 ${task#/proc/} >/dev/null 2>&1; done
		echo 2 >/sys/class/net/eth0/queues/rx-0/rps_cpus'
	guest true
}

# guest_shut NAME
guest_shut()
{
	inside window_close "$1" && guest_get "/tmp/$1-guest.json" "/out/$1-guest.json"
}

# both_judged NAME: by both sides, and by the host alone
both_judged()
{
	counted ringside diff -j "/out/$1-guest.json" "/out/$1-host.json" >"/out/$1-ledger.json" &&
		counted ringside diff -j "/out/$1-host.json" >"/out/$1-alone.json"
}

both_shut()
{
	guest_shut "$1" && host_close && both_judged "$1"
}

# both_open NAME: windows that need not be of one tap, which may go away and come back
both_open()
{
	guest_quiet && host_open "$1" && inside window_open "$1"
}

# during NAME COMMAND...: what COMMAND does happens within the window. If it fails, the answer may
# say why.
during()
{
	local name=$1 rc=0

	shift
	timed "$name: open both windows" window_open "$name" || return
	timed "$name: play" "$@" || rc=1
	both_shut "$name" && return $rc
}

# lasting NAME COMMAND...: the state that COMMAND makes lasts before, in and after the window
lasting()
{
	local name=$1

	shift
	timed "$name: play" "$@" &&
		timed "$name: open both windows" window_open "$name" &&
		usleep 1000000 && both_shut "$name"
}

# after NAME COMMAND...: the guest cannot tell any more: its window ends before COMMAND
after()
{
	local name=$1

	shift
	inside window_open "$name" && guest_shut "$name" && "$@" &&
		host_open "$name" --tap "$TAP" && usleep 1000000 && host_close && both_judged "$name"
}

# host_during NAME COMMAND...: the guest's side cannot be had: the host's window alone is judged
host_during()
{
	local name=$1

	shift
	host_open "$name" && timed "$name: play" "$@" && host_close &&
		counted ringside diff -j "/out/$name-host.json" >"/out/$name-ledger.json" &&
		cp "/out/$name-ledger.json" "/out/$name-alone.json"
}

# echoed ARGUMENT...: datagrams to the guest and back, none of which may be lost
echoed()
{
	local rc

	guest 'udp echo -p 7300 >/dev/null 2>&1 </dev/null & echo $! >/tmp/echo.pid'
	udp ping -p 7300 -t 20000 "$@" "$GUEST_IP" >/tmp/echoed
	rc=$?
	guest 'kill $(cat /tmp/echo.pid)'
	note "$(cat /tmp/echoed)"
	return $rc
}

# freeze THREAD: alone, not the other threads of its process
freeze()
{
	local group=/sys/fs/cgroup/vm

	[ -e /sys/fs/cgroup/cgroup.procs ] || mount -t cgroup2 none /sys/fs/cgroup
	[ -d $group/thread ] || { mkdir -p $group/thread && guest_pid >$group/cgroup.procs &&
		echo threaded >$group/thread/cgroup.type; } || return
	echo "$1" >$group/thread/cgroup.threads && echo 1 >$group/thread/cgroup.freeze &&
		until_true 20 grep -q '^frozen 1' $group/thread/cgroup.events
}

# thaw: whatever was frozen, and back to the others
thaw()
{
	local group=/sys/fs/cgroup/vm one

	echo 0 >$group/thread/cgroup.freeze
	for one in $(cat $group/thread/cgroup.threads); do
		echo "$one" >$group/cgroup.threads
	done
}
