# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# All classes on all queues at once, over a million interrupts.

. /check/lib.sh

laps=${LAPS:-9615}
rest=${REST:-43}
total=$((laps * 2 * 52 + rest))

# last_two QUEUE: two interrupts, of which the first finds start_xmit was there, if that can be
last_two()
{
	if [ -n "$cleans" ]; then
		cat <<-EOF
		ask $1 send; take $1; ask $1 send
		await $1 consumed; signal $1; take-signal $1; await $1 quiet
		EOF
	else
		echo "repeat 2 { ask $1 send; take-signal $1; await $1 quiet }"
	fi
}

# pair N: 52 interrupts, in an order that leaves both queues quiet
pair()
{
	cat <<-EOF
	repeat $laps {
		repeat 20 { post-signal input.$1 }; await input.$1 quiet
		repeat 20 { signal-empty input.$1 }
		repeat 3 { post input.$1; ask input.$1 poll; await input.$1 quiet; signal input.$1 }
		post input.$1; ask input.$1 poll-busy; await input.$1 quiet; signal input.$1
		repeat 3 { ask output.$1 send; take-signal output.$1; await output.$1 quiet }
		repeat 2 {
			ask output.$1 send; take output.$1; ask input.$1 poll
			await output.$1 consumed; await input.$1 quiet; signal output.$1
		}
		ask output.$1 send; take output.$1; ask output.$1 poll
		await output.$1 quiet; signal output.$1
		$(last_two "output.$1")
	}
	EOF
}

quiet_netdev
ringside_load || exit 1
witness_start || exit 1

cleans='' cleaned=0
if xmit_cleans; then
	cleans=yes cleaned=$laps
fi
script="together { $(pair 0); $(pair 1) }; repeat $rest { signal-empty input.0 }"
timed "mixed, $total interrupts" scene "mixed" \
	"$(for i in 0 1; do echo "input.$i none_busy_poll $laps output.$i none_tx_xmit $cleaned"; done | tr "\n" " ")" \
	"$script" -v wanted=$total
