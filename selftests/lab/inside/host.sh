# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# The emulated KVM host: loads what KVM and vhost-net need, runs the scenario.

# shellcheck source=inside/report.sh
. /lab/report.sh
# shellcheck source=inside/guests.sh
. /lab/guests.sh

# QEMU's ifup script; the address is the tap's number
cat >/run/tap-up <<-'EOF'
	#!/bin/sh
	n=${1#tap}
	ip addr add "10.77.${n%%[!0-9]*}.1/24" dev "$1"
	ip link set "$1" up
EOF
chmod 755 /run/tap-up

host_modules()
{
	local module

	for module in kvm_amd kvm_intel; do
		! modprobe "$module" 2>/dev/null || break
	done
	modprobe -a tun vhost_net
	[ -e /dev/kvm ] || { ktap "# no /dev/kvm on the emulated host"; return 1; }
}

channels_open
host_modules && scenario_run /lab/scenario guests_stop
