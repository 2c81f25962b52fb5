# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091
# Rings that fill: the VMM's process is stopped, and vhost's worker with it, so
# nothing is taken. Known numbers of datagrams for each queue make its ring
# empty, half full and full. At the end the guest is paused by its monitor,
# which leaves the VMM running: it takes the tap back from vhost. What must hold
# is checked outside (ring.jq).

. /lab/check/host.sh

# step NAME DATAGRAMS...: one window in which each queue is sent this many
step()
{
	local name=$1 q=0

	shift
	kernel_says "$name-begin" && host_open "$name" --tap "$TAP" || return
	for datagrams; do
		[ "$datagrams" = 0 ] ||
			udp blast -n "$datagrams" -p $((PORT + q)) "$SILENT_IP" >/tmp/sent || return
		q=$((q + 1))
	done
	usleep 300000
	host_close && kernel_says "$name-end" &&
		echo "[$1, $2]" >"/out/$name-sent.json"
}

guest_start
net_still
silent
check "each queue of the tap can be chosen" steer "$TAP" 2
kill -STOP "$(guest_pid)"
check "empty rings are looked at" step empty 0 0
check "half full rings are looked at" step half 503 251
check "full rings are looked at" step full 1009 907
kill -CONT "$(guest_pid)"
guest true
check "drained rings are looked at" step drained 0 0
guest_qmp '{"execute": "stop"}' >/dev/null
check "a paused guest's rings are looked at" step paused 503 251
guest_qmp '{"execute": "cont"}' >/dev/null
guest true
check "the rings of a guest that goes on are looked at" step resumed 101 103
