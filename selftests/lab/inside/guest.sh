# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# A guest on the emulated host: does what the agent is asked. Its addresses
# come from the kernel's arguments: lab.ip=ADDRESS/BITS for eth0, eth1, ..., and
# the queue pairs of eth0: lab.queues=N (the driver takes one per CPU by itself)

set_addresses()
{
	local word n=0

	# shellcheck disable=SC2013 # words, indeed
	for word in $(cat /proc/cmdline); do
		case $word in
		lab.ip=*)
			ip link set "eth$n" up
			ip addr add "${word#*=}" dev "eth$n"
			n=$((n + 1))
			;;
		lab.queues=*)
			[ "${word#*=}" = "$(nproc)" ] || ethtool -L eth0 combined "${word#*=}"
			;;
		esac
	done
}

set_addresses
if grep -qw lab.shell /proc/cmdline; then
	console=/dev/$(sed -n 's/.*console=\([a-zA-Z0-9]*\).*/\1/p' /proc/cmdline)
	# shellcheck disable=SC2094 # a terminal
	(while :; do PS1='guest# ' setsid -c busybox sh -i <"$console" >"$console" 2>&1; done) &
fi
agent serve /dev/virtio-ports/lab.agent
