# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2016
# Many queues at once, and many virtual machines one after the other, while one
# ringside runs: every queue has its own number of datagrams. Machines that live
# for a moment are a program's (a tap, vhost and a VM without a guest in it). At
# the end nothing may be left of those that are gone.

. /lab/check/host.sh

VMS=8 QUEUES=8
LIVES=${LIVES:-100} # virtual machines that come and go

each_vm()
{
	local vm=0

	while [ $vm -lt $VMS ]; do
		"$@" $vm || return
		vm=$((vm + 1))
	done
}

# No guest is .3: the datagrams end in the stack of .2, without an answer.
vm_start()
{
	guest_start -i "$1" -n $QUEUES -c 1 -m 256M -A ipv6.disable=1 || return
	ip neigh replace "10.77.$1.3" lladdr "52:54:00:77:00:0$1" dev "tap$1" nud permanent
	steer "tap$1" $QUEUES
}

# Numbers that tell one queue from another: many.jq knows them, too.
vm_send()
{
	local q=0

	while [ $q -lt $QUEUES ]; do
		udp blast -n $((101 + QUEUES * $1 + q)) -p $((PORT + q)) "10.77.$1.3" >/tmp/sent || return
		q=$((q + 1))
	done
}

vm_still()
{
	guest -i "$1" 'a=x; b=y; until [ "$a" = "$b" ]; do
		a=$(grep virtio /proc/interrupts); usleep 300000; b=$(grep virtio /proc/interrupts); done'
}

window_many()
{
	each_vm vm_still && host_open many || return
	each_vm vm_send && each_vm vm_still && host_close
}

# Its own; pages of the tables in the kernel come with each new address, as far as these go.
memory()
{
	awk '/^RssAnon/ { print $2 }' "/proc/$LONG/status"
}

# A life: 64 packets on their own and 64 in a stream, 22 times each.
life()
{
	echo | taskset 8 /lab/programs/packet brief >/tmp/life
	tail -n 1 /tmp/life | grep -q '^end$'
}

lives()
{
	local n=0

	while [ $n -lt "$1" ]; do
		life || return
		n=$((n + 1))
	done
}

# One ringside that looks every second, and its memory after the first lives and the last ones.
long_open()
{
	ringside host -q -i 1s -d 4h -o /out/long.json 2>/out/long.err &
	LONG=$!
	until_true 300 [ -s /out/long.json ]
}

long_close()
{
	kill -INT "$LONG"
	wait "$LONG"
	status=$?
	counted sh -c "exit $status"
}

looks()
{
	! cmp -s /out/long.json /tmp/long.json
}

# Each result replaces the one before; two later all was looked at after this call.
looked()
{
	for n in 1 2; do
		cp /out/long.json /tmp/long.json
		until_true 300 looks || return
	done
}

# keep NAME: what the one that runs on says now
keep()
{
	looked && cp /out/long.json "/out/$1.json"
}

# The man page's numbers; irqfds need an interrupt controller, which on arm64 needs a whole machine.
tables_fill()
{
	interrupts=3072
	[ "$(uname -m)" = x86_64 ] || interrupts=0
	mkfifo /run/filled
	/lab/programs/fill 4096 2048 $interrupts </run/filled >/tmp/fill 2>&1 &
	FILL=$!
	exec 8>/run/filled
	until_true 300 grep -q . /tmp/fill
	note "$(cat /tmp/fill)"
	echo "$interrupts" >/out/interrupts.json
	grep -qx filled /tmp/fill
}

tables_empty()
{
	exec 8>&-
	wait "$FILL"
}

check "ringside runs before any virtual machine" long_open
check "no virtual machine is seen yet" keep none
check "$VMS virtual machines with $QUEUES queues each" each_vm vm_start
check "each queue gets its own number of datagrams" window_many
check "all of them are seen" keep all
check "virtual machines come and go: 10" lives 10
begin=$(memory)
check "virtual machines come and go: $LIVES" lives "$LIVES"
check "the virtual machines that stay are seen" keep lived
note "resident memory of its own: $begin kB after 10, $(memory) kB after $LIVES more"
# A free block at the heap's end may stay, twice the largest that came and went:
# 548 kB after 400 lives, and after 800.
check "resident memory does not grow with them" [ "$(memory)" -le $((begin + 768)) ]
each_vm guest_stop -i
check "no virtual machine is left" keep gone
check "as many objects as the man page says" tables_fill
check "all of them are looked at" keep full
check "and they go again" tables_empty
check "nothing of them is left" keep emptied
check "ringside ends in order" long_close
check "that machines come and go is no fault: exit status $status" [ "$status" != 2 ]
same "nothing stays attached" "" "$(attached)"
