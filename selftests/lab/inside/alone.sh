# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# One machine alone: its network is QEMU's user network.

# shellcheck source=inside/report.sh
. /lab/report.sh
channels_open
if ip link set eth0 up 2>/dev/null; then
	ip addr add 10.0.2.15/24 dev eth0
	ip route add default via 10.0.2.2
fi
scenario_run /lab/scenario :
