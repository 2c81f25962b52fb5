# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# Runs in the guest: traffic that goes on, what the module leaves behind, and
# whether it counted what the kernel counted.

RINGSIDE=/sys/kernel/debug/ringside
TRACING=/sys/kernel/tracing
HANDLERS=/sys/module/handlers/parameters/runs

# What the kernel holds of ringside, or would: nothing of it may stay.
traces()
{
	local left

	sed 's/ *(.*//' $TRACING/enabled_functions /sys/kernel/debug/kprobes/list 2>/dev/null
	for left in /sys/module/ringside $RINGSIDE $TRACING/events/ringside; do
		[ ! -e "$left" ] || echo "$left"
	done
}

traces_are()
{
	[ "$(traces)" = "$1" ]
}

# Kernel memory in kB that the kernel cannot reclaim.
memory()
{
	echo 3 >/proc/sys/vm/drop_caches
	awk '/^(SUnreclaim|Percpu|VmallocUsed|KernelStack):/ { sum += $2 } END { print sum }' /proc/meminfo
}

# A leak of an object in each round shows; a page in each is allowed for what
# the kernel keeps of its own. KASAN keeps freed memory for a while, up to 1/32 of
# all: the kernel that has it is judged by its kmemleak.
no_leak()
{
	local now

	now=$(memory)
	note "kernel memory before and after: $2 kB, $now kB"
	if [ -e "$KMEMLEAK" ]; then
		no_kmemleak
	else
		[ $((now - $2)) -lt $((4 * $1 + 512)) ]
	fi
}

KMEMLEAK=/sys/kernel/debug/kmemleak

# kmemleak reports what is older than 5 s, and what two scans in a row found.
no_kmemleak()
{
	[ -e $KMEMLEAK ] || return 0
	usleep 5500000
	echo scan >$KMEMLEAK
	echo scan >$KMEMLEAK
	cat $KMEMLEAK >/out/kmemleak
	! grep -q 'unreferenced' /out/kmemleak
}

# ring_freed: what KASAN may report while rings get other sizes. vp_modern_disable_vq_and_reset()
# waits for handlers that run, not for an interrupt that is pending at a CPU which has them
# disabled; virtqueue_resize() frees the old ring before it sets the new one, and the kernel's own
# handler reads it (6.1's source; seen once).
ring_freed()
{
	expect_splat 'KASAN: [a-z-]+ in vring_interrupt'
	expect_splat 'Call Trace'
}

# traffic_start HOST [USEC]: datagrams to and fro until traffic_stop, as many as
# there can be, or one each USEC
traffic_start()
{
	udp ping -t 20000 -d 3600 -f 4 -w "${2:-0}" -p "$LAB_PEER_PORT" "$1" >/tmp/ping 2>&1 &
	TRAFFIC=$!
	until_true 60 ping_went_on "$(received)"
}

received()
{
	awk '/^Udp: [0-9]/ { print $2 }' /proc/net/snmp
}

ping_went_on()
{
	[ "$(received)" -gt $(($1 + 16)) ]
}

# traffic_stop: what came of it is in /tmp/ping; not for a subshell, which cannot wait
traffic_stop()
{
	kill -TERM "$TRAFFIC"
	wait "$TRAFFIC"
	note "traffic: $(cat /tmp/ping)"
}

# none_lost FILE: of what udp ping said
none_lost()
{
	grep -q '^sent=.* lost=0 ' "$1"
}

# readers_start [READERS [PAUSE]]: so many processes (8) read each file again and again until
# readers_stop, and pause PAUSE times as long as each took: a file that is open keeps the module
readers_start()
{
	/programs/reader $RINGSIDE "${1:-8}" "${2:-$(readers_pause)}" >/tmp/readers 2>&1 &
	READERS=$!
}

# readers_pause: on a kernel that checks itself each step takes ten times as long; eight that
# read without a pause would leave its CPUs to nobody else
readers_pause()
{
	if [ -e /proc/lockdep ] || [ -e /sys/kernel/debug/kcsan ]; then echo 20; else echo 0; fi
}

# readers_stop: fails where reading did; not for a subshell
readers_stop()
{
	local rc=0

	kill -TERM "$READERS"
	wait "$READERS" || rc=$?
	note "readers: $(cat /tmp/readers)"
	return $rc
}

# readers_end PID: as readers_stop, for a shell that did not start them
readers_end()
{
	kill -TERM "$1"
	until_true 60 grep -q '^readers=' /tmp/readers
	note "readers: $(cat /tmp/readers)"
	grep -q '^readers=.* files=[1-9].* failed=0$' /tmp/readers
}

# unload: as soon as no file is open; a reader holds the module for as long as it reads
unload()
{
	until_true 120 unload_tried
}

unload_tried()
{
	local i=0

	while [ $i -lt 50 ]; do
		! rmmod ringside 2>/dev/null || return 0
		usleep 1000
		i=$((i + 1))
	done
	return 1
}

# watch_start [awk option...]: looks at each snapshot from now on; see falls.awk
watch_start()
{
	rm -f /run/watched
	while [ ! -e /run/watched ]; do cat $RINGSIDE/snapshot 2>/dev/null; done |
		awk "$@" -f /life/falls.awk >/tmp/fallen &
	WATCH=$!
}

# watch_stop: what it saw is in /tmp/fallen; not for a subshell
watch_stop()
{
	: >/run/watched
	wait "$WATCH"
}

# counts BUS: of each queue of that device all that counts, a line each
counts()
{
	awk -v bus="$1" '
		$1 == "device" { ours = index($0, " bus=" bus " ") }
		ours && $1 == "queue" {
			for (i = 2; i <= NF && $i !~ /^name=/; i++)
				;
			name = substr($i, 6)
			for (i = 2; i <= NF; i++)
				if ($i ~ /^(handled|interrupts|missed|used_progress|last_used_progress)=/ ||
				    $i ~ /^(none|polls|packets|empty|full)[_=]/)
					print name, $i
		}' $RINGSIDE/snapshot | sort
}

# interrupts BUS: of each line of that device the kernel's count, and how often
# its handler ran (modules/handlers.c)
interrupts()
{
	local irqs

	[ -e /sys/module/handlers ] || insmod /modules/handlers.ko || return
	irqs=$(ls "/sys/bus/pci/devices/$1/msi_irqs")
	awk -v irqs=" $(echo "$irqs" | tr '\n' ' ')" '
		FILENAME ~ /runs$/ { runs[$1] = $2; next }
		/CPU0/ { cpus = NF; next }
		{ sub(":", "", $1) }
		index(irqs, " " $1 " ") {
			for (sum = 0, i = 2; i < 2 + cpus; i++)
				sum += $i
			print $1, sum, runs[$1] + 0
		}' $HANDLERS /proc/interrupts
}

# interrupts_new: what interrupts would say of lines set up from now on
interrupts_new()
{
	awk '{ print $1, 0, $2 }' $HANDLERS
}

# load_still BUS: loads the module with no interrupt meanwhile; what the kernel
# had counted by then is in /run/irqs-before
load_still()
{
	until_true 60 load_between "$1"
}

load_between()
{
	interrupts "$1" >/run/irqs-before
	# shellcheck disable=SC2086 # none, or one
	insmod /ringside.ko ${STALL_MS:+stall_ms=$STALL_MS} || return 1
	interrupts "$1" >/run/irqs-then
	cmp -s /run/irqs-before /run/irqs-then || { rmmod ringside; return 1; }
}

# snapshot_still BUS: a snapshot taken while no interrupt came, beside the
# kernel's counts
snapshot_still()
{
	interrupts "$1" >/run/irqs
	cat "$RINGSIDE/snapshot" >/run/snapshot
	interrupts "$1" >/run/irqs-then
	cmp -s /run/irqs /run/irqs-then
}

# is_threaded: interrupt handlers run in threads
is_threaded()
{
	case $(uname -v) in *PREEMPT_RT*) return 0 ;; esac
	grep -qw threadirqs /proc/cmdline
}

# exact BUS GENERATION BEFORE: GENERATION "-" is any. Each queue's interrupts are the kernel's since
# BEFORE (of interrupts or interrupts_new). Prints what differs.
exact()
{
	until_true 60 snapshot_still "$1" || { echo "interrupts never paused"; return; }
	cp /run/snapshot /run/irqs /out/
	awk -v bus="$1" -v generation="$2" -v threads="$(is_threaded && echo 1)" -f /life/exact.awk "$3" \
		/run/irqs /run/snapshot
}

netdev_of()
{
	ls "/sys/bus/pci/devices/$1/"virtio*/net 2>/dev/null
}

bus_of()
{
	basename "$(realpath "/sys/class/net/$1/device/..")"
}

# channels_change NETDEV ROUNDS PAIRS: numbers of queues without a plain pattern,
# at uneven times. A snapshot each time, because reading may meet the change.
channels_change()
{
	local i=0

	while [ $i -lt "$2" ]; do
		i=$((i + 1))
		ethtool -L "$1" combined $((i * i % 7 % $3 + 1)) || return
		usleep $((i * 7919 % 40000))
		cat "$RINGSIDE/snapshot" >/tmp/snapshot || return
	done
	ethtool -L "$1" combined "$3"
}
