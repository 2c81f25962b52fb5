# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# The scenario of "lab shell": a guest, and a shell on the host's console. The
# shell reads this file, too, for the functions.

attach()
{
	agent attach "/run/guest${1:-0}/console.sock"
}

if [ -n "$LAB_SHELL_RUNS" ]; then
	# shellcheck source=inside/report.sh
	. /lab/report.sh
	# shellcheck source=inside/guests.sh
	. /lab/guests.sh
	# busybox's own would come first
	alias ip=/sbin/ip tc=/sbin/tc
	PS1='host# '
	echo "The emulated host; its guest is $LAB_GUEST_RELEASE at 10.77.0.2."
	echo "  guest CMD   runs CMD in the guest         attach   the guest's console (leave: Ctrl-])"
	echo "  guest_start -i 1 ..., guest_put, guest_get, guest_qmp, guest_stop: see guests.sh"
	echo "  exit        ends all; what is in /out is kept with -o"
	[ ! -x /usr/bin/ringside ] || echo "  ringside is here, /ringside.ko in the guest"
else
	console=/dev/$(sed -n 's/.*console=\([a-zA-Z0-9]*\).*/\1/p' /proc/cmdline)
	guest_start -A lab.shell || exit 1
	# shellcheck disable=SC2094 # a terminal
	LAB_SHELL_RUNS=1 ENV=/lab/shell.sh TERM=linux setsid -c \
		busybox sh -i <"$console" >"$console" 2>&1 4>&-
	exit 0
fi
