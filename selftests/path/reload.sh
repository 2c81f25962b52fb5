# SPDX-License-Identifier: GPL-2.0-only
#
# Unloads and loads the module under full traffic: no packet is lost, and every counter starts at
# zero. Sourced inside the emulated host.

reload_many()
{
	for _ in 1 2 3 4 5 6 7; do
		guest 'rmmod ringside && usleep 50000 && insmod /ringside.ko' || return 1
	done
}

# Traffic that lasts longer than the reloads.
reload_under_traffic()
{
	local rc=0

	guest 'udp echo -p 7103 >/tmp/echo3 2>&1 </dev/null &'
	udp ping -t 20000 -d 3600 -f 8 -p 7103 "$GUEST_IP" >/tmp/ping3 &
	until_true 10 guest 'grep -q ": *[0-9]" /proc/interrupts'
	reload_many || rc=1
	kill -TERM $!
	wait $!
	guest 'killall -TERM udp'
	note "reloaded under $(cat /tmp/ping3)"
	return $rc
}

no_datagram_lost()
{
	grep -q ' lost=0 ' /tmp/ping3
}

counters_are_zero()
{
	guest_quiet
	guest 'rmmod ringside && insmod /ringside.ko'
	[ "$(inside counter_sum)" = 0 ]
}

check "rmmod and insmod under traffic, seven times" reload_under_traffic
check "no datagram was lost meanwhile" no_datagram_lost
check "counters start from zero" counters_are_zero
