# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091
# A machine with many queues, and nothing wrong with them.

. /lab/verdicts/play.sh

# flows: one after the other, for the few CPUs; the host chooses the queue of each by its hash
flows()
{
	local flow=0

	while [ $flow -lt 24 ]; do
		echoed -n 101 -f 1 -s 200 || return
		flow=$((flow + 1))
	done
}

machine_start -n 32 || exit 1
check "healthy-64-queues" during healthy-64-queues flows
