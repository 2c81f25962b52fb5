# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2016
# Both sides live, inside the emulated host: an incident that begins and ends while it is watched;
# then hostile clients of the agent, and a hostile guest in its place.

. /lab/check/states.sh

CID=5
SECONDS_EACH=2 # of an interval
TURNS=7 # of the incident, some within an interval
STRAYS=1000
RANDOM_BYTES=10000000

agent_start()
{
	guest 'ringside agent >/tmp/agent.out 2>&1 </dev/null & echo $! >/tmp/agent.pid'
	until_true 60 guest 'grep -q vsock: /tmp/agent.out' ||
		{ note "the agent says: $(guest 'cat /tmp/agent.out')"; return 1; }
}

agent_stop()
{
	guest 'kill -INT $(cat /tmp/agent.pid)'
	until_true 20 guest '! kill -0 $(cat /tmp/agent.pid) 2>/dev/null'
}

agent_lives()
{
	guest 'kill -0 $(cat /tmp/agent.pid)' && /lab/programs/knock ask $CID -p | grep -q 'head="ok '
}

# watch_start NAME ARGUMENT...
watch_start()
{
	local name=$1

	shift
	ringside watch --vm guest0 -i ${SECONDS_EACH}s "$@" >"/out/$name.json" 2>"/out/$name.err" &
	WATCH=$!
	until_true 120 grep -q watching "/out/$name.err"
}

windows()
{
	wc -l </out/live.json
}

# within_two FROM WORDS: a line has them, at most two intervals after line FROM
within_two()
{
	until_true 120 grep -q "$2" /out/live.json || return 1
	at=$(grep -n "$2" /out/live.json | tail -n 1 | cut -d: -f1)
	note "$2: line $at, the last one before: $1"
	[ "$at" -le $(($1 + 2)) ]
}

incident_begins()
{
	vectors_mask 300 && from=$(windows) && send 3 &&
		within_two "$from" '"begins":.*"id":"vector-masked"'
}

incident_ends()
{
	vectors_mask 200 && from=$(windows) &&
		within_two "$from" '"ends":.*"id":"vector-masked"'
}

# turns_taken: it begins and ends at any moment of an interval
turns_taken()
{
	local turn=0

	while [ $turn -lt $TURNS ]; do
		turn=$((turn + 1))
		vectors_mask 300
		send 3
		usleep $((turn * 290000))
		vectors_mask 200
		usleep $((turn * 170000))
	done
}

# nothing_else: whatever begins, nobody else is accused
nothing_else()
{
	turns_taken
	tr '{' '\n' </out/live.json | grep '^"id":.*"severity"' | grep -v '^"id":"vector-masked"' >/tmp/others
	[ ! -s /tmp/others ] || { note "$(cat /tmp/others)"; return 1; }
}

# what_was_said: the page was written, the command was run with the finding's words
what_was_said()
{
	grep -q '^vector-masked eth0 input.0 VMM$' /out/executed &&
		counted ringside diff -j /out/live.html >/out/page.json &&
		grep -B 1 '"severity"' /out/page.json | grep -q '"id":"vector-masked"'
}

# interrupted: Ctrl-C; a fault was found
interrupted()
{
	kill -INT $WATCH
	wait $WATCH
	[ $? = 2 ]
}

# without_rights: uid and gids of nobody, no capability, and no way to get one
without_rights()
{
	guest 'cat /proc/$(cat /tmp/agent.pid)/status' >/out/agent.status
	[ "$(grep -cE '^(Uid|Gid):	65534	65534	65534	65534$|^Cap(Prm|Eff):	0*$|^NoNewPrivs:	1$|^Groups:	 *$' \
		/out/agent.status)" = 6 ]
}

# as_root: what the agent answers has all that root reads in the guest
as_root()
{
	guest 'ringside guest -j' >/out/root.json
	ringside watch --guest vsock:$CID --once -i 1s -o /out/once.html >/out/once.txt 2>&1
	for word in '"kicks"' '"irq_cpus"' '"carrier"' '"boot_id"'; do
		grep -q "$word" /out/root.json || continue
		grep -q "$word" /out/once.html || { note "the agent's answer has no $word"; return 1; }
	done
}

# top_shown: on a terminal, the columns of both sides and the guest's queues; "q" ends it
top_shown()
{
	/lab/programs/terminal 8 q ringside top --guest vsock:$CID -i 1s >/out/top.txt || return
	for word in injected intr. input.0 output.0; do
		grep -q "$word" /out/top.txt || { note "top shows no $word"; return 1; }
	done
}

# archived: a case of both sides, by the host's script; no secret is in it
archived()
{
	RINGSIDE_WINDOW=1s /lab/gather /tmp/gathered || { note "$(cat /tmp/gathered/gather.log)"; return 1; }
	counted ringside collect --vm guest0 --window 1s -q -o /out/case.tar.zst || return
	zstd -dc /out/case.tar.zst | tar -C /tmp -x || return
	[ -e "/tmp/gathered/machine-$(guest_pid).tar.gz" ] && [ -e /tmp/gathered/host.tar.gz ] &&
		counted ringside diff -q /tmp/case/guest.json /tmp/case/host.json &&
		grep -q '<html' /tmp/case/report.html && grep -qi 'irq' /tmp/case/kernel-log.txt &&
		grep -q 'guest-cid=5' /tmp/case/vmm-command-lines.txt && ! grep -rq hunter2 /tmp/case
}

# guest_archived: the guest's side alone, collected there
guest_archived()
{
	guest 'ringside collect guest --window 1s -q -o /tmp/c.tar.gz; [ $? -le 3 ] && tar -tzf /tmp/c.tar.gz' >/out/guest-case.txt
	for file in guest.json findings.txt findings.json check.txt hooks irqs events map \
		ethtool-eth0 kernel-log interrupts-before interrupts-after softnet_stat-after; do
		grep -q "/$file" /out/guest-case.txt || { note "no $file in it"; return 1; }
	done
}

# knocked EXPECTED ARGUMENT...: and the agent goes on
knocked()
{
	local expected=$1

	shift
	/lab/programs/knock "$@" >/tmp/knocked
	note "knock $*: $(cat /tmp/knocked)"
	grep -qE "$expected" /tmp/knocked && agent_lives
}

# own_refused: a process of the guest is not the host; on a busy machine it may not be heard at once
own_refused()
{
	guest 'modprobe vsock_loopback' && until_true 30 own_connected
	note "in the guest: $(cat /tmp/knocked)"
	grep -q 'connected=1 bytes=0' /tmp/knocked && agent_lives
}

own_connected()
{
	guest 'knock ask 1 -p' >/tmp/knocked
	grep -q connected=1 /tmp/knocked
}

# memory_bounded: what the agent's memory is now is what it was
memory_bounded()
{
	guest 'grep VmRSS /proc/$(cat /tmp/agent.pid)/status' | tr -dc 0-9
}

# lied STATUS HOW: the host's reader says what is wrong, in time, and prints nothing of it raw
lied()
{
	guest "knock lie $2 >/tmp/lie 2>&1 </dev/null & echo \$! >/tmp/lie.pid"
	until_true 20 guest 'grep -q listening /tmp/lie'
	timeout 60 ringside watch --guest vsock:$CID --once -i 1s >/tmp/lied 2>&1
	rc=$?
	guest 'kill $(cat /tmp/lie.pid)'
	note "$2: $rc $(tr -dc ' -~' </tmp/lied)"
	[ "$rc" = "$1" ] && ! grep -q "$(printf '\033')" /tmp/lied
}

modprobe vhost_vsock
guest_start -n 1 -c 2 -- -device "vhost-vsock-pci,guest-cid=$CID" \
	-object secret,id=s0,data=hunter2 || exit 1
check "only the traffic of the scenario is sent" net_still
silent
guest 'modprobe vmw_vsock_virtio_transport'
before=$(attached)
check "without the module the agent says so" eval \
	'guest "ringside agent" >/tmp/refused 2>&1; [ $? = 78 ] && grep -q insmod /tmp/refused'
check "without an agent the host says so" eval \
	'ringside watch --guest vsock:$CID --once >/tmp/refused 2>&1; [ $? = 67 ] && grep -q "ringside agent" /tmp/refused'
guest 'insmod /ringside.ko'
agent_start || { fail "the agent starts"; exit 1; }
pass "the agent starts"
check "it has no rights" without_rights
watch_start live -j -o /out/live.html \
	--exec 'echo "$RINGSIDE_FINDING $RINGSIDE_QUEUE $RINGSIDE_PARTY" >>/out/executed' ||
	{ fail "both sides are watched" "$(cat /out/live.err)"; exit 1; }
pass "both sides are watched"
until_true 120 eval '[ $(windows) -ge 2 ]'
check "an incident begins within two intervals" incident_begins
check "it ends within two intervals" incident_ends
check "nobody else is accused in $TURNS more turns" nothing_else
check "the command was run, and the page written" what_was_said
check "Ctrl-C ends it, and the status tells of the fault" interrupted
same "nothing stays attached" "$before" "$(attached)"
check "the agent's answer has what root reads" as_root
check "top shows both sides on a terminal" top_shown
same "nothing stays attached after it" "$before" "$(attached)"
check "a support case is collected" archived
check "and one in the guest" guest_archived
resident=$(memory_bounded)
check "another user of the host gets no answer" knocked 'bytes=0' ask $CID
check "a process of the guest gets no answer" own_refused
check "random bytes" knocked 'answered=0' random $CID $RANDOM_BYTES
check "a crowd that says nothing" knocked "connections=$STRAYS answered=0" crowd $CID $STRAYS
check "a slow reader has ten seconds" knocked 'seconds=(9|1[0-9]) bytes=2[0-9]{3}$' slow $CID
check "a request in pieces, and one too many" knocked 'first=ok second=-' order $CID
now=$(memory_bounded)
check "the agent's memory is bounded: $resident kB, now $now" [ "$now" -le $((resident + 1024)) ]
check "the agent ends" agent_stop
check "rmmod works then" guest 'rmmod ringside'
check "an answer that is none" lied 65 garbage
check "an answer of any length" lied 65 huge
check "an answer that ends too early" lied 67 short
check "a host's snapshot" lied 65 host
check "the longest answer" lied 65 endless
check "a status that is the host's" lied 67 status
check "a line without an end" lied 67 line
check "no answer" lied 67 silence
