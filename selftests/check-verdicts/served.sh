# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2046
# The fault device serves the guest from a process of the emulated host, as a vhost-user backend
# does: both sides see what it did.

. /lab/verdicts/play.sh

# fault SCRIPT: in the guest, which has the device's control channel
fault()
{
	guest "[ -e /tmp/begun ] || exit 1; . /check/lib.sh; fault '$1' >/tmp/report"
}

# begun: the device's own network interface, and the witness that does what a script asks
begun()
{
	guest '. /check/lib.sh; quiet_netdev && insmod /ringside.ko && witness_start && >/tmp/begun'
}

# again: what was posted without the witness is not awaited
again()
{
	fault "witness 0; witness $(guest 'cat /sys/module/witness/parameters/address')"
}

device_args()
{
	echo "-object memory-backend-memfd,id=ram,size=512M,share=on -machine memory-backend=ram
		-chardev socket,id=fault,path=/run/fault -netdev vhost-user,id=f0,chardev=fault,queues=2
		-device virtio-net-pci,netdev=f0,mq=on,vectors=6,romfile=
		-chardev socket,id=control,path=/run/control,server=on,wait=off
		-device virtserialport,chardev=control,name=fault
		-chardev null,id=monitor -device virtserialport,chardev=monitor,name=monitor"
}

# both NAME COMMAND...: what COMMAND does happens within both windows. Of a program's rings the
# host knows nothing: it is not judged alone.
both()
{
	local name=$1

	shift
	timed "$name: open both windows" both_open "$name" && timed "$name: play" "$@" &&
		usleep 500000 && guest_shut "$name" && host_close &&
		counted ringside diff -j "/out/$name-guest.json" "/out/$name-host.json" >"/out/$name-ledger.json"
}

/lab/programs/fault -s /run/fault -c /run/control -n 2 >/out/fault.report 2>/out/fault.log &
until_true 20 [ -S /run/fault ]
guest_start -A lab.ports=3 -- $(device_args) && net_still && silent || exit 1
check "the fault device serves the guest" begun
check "served-healthy" both served-healthy fault \
	"repeat 199 { post-signal input.0; ask output.0 send; take-signal output.0 }; await input.0 quiet"
check "served-busy-poll-theft" both served-busy-poll-theft fault \
	"repeat 29 { post input.0; ask input.0 poll-busy; signal input.0;
		repeat 9 { post-signal input.0 } }; await input.0 quiet"
check "served-empty-signals" both served-empty-signals fault \
	"repeat 101 { post-signal input.0; signal-empty input.0 }; await input.0 quiet"
check "served-signal-missing" both served-signal-missing fault \
	"repeat 3 { post-signal input.0 }; await input.0 quiet; witness 0; post input.0 5"
fault "signal input.0"
again
check "served-tx-unserved" both served-tx-unserved fault "repeat 7 { ask output.1 send }"
fault "take-signal output.1 7; await output.1 quiet"
check "served-napi-disabled" both served-napi-disabled fault \
	"ask input.1 napi-off; post-signal input.1 3"
fault "ask input.1 napi-on; ask input.1 poll; await input.1 quiet"
check "served-irq-masked" both served-irq-masked fault \
	"ask input.0 irq-off; witness 0; post-signal input.0"
again
fault "ask input.0 irq-on"
again
# the last one: a driver that gave a ring up never takes it again
check "served-used-id" both served-used-id fault "witness 0; post-bad input.0; signal input.0"
