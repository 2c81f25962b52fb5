# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2016
# Parties that stop doing their part, because the module breaker makes functions of theirs return at
# once, or begin late: the guest's driver, vhost, KVM, the guest's softirq.

. /lab/verdicts/play.sh

# guest_broken ARGUMENT..., guest_whole
guest_broken()
{
	guest "insmod /tmp/breaker.ko $*"
}

guest_whole()
{
	guest 'cat /sys/module/breaker/parameters/hits; rmmod breaker'
}

# host_broken ARGUMENT..., host_whole
host_broken()
{
	insmod /lab/programs/breaker.ko "$@"
}

host_whole()
{
	cat /sys/module/breaker/parameters/hits
	rmmod breaker
}

# hit WHOLE: what was broken has been called; it is no longer broken
hit()
{
	local hits

	hits=$("$1")
	note "broken $hits times"
	[ "$hits" -gt 0 ]
}

# noticed KIND QUEUE: the module has such an event
noticed()
{
	guest "grep -q 'kind=$1 .* queue=$2 ' /sys/kernel/debug/ringside/events"
}

# renewed: the driver fills its rings again
renewed()
{
	guest 'ip link set eth0 down && ip link set eth0 up' && net_still && silent && guest_quiet
}

# Enough packets to use up all buffers.
not_refilled()
{
	guest_broken symbol=virtqueue_add_inbuf_ctx returns=-28 queue=input.0 && send 2000 &&
		usleep 500000
}

not_kicked()
{
	guest_broken symbol=virtqueue_kick_prepare returns=0 queue=output.0 &&
		guest 'udp blast -n 7 10.77.0.1' && usleep 300000
}

# More than the ring has buffers, and vhost takes at once: the host sees that packets wait.
FILLS=500

# The first packet's interrupt disables the callback; nothing enables it again.
callback_off()
{
	guest_broken symbol=virtqueue_enable_cb_prepare,virtqueue_poll returns=0,0 queue=input.0 &&
		send 1 && usleep 500000 && send $FILLS && usleep 300000
}

# The queue stops when it is full, which it is while vhost does not run. Nobody may answer: a
# receive poll cleans the transmit ring, too.
tx_callback_off()
{
	guest "ip neigh replace 10.77.0.9 lladdr $(cat "/sys/class/net/$TAP/address") dev eth0 nud permanent"
	guest_broken symbol=virtqueue_enable_cb_delayed returns=1 queue=output.0 && freeze "$WORKER" &&
		guest 'for one in 1 2; do udp blast -n 300 10.77.0.9 >/dev/null 2>&1 </dev/null & done
			usleep 500000; killall udp' && thaw && usleep 300000
}

# Packets go on coming; some kernels try again with each.
failing()
{
	host_broken symbol=translate_desc returns=-14 || return
	udp blast -n 100000 -r 50 -p "$PORT" "$SILENT_IP" >/tmp/sent &
	SENDER=$!
	usleep 500000
}

# errors_counted: as many within the window as descriptors could not be translated
errors_counted()
{
	local hits errors

	hits=$(cat /sys/module/breaker/parameters/hits)
	errors=$(grep -o '"vhost_errors": *[0-9]*' /out/backend-fails-host.json |
		awk -F: '{ sum += $2 } END { print sum }')
	note "broken $hits times, $errors errors"
	[ "$hits" -gt 0 ] && [ "$errors" = "$hits" ]
}

# rebound: the guest's driver gives its device up and takes it again; the VMM makes all routes anew
rebound()
{
	guest 'at=$(realpath /sys/class/net/eth0/device); driver=$(realpath $at/driver)
		echo ${at##*/} >$driver/unbind && echo ${at##*/} >$driver/bind &&
		ip link set eth0 up && ip addr add 10.77.0.2/24 dev eth0' && net_still && silent
}

# gsi NAME: the first receive queue's, in a snapshot of the host
gsi()
{
	sed -n 's/.*"gsi": *\([0-9]*\).*/\1/p' "/out/$1-host.json" | head -n 1
}

# misrouted: the MSI route of the first receive queue names another device id, or another vector
misrouted()
{
	host_broken symbol=kvm_set_routing_entry gsi="$(gsi not-injected)" && rebound &&
		send $FILLS && usleep 300000
}

# vhost decides to signal, and writes its eventfd late
signalled_late()
{
	host_broken symbol=eventfd_signal_mask delay_us=30000 comm=vhost- &&
		udp blast -n 101 -r 10 -p "$PORT" "$SILENT_IP" >/tmp/sent
}

not_injected()
{
	host_broken symbol=kvm_arch_set_irq_inatomic returns=1 && send 5 && usleep 300000
}

# The compiler gives the function a name of its own.
not_signalled()
{
	host_broken symbol="$(sed -n 's/.* \(vhost_notify[^[:space:]]*\).*/\1/p' /proc/kallsyms)" \
		returns=0 && send 5 && usleep 300000
}

# Each round of softirqs for the network begins late, as behind much other work of the CPU.
overloaded()
{
	guest_broken symbol=net_rx_action delay_us=30000 &&
		udp blast -n 101 -r 10 -p "$PORT" "$SILENT_IP" >/tmp/sent
}

# the driver's watchdog warns of a queue that it left stopped
expect_splat 'NETDEV WATCHDOG'
machine_start -n 1 -c 2 -A panic_on_warn=0 && guest_put /lab/programs/breaker-guest.ko /tmp/breaker.ko || exit 1
check "the guest has moved what is not the network's" others_move
WORKER=$(thread "vhost-$(guest_pid)")

check "rx-not-refilled" lasting rx-not-refilled not_refilled
check "rx-not-refilled was played" hit guest_whole
check "the module noticed that the ring has no buffers" noticed unfilled input.0
check "the driver fills its ring again" renewed
check "and the module that it has some" until_true 20 noticed filled input.0
check "kick-missing" lasting kick-missing not_kicked
check "kick-missing was played" hit guest_whole
guest 'udp blast -n 7 10.77.0.1'
guest_quiet
check "callback-off" lasting callback-off callback_off
check "callback-off was played" hit guest_whole
check "the driver enables its callback again" renewed
check "signal-missing" during signal-missing not_signalled
check "signal-missing was played" hit host_whole
check "the driver polls again" renewed
check "not-injected" during not-injected not_injected
check "not-injected was played" hit host_whole
check "the driver polls again" renewed
check "signal-late" during signal-late signalled_late
check "signal-late was played" hit host_whole
guest_quiet
guest 'echo y >/sys/module/ringside/parameters/delays'
check "irq-cpu-overloaded" during irq-cpu-overloaded overloaded
check "irq-cpu-overloaded was played" hit guest_whole
guest_quiet
check "tx-callback-off" during tx-callback-off tx_callback_off
check "tx-callback-off was played" hit guest_whole
send 3
guest_quiet
check "wrong-route" lasting wrong-route misrouted
check "wrong-route was played" hit host_whole
check "the route is right again" rebound
# the last ones: after an error vhost serves the queue no more
check "backend-fails" during backend-fails failing
check "each error was counted" errors_counted
check "backend-stopped" lasting backend-stopped true
kill "$SENDER"
check "backend-fails was played" hit host_whole
