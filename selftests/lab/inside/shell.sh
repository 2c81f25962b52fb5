# SPDX-License-Identifier: GPL-2.0-only
#
# The scenario of "lab shell": a guest, and a shell on the host's console. The
# shell reads this file, too, for the functions.

attach()
{
	agent attach "/run/guest${1:-0}/console.sock"
}

if [ -n "$LAB_SHELL_RUNS" ]; then
	. /lab/report.sh
	. /lab/guests.sh
	PS1='host# '
	echo "The emulated host; its guest is $LAB_GUEST_RELEASE at 10.77.0.2."
	echo "  guest CMD   runs CMD in the guest         attach   the guest's console (leave: Ctrl-])"
	echo "  guest_start -i 1 ..., guest_put, guest_get, guest_qmp, guest_stop: see guests.sh"
	echo "  exit        ends all; what is in /out is kept with -o"
	[ ! -x /usr/bin/ringside ] || echo "  ringside is here, /ringside.ko in the guest"
else
	console=/dev/$(sed -n 's/.*console=\([a-zA-Z0-9]*\).*/\1/p' /proc/cmdline)
	guest_start -A lab.shell || exit 1
	LAB_SHELL_RUNS=1 ENV=/lab/shell.sh TERM=linux setsid -w cttyhack \
		busybox sh -i <"$console" >"$console" 2>&1 4>&-
	exit 0
fi
