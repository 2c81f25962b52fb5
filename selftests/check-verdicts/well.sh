# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2016
# A machine with which nothing is wrong.

. /lab/verdicts/play.sh

# echoed PORT ARGUMENT...: datagrams to the guest and back, none of which may be lost
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

machine_start || exit 1
check "each interrupt has moved to its CPU" interrupts_settle
check "healthy-idle" during healthy-idle usleep 2000000
check "healthy-bulk" during healthy-bulk echoed -n 20011 -f 16 -s 1400
check "healthy-small" during healthy-small echoed -n 4001 -f 1 -s 1
