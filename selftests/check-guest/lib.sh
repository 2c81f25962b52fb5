# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# Runs in the guest: the fault device's control channel, and the comparison of
# one scene's counts.

NETDEV=eth1
SNAPSHOT=/sys/kernel/debug/ringside/snapshot
EVENTS=${EVENTS:-10007}

exec 3<>/dev/virtio-ports/fault 6<>/dev/virtio-ports/monitor

# fault SCRIPT: has the device carry it out, prints its reports; fails with the
# device's message where a step could not be done
fault()
{
	local line

	echo "$*" | tr "\n" ";" >&3; echo >&3
	while read -r line <&3; do
		case $line in
		ok) return 0 ;;
		error*) echo "$line" >&2; return 1 ;;
		*) echo "$line" ;;
		esac
	done
	echo "the fault device is gone" >&2
	return 1
}

# The interface carries nothing but what the device posts and the witness sends.
quiet_netdev()
{
	[ ! -e /proc/sys/net/ipv6 ] || echo 1 >"/proc/sys/net/ipv6/conf/$NETDEV/disable_ipv6"
	ip link set "$NETDEV" up
}

# queues_all VERB: the verb on each of the device's queues
queues_all()
{
	local queue

	for queue in $(cd "/sys/class/net/$NETDEV/queues" && echo *); do
		case $queue in
		rx-*) echo "$1 input.${queue#*-};" ;;
		tx-*) echo "$1 output.${queue#*-};" ;;
		esac
	done
}

witness_start()
{
	insmod /witness.ko netdev=$NETDEV &&
		fault "witness $(cat /sys/module/witness/parameters/address); $(queues_all ignore)"
}

# monitor COMMAND: has the VMM's monitor carry it out
monitor()
{
	echo "$*" >&6
}

# device: what the device is called, once ringside has it
device()
{
	sed -n "s/^device name=\([^ ]*\) .* netdev=$NETDEV .*/\1/p" $SNAPSHOT
}

# field QUEUE KEY: of the snapshot
field()
{
	sed -n "s/^queue device=$(device) .*name=$1 .* $2=\([0-9]*\).*/\1/p" $SNAPSHOT
}

# total_of COUNTER: what it grew by since account_begin, over all queues
total_of()
{
	awk -v device="device=$(device)" -v counter=" $1=" '
		index($0, device " ") && (at = index($0, counter)) {
			number = substr($0, at + length(counter)) + 0
			sum += NR == FNR ? -number : number
		}
		END { print sum }' /run/before /run/after
}

# kernel_count IRQ: what /proc/interrupts has
kernel_count()
{
	awk -v irq="$1:" '$1 == irq { for (i = 2; $i ~ /^[0-9]+$/; i++) sum += $i } END { print sum }' \
		/proc/interrupts
}

kernel_counted()
{
	[ "$(kernel_count "$1")" -ge "$2" ]
}

# has_feature BIT: whether the device and its driver agreed on it
has_feature()
{
	[ "$(cut -c $(($1 + 1)) "/sys/class/net/$NETDEV/device/features")" = 1 ]
}

is_packed()
{
	has_feature 34
}

# is_threaded: interrupt handlers run in threads, which hide their results
is_threaded()
{
	case $(uname -v) in *PREEMPT_RT*) return 0 ;; esac
	grep -qw threadirqs /proc/cmdline
}

# xmit_cleans: whether this kernel's start_xmit takes finished entries off the ring itself, as
# far as that shows
xmit_cleans()
{
	fault "reset; ask output.0 send; take output.0; ask output.0 send; pause 100000; signal output.0; take-signal output.0; await output.0 quiet; report" >/run/trial &&
		grep -q "name=output.0 .*witness_none_tx_xmit=1" /run/trial
}

# ringside_load [PARAMETER...]: with PROVE=y in the settings it counts a second time
ringside_load()
{
	insmod /ringside.ko ${PROVE:+prove=$PROVE} "$@"
}

# proof_differs FILE [awk option...]: where what the functions counted is not what was counted first.
# polling=1: a process polls all the while, so one poll may have returned and not be counted yet
proof_differs()
{
	local file=$1

	[ "${PROVE:-n}" = y ] || return 0
	shift
	awk "$@" '
		function explained(at)
		{
			return at ~ /=0$/ || polling && at ~ /^polls_differ=-?1$/
		}
		$1 == "proof" { found = 1 }
		$1 == "proof" && / interrupts=/ { counted = 1 }
		$1 == "proof" && / polls=/ { polled = 1 }
		$1 == "proof" {
			for (i = 2; i <= NF; i++)
				if ($i ~ /_differ=/ && !explained($i))
					print "proof of " $2, $3 ": " $i
		}
		END {
			if (!found) print "no proof in the snapshot"
			else if (!counted) print "interrupts are not proved"
			else if (!polled) print "polls are not proved"
		}' "$file"
}

# account EXPECT [awk option...]: compares what was counted since account_begin
account_begin()
{
	fault reset && cat $SNAPSHOT >/run/before && cat /proc/interrupts >/run/irqs-before
}

account()
{
	local expect=$1 threaded=''

	shift
	! is_threaded || threaded=1
	fault report >/run/report || return
	cat $SNAPSHOT >/run/after
	cat /proc/interrupts >/run/irqs-after
	awk -v netdev=$NETDEV -v expect="$expect" -v threaded="$threaded" "$@" -f /check/account.awk \
		/run/before /run/after /run/irqs-before /run/irqs-after /run/report
	proof_differs /run/after "$@"
}

# keep NAME: the files of this scene, for whoever has to find out
keep()
{
	mkdir -p "/out/$1"
	cp /run/before /run/after /run/irqs-before /run/irqs-after /run/report "/out/$1/"
}

# shortened TEXT
shortened()
{
	if [ ${#1} -gt 200 ]; then echo "$(echo "$1" | cut -c -60)..."; else echo "$1"; fi
}

# scene NAME EXPECT SCRIPT [awk option...]: one result. EXPECT is "QUEUE COUNTER NUMBER..."
scene()
{
	local name=$1 expect=$2 script=$3 differences

	shift 3
	account_begin || { fail "$name" "no snapshot"; return; }
	if ! fault "$script" >/run/said 2>&1; then
		fail "$name" "$(cat /run/said)"
		return
	fi
	differences=$(account "$expect" "$@" 2>&1)
	if [ -z "$differences" ]; then
		pass "$name: $(shortened "$expect")"
		return
	fi
	keep "$name"
	fail "$name: $(shortened "$expect")" "$(echo "$differences" | head -n 8 | tr '\n' ';')"
}

# polls_apart FROM TO: how many polls of input.0 came so many nanoseconds after the one before
polls_apart()
{
	sed -n "s/^hist device=$(device) index=0 .* gap_ns=//p" $SNAPSHOT | tr ',' '\n' |
		awk -F: -v from="$1" -v to="$2" '$1 >= from && $1 < to { n += $2 } END { print n + 0 }'
}

# gaps_are_right: after a reset. The first poll follows one of before, at whatever distance.
gaps_are_right()
{
	fault "repeat 20 { post-signal input.0; await input.0 quiet; pause 100000 }" || exit 1
	same "of polls 100 ms apart all but the first are 50 ms to 10 s apart" 19 \
		"$(polls_apart 50000000 10000000000 | sed s/20/19/)"
}
