# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2016,SC2034,SC2153
# A guest that migrates from one VMM to another on this host, each with a tap of its own on one
# bridge: first a window of both sides with the migration in it, then one on the new tap.
# What must hold is checked outside (migrate.jq).

. /lab/check/host.sh

MAC=52:54:00:77:00:00
UUID=00000000-0000-4000-8000-000000000001
HOST_MAC=52:54:00:77:ff:00

# net TAP: the same device on each side, as a migration wants it
net()
{
	echo "-netdev tap,id=n0,ifname=$1,script=/run/tap-up,downscript=no,vhost=on,queues=2
		-device virtio-net-pci,netdev=n0,mac=$MAC,mq=on
		-global virtio-net-pci.vectors=6 -global virtio-net-pci.romfile="
}

# bridged TAP: it has no address of its own
bridged()
{
	until_true 60 [ -e "/sys/class/net/$1" ] && until_true 60 has_address "$1" &&
		ip addr flush dev "$1" && ip link set "$1" master br0
}

has_address()
{
	ip addr show dev "$1" | grep -q 'inet '
}

bridge()
{
	modprobe bridge
	ip link add br0 address $HOST_MAC type bridge && ip link set br0 up || return
	guest_start -N "$(net tap0)" && bridged tap0 && ip addr add 10.77.0.1/24 dev br0 &&
		ip neigh replace "$GUEST_IP" lladdr $MAC dev br0 nud permanent &&
		inside addresses_fixed $HOST_MAC && guest 'insmod /ringside.ko'
}

# The VMM that waits for the guest; guest_start ends once the guest answers there.
waiting()
{
	LAB_BOOT_LIMIT=600 guest_start -i 1 -N "$(net tap1)" -- -uuid $UUID -incoming unix:/run/migration &
	arrival=$!
	bridged tap1
}

migrated()
{
	guest_qmp '{"execute": "query-migrate"}' | grep -q '"status": *"completed"'
}

migrate()
{
	guest_qmp '{"execute": "migrate", "arguments": {"uri": "unix:/run/migration"}}' >/tmp/migrate &&
		until_true 300 migrated && wait "$arrival" || return
	LAB_GUEST=1
}

# A window of both sides, and the guest migrates in the middle of its traffic.
window_migration()
{
	guest_quiet
	host_open migration || return
	guest 'ringside guest -d 1h -o /tmp/migration.json 2>/tmp/migration.err >/dev/null </dev/null & echo $! >/tmp/window.pid
		until grep -q ^counting /tmp/migration.err; do usleep 50000; done'
	traffic 211 && migrate && traffic 307 && guest_quiet || return
	guest 'kill -INT $(cat /tmp/window.pid); until [ -s /tmp/migration.json ]; do usleep 50000; done'
	host_close && guest_get /tmp/migration.json /out/migration-inside.json || return
	ringside diff -j /out/migration-inside.json /out/migration-host.json \
		>/out/migration-ledger.json 2>/out/migration.err
	echo "{\"status\": $?}" >/out/migration-status.json
}

check "a guest on a bridge" bridge
check "a second VMM waits" waiting
check "a window in which the guest migrates" window_migration
check "a window in which all is well, on the new tap" window_well well
