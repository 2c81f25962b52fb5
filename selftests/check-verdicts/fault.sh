# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091
# Incidents that vhost-net does not make: the fault device serves the machine, and no host's side is
# there. What the guest cannot know leaves a set of parties. Run by check-guest/run.sh.

. /verdicts/device.sh

machine_start || exit 1
check "fault-healthy" during fault-healthy \
	"repeat 499 { post-signal input.0; ask output.0 send; take-signal output.0 }; await input.0 quiet"
# as often as in a public report: 29 of 290 interrupts
check "busy-poll-theft" during busy-poll-theft \
	"repeat 29 { post input.0; ask input.0 poll-busy; signal input.0;
		repeat 9 { post-signal input.0 } }; await input.0 quiet"
check "empty-signals" during empty-signals \
	"repeat 101 { post-signal input.0; signal-empty input.0 }; await input.0 quiet"
check "signal-missing" lasting signal-missing "witness 0; post input.0 5"
fault "signal input.0"
again
check "napi-disabled" lasting napi-disabled "ask input.1 napi-off; post-signal input.1 3"
fault "ask input.1 napi-on; ask input.1 poll; await input.1 quiet"
check "irq-masked" lasting irq-masked "ask input.0 irq-off; witness 0; post-signal input.0"
again
fault "ask input.0 irq-on"
again
check "tx-unserved" lasting tx-unserved "repeat 7 { ask output.1 send }"
fault "take-signal output.1 7; await output.1 quiet"
check "tx-unkicked" lasting tx-unkicked "ask output.1 send-unkicked"
fault "ask output.1 send; take-signal output.1 2; await output.1 quiet"
check "kick-not-asked" lasting kick-not-asked "want-no-kicks output.1; repeat 3 { ask output.1 send }"
fault "want-kicks output.1; take-signal output.1 3; await output.1 quiet"
check "control-unkicked" lasting control-unkicked "ask input.0 command"
fault "ask input.0 command-end"
# noticed KIND QUEUE: the module has such an event
noticed()
{
	grep -q "kind=$1 .* queue=$2 " /sys/kernel/debug/ringside/events
}

# sent NAME: by the machine's other device, whose ring can be made smaller
sent()
{
	ethtool -G eth0 tx 16 && { udp blast -n 3 "$LAB_PEER" || :; } && usleep 300000 && told "$1"
}
check "tx-ring-small" sent tx-ring-small
check "the module noticed that the queue is stopped" noticed tx-stopped output.0
ethtool -G eth0 tx 256
check "and that it is started again" until_true 10 noticed tx-started output.0
# the last ones: a driver that gave a ring up never takes it again
check "used-id-out-of-range" lasting used-id-out-of-range \
	"witness 0; post-bad input.0; signal input.0"
again
check "used-id-out-of-range-tx" lasting used-id-out-of-range-tx \
	"ask output.1 send; witness 0; post-bad output.1; signal output.1"
