# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# Each step of the load is refused once, under traffic: the load is undone, or
# does without and says so.

# shellcheck source=/dev/null
. /life/lib.sh
# shellcheck source=/dev/null
. /life/refusal.sh

# refuser_load NAME[,NAME]... VALUE: by the name that this kernel knows
refuser_load()
{
	local name

	for name in $(echo "$1" | tr , ' '); do
		! insmod /modules/refuser.ko function="$name" value="$2" 2>/dev/null || return 0
	done
	return 1
}

# step FUNCTIONS APART VALUE ERROR: its first call is refused, then another,
# until there is none left. Prints what was wrong.
step()
{
	local n=1 before

	refuser_load "$1" "$3" || { echo "this kernel has no $1"; return; }
	before=$(traces)
	while load_nth $n "$4" "$before"; do
		n=$((n + $2))
	done
	rmmod refuser
	[ $n != 1 ] || echo "it is never called"
	note "$1: call $((n - $2)) was the last to be refused"
}

plan $(($(grep -vc '^#' /life/steps) + 1))
traffic_start "$LAB_PEER" 3000 || exit 1
grep -v '^#' /life/steps >/run/steps
while read -r functions apart value error; do
	same "${functions%%,*}" "" "$(step "$functions" "$apart" "$value" "$error")"
done </run/steps
traffic_stop
check "no datagram is lost" none_lost /tmp/ping
