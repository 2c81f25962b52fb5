# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# Handlers that run in threads (threadirqs): the kernel does not tell what they
# return. So nothing is said of it, and that is said by name.

. /check/lib.sh

n=$EVENTS

queue_line()
{
	grep "^queue device=$device .* name=input.0 " "$1"
}

quiet_netdev
insmod /ringside.ko delays=y || exit 1
witness_start || exit 1
device=$(device)
account_begin || exit 1
check "the traffic goes on" fault "repeat $n { post-signal input.0; await input.0 quiet }"
cat $SNAPSHOT >/run/after
check "the hooks say what is absent" grep -q \
	"^hook name=irq_thread_exit .* state=absent loses=interrupts-of-threaded-handlers$" \
	/sys/kernel/debug/ringside/hooks
same "no result of an interrupt is shown" "" \
	"$(queue_line /run/after | grep -o ' \(interrupts\|none\|handled\|none_[a-z_]*\|missed\)=')"
same "no result of an interrupt is shown in the view, either" "- - - -" \
	"$(awk -v netdev=$NETDEV '$1 == netdev && $2 == "input.0" { print $4, $5, $6, $7 }' \
		/sys/kernel/debug/ringside/queues | sed 's/  */ /g')"
same "the progress of the ring is shown" "$n $n" \
	"$(total_of used_progress) $(total_of last_used_progress)"
same "each packet of the polls is shown" "$n" \
	"$(for origin in softirq ksoftirqd busy threaded netpoll; do total_of packets_$origin; done |
		awk '{ sum += $1 } END { print sum }')"
same "how long each interrupt waited for its poll is shown" "$n" \
	"$(sed -n "s/^delay device=$device index=0 .*poll_wait_ns=\([0-9:,]*\) .*/\1/p" /run/after |
		tr ',' '\n' | awk -F: '{ sum += $2 } END { print sum + 0 }')"
