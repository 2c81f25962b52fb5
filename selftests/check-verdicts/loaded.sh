# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2016
# Faults of the guest that come with traffic: time that its softirqs do not get, processes that
# busy-poll, a vCPU that exits all the time.

. /lab/verdicts/play.sh

# sent_while COMMAND: datagrams, one at a time, while CPU 0 of the guest runs COMMAND
sent_while()
{
	guest "taskset 1 sh -c '$1' >/dev/null 2>&1 </dev/null & echo \$! >/tmp/load"
	udp blast -n 307 -r 50 -p "$PORT" "$SILENT_IP" >/tmp/sent
	guest 'kill $(cat /tmp/load)'
}

# starved: the queue's NAPI is a thread, and a real-time program keeps its CPU
starved()
{
	guest 'echo 1 >/sys/class/net/eth0/threaded
		for task in /proc/[0-9]*; do
			case $(cat $task/comm) in
			napi/eth0-*) taskset -p 1 ${task#/proc/} >/dev/null ;;
			esac
		done
		sysctl -qw kernel.sched_rt_runtime_us=-1
		hog 0 60000000 0 1 127.0.0.1 9 </dev/null >/dev/null 2>&1 &
		echo $! >/tmp/load' && usleep 500000 && send 500 && usleep 500000
}

fed()
{
	guest 'kill $(cat /tmp/load); echo 0 >/sys/class/net/eth0/threaded'
	guest_quiet
}

# The kernel prints a line with interrupts off, and each of its characters is an exit or more.
printing='while :; do echo "<6>a line for the console, whose characters exit one by one" >/dev/kmsg; done'

machine_start -n 1 -c 2 || exit 1
check "the guest has moved what is not the network's" others_move
check "the guest prints all that its log gets" guest 'dmesg -n 8'
check "vcpu-exits" during vcpu-exits sent_while "$printing"
check "softirq-starved" lasting softirq-starved starved
fed
