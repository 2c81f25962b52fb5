# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2016,SC2034
# What the scenarios of this directory share, inside the emulated host.

. /lab/window.sh

# IPv6 would send when it likes.
sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1

SILENT_IP=10.77.0.3
PORT=7100 # and on: to the guest
BACK=7200 # and on: from the guest

# steer TAP QUEUES: a datagram for port PORT + Q leaves by queue Q. By itself the
# tap chooses the queue from which the guest last sent a packet of the flow.
steer()
{
	local q=0

	modprobe -a sch_ingress cls_flower act_skbedit
	tc qdisc add dev "$1" clsact || return
	while [ $q -lt "$2" ]; do
		tc filter add dev "$1" egress protocol ip flower ip_proto udp \
			dst_port $((PORT + q)) action skbedit queue_mapping $q || return
		q=$((q + 1))
	done
}

# each_flow COMMAND...: for each line of FLOWS: queue, datagrams to the guest, more of them to a
# stopped VMM, datagrams from the guest
each_flow()
{
	while read -r queue to more from <&3; do
		"$@" || return
	done 3<<-EOF
		$FLOWS
	EOF
}

sink_start()
{
	guest "udp sink -t 600000 -p $((PORT + queue)) >/tmp/sink$queue 2>&1 </dev/null &
		sh /path/inside.sh ports_open $((PORT + queue))"
}

send_to()
{
	udp blast -n "$to" -p $((PORT + queue)) "$GUEST_IP" >"/tmp/to$queue"
}

send_more()
{
	udp blast -n "$more" -p $((PORT + queue)) "$GUEST_IP" >"/tmp/more$queue"
}

# flow_sent, flow_received: datagrams for the guest
flow_sent()
{
	echo $(($(number sent "/tmp/to$queue") + $(number sent "/tmp/more$queue")))
}

flow_received()
{
	guest "cat /tmp/sink$queue" >"/tmp/sunk$queue"
	number received "/tmp/sunk$queue"
}

# silent: what is sent to SILENT_IP reaches the guest, which does not know it and says nothing
silent()
{
	ip neigh replace $SILENT_IP lladdr "$(guest 'cat /sys/class/net/eth0/address')" \
		dev "$TAP" nud permanent
}

# number NAME FILE: one of the counts that udp prints
number()
{
	sed -n "s/.*\<$1=\([0-9]*\).*/\1/p" "$2"
}

# kernel_says NAME: the kernel's own drops of the tap, into /out/NAME-{link,qdisc}.json
kernel_says()
{
	ip -s -j link show dev "$TAP" >"/out/$1-link.json" &&
		tc -s -j qdisc show dev "$TAP" >"/out/$1-qdisc.json"
}

# host_open NAME [OPTION...], host_close: a window of the host's side alone
host_open()
{
	local name=$1

	shift
	ringside host "$@" -d 1h -o "/out/$name-host.json" 2>"/out/$name-host.err" &
	HOST_WINDOW=$!
	counting "/out/$name-host.err"
}

# counting FILE: until the ringside that was just started says so there, or why not
counting()
{
	until_true 300 grep -qE '^(counting|ringside: )' "$1"
	grep -q '^counting' "$1" || { note "the window did not open: $(cat "$1")"; return 1; }
}

host_close()
{
	kill -INT "$HOST_WINDOW"
	counted wait "$HOST_WINDOW"
}

# inside_open, inside_close FILE: a window of the guest's side alone, which FILE is to be
inside_open()
{
	guest 'rm -f /tmp/inside.json
		ringside guest -d 1h -o /tmp/inside.json 2>/tmp/inside.err >/dev/null </dev/null &
		echo $! >/tmp/inside.pid; until grep -q ^counting /tmp/inside.err; do usleep 50000; done'
}

inside_close()
{
	guest 'kill -INT $(cat /tmp/inside.pid); until [ -s /tmp/inside.json ]; do usleep 50000; done' &&
		guest_get /tmp/inside.json "$1"
}

# window_well NAME: a window of both sides with little traffic, in which nothing is wrong:
# /out/NAME-ledger.json is what `diff` says of it
window_well()
{
	guest_quiet
	host_open "$1" && inside_open && traffic 211 && guest_quiet &&
		inside_close "/out/$1-inside.json" && host_close || return
	counted ringside diff -j "/out/$1-inside.json" "/out/$1-host.json" >"/out/$1-ledger.json"
}

# vmm_wrap LINE [PREFIX]: from now on QEMU is started by a shell that runs LINE first, as an
# argument of PREFIX: so it finds a tap open, as libvirt hands it over
vmm_wrap()
{
	local name

	mkdir -p /run/wrap
	for name in qemu-system-x86_64 qemu-system-aarch64; do
		printf '#!/bin/sh\n%s\nexec %s /usr/bin/%s "$@"\n' "$1" "$2" "$name" >/run/wrap/$name
		chmod +x /run/wrap/$name
	done
	case $PATH in /run/wrap:*) ;; *) PATH=/run/wrap:$PATH ;; esac
}

# types_or_exit MODULE: what ringside cannot read in this kernel it refuses, whole
types_or_exit()
{
	[ ! -e "/sys/kernel/btf/$1" ] || return
	check "a kernel without type information for $1 is refused" types_refused
	exit
}

types_refused()
{
	ringside host --tap "$TAP" -d 100ms -o /out/refused.json 2>/tmp/refused
	[ $? = 72 ] && [ "$(wc -l </tmp/refused)" = 1 ] && [ ! -e /out/refused.json ]
}

# attached: what is hooked in this kernel
attached()
{
	cat /sys/kernel/tracing/enabled_functions /sys/kernel/debug/kprobes/list
}
