# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2016
# Faults of the guest that come with traffic: time that its softirqs do not get, processes that
# busy-poll, a vCPU that exits all the time.

. /lab/verdicts/play.sh

# sent_while COMMAND: datagrams, one at a time, while the guest runs COMMAND
sent_while()
{
	guest "($1) >/dev/null 2>&1 </dev/null & echo \$! >/tmp/load"
	udp blast -n 307 -r 50 -p "$PORT" "$SILENT_IP" >/tmp/sent
	guest 'kill $(cat /tmp/load)'
}

# starved: the queue's NAPI is a thread, and another thread of the guest keeps its CPU
starved()
{
	guest 'sysctl -qw kernel.sched_rt_runtime_us=-1
		echo 1 >/sys/class/net/eth0/threaded
		for task in /proc/[0-9]*; do
			case $(cat $task/comm) in
			napi/eth0-*) taskset -p 1 ${task#/proc/} >/dev/null ;;
			esac
		done
		taskset 1 chrt -f 50 sh -c "while :; do :; done" </dev/null >/dev/null 2>&1 &
		echo $! >/tmp/load' && usleep 500000 && send 7 && usleep 500000
}

fed()
{
	guest 'kill $(cat /tmp/load); echo 0 >/sys/class/net/eth0/threaded'
	guest_quiet
}

# Each character is an exit of vCPU 0, which has the queue's interrupt, too.
console='while :; do echo "one character is one exit, and these are many" >/dev/console; done'

machine_start -n 1 -c 2 || exit 1
check "vcpu-exits" during vcpu-exits sent_while "taskset 1 sh -c '$console'"
check "softirq-starved" lasting softirq-starved starved
fed
