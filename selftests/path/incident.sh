# SPDX-License-Identifier: GPL-2.0-only
#
# Replays an incident from the field with real traffic: quiet, then with busy polling, then
# without. The counts in the snapshots are checked outside (exact.jq).

. /lab/window.sh
sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 2>/dev/null
guest_start
check "only the traffic of the scenario is sent" net_still
check "every interrupt has moved to its CPU" interrupts_settle
guest 'insmod /ringside.ko'
check "quiet phase is counted on both sides" phase quiet 0 2003
check "busy-poll phase is counted on both sides" phase busy 2000 2003
check "the phase after it is counted on both sides" phase after 0 2003
