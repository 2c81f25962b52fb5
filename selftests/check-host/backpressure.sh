# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2016,SC2153
# A tap with IFF_BACKPRESSURE: a full ring stops its queue, and packets wait and are dropped in the
# qdisc. Known datagrams, some of them while the VMM is stopped; then the same qdisc alone is too
# small. What must hold is checked outside (backpressure.jq).

. /lab/check/host.sh

IFF_BACKPRESSURE=0x80
SENT=307
MORE=2003  # while the VMM is stopped: a ring of 1000, a qdisc of 300, and the rest is dropped
LIMIT=300

net()
{
	echo "-netdev tap,id=n0,fd=8,vhost=on -device virtio-net-pci,netdev=n0,mac=52:54:00:77:00:00
		-global virtio-net-pci.romfile="
}

boot()
{
	vmm_wrap '' "/lab/programs/tapfd $TAP $IFF_BACKPRESSURE"
	sysctl -qw net.core.wmem_default=8388608 # what waits counts for the socket that sent it
	guest_start -n 1 -N "$(net)" && /run/tap-up "$TAP" && net_still &&
		tc qdisc replace dev "$TAP" root pfifo limit $LIMIT && guest 'insmod /ringside.ko'
}

backlog_gone()
{
	tc -s -j qdisc show dev "$TAP" root | grep -q '"qlen": *0'
}

traffic_known()
{
	guest "udp sink -t 600000 -p $PORT >/tmp/sink 2>&1 </dev/null & sh /path/inside.sh ports_open $PORT"
	udp blast -n $SENT -p "$PORT" "$GUEST_IP" >/tmp/to || return
	guest_quiet
	kill -STOP "$(guest_pid)"
	udp blast -n $MORE -p "$PORT" "$GUEST_IP" >/tmp/more
	counted ringside host --tap "$TAP" -d 200ms -o /out/full-host.json 2>/dev/null || return
	kill -CONT "$(guest_pid)"
	until_true 60 backlog_gone && guest_quiet || return
	guest 'killall -TERM udp; usleep 500000; cat /tmp/sink' >/tmp/sunk
}

window_held()
{
	kernel_says begin && host_open held --tap "$TAP" && traffic_known && host_close && kernel_says end || return
	verdicts held || return
	echo "{\"sent\": $(($(number sent /tmp/to) + $(number sent /tmp/more))),
		\"received\": $(number received /tmp/sunk)}" >/out/traffic.json
}

# verdicts NAME: what is said of the host's side alone
verdicts()
{
	counted ringside diff -j "/out/$1-host.json" >"/out/$1-ledger.json"
}

# The ring has room all the while: the qdisc itself is too small.
window_small()
{
	modprobe sch_netem
	tc qdisc replace dev "$TAP" root netem delay 100ms limit 7 || return
	host_open small --tap "$TAP" && udp blast -n 101 -p "$PORT" "$GUEST_IP" >/tmp/small || return
	until_true 30 backlog_gone
	host_close && verdicts small
}

/lab/programs/tapfd probe0 $IFF_BACKPRESSURE true
case $? in
0) ;;
77) skip "a tap with backpressure" "this kernel has no IFF_BACKPRESSURE"; exit ;;
*) fail "a tap with backpressure can be made" ;;
esac
check "a guest on a tap with backpressure" boot
check "known traffic, and a ring that is full" window_held
check "a qdisc that is too small" window_small
