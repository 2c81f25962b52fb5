# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2046
# Without the event index vhost signals again before the guest has come to the interrupt before, and
# both become one. None is lost.

. /lab/verdicts/play.sh

merges()
{
	grep -q '"coalesced": *[1-9]' /out/healthy-merged-host.json
}

machine_start -n 1 -N "$(guest_net 0 1 | sed 's/,mq=on/,mq=on,event_idx=off/')" || exit 1
check "healthy-merged" during healthy-merged echoed -n 8009 -f 16 -s 1
check "injections were merged" merges
