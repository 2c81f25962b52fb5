# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091
# What this kernel cannot tell is said, by name; and what goes wrong in the
# middle leaves whole files or none, and nothing attached. That what is unknown
# is all that is, is checked outside (refuse.jq).

. /lab/check/host.sh

# hide SYMBOL: what ringside counts on a kernel without that function
hide()
{
	counted env "RINGSIDE_HIDE=$1" ringside host -q --tap "$TAP" -d 1ms -o "/out/hide-$1.json"
}

# What `check` and the table say, with all of them hidden.
hide_all()
{
	local RINGSIDE_HIDE

	RINGSIDE_HIDE=$(hooked | paste -sd,)
	export RINGSIDE_HIDE
	ringside check host -j >/out/check.json
	[ $? = 4 ] && ringside host --tap "$TAP" -d 1ms 2>/dev/null >/tmp/table
	sed -n 's/^host: \([^ ]*\) is absent here; .*/"\1": "&"/p' /tmp/table | paste -sd, |
		sed 's/.*/{&}/' >/out/table.json
}

# status COMMAND...: prints it
status()
{
	"$@"
	echo $?
}

# hooked: each function that is hooked while none is hidden; check attaches them all, so once
hooked()
{
	[ -s /tmp/hooked ] || RINGSIDE_HIDE='' ringside check host |
		awk '$1 == "ok" && NF == 2 && $2 ~ /_/ { print $2 }' >/tmp/hooked
	cat /tmp/hooked
}

each_hidden()
{
	counted ringside host -q --tap "$TAP" -d 1ms -o /out/hide-.json || return
	for symbol in $(hooked); do
		hide "$symbol" || return
	done
}

# ends NAME STATUS PATTERN COMMAND...: with that status, one sentence that fits, nothing attached
ends()
{
	local name=$1 status=$2 pattern=$3 rc=0

	shift 3
	"$@" >/tmp/ends.out 2>/tmp/ends.err || rc=$?
	if [ $rc != "$status" ]; then
		fail "$name" "status $rc instead of $status: $(cat /tmp/ends.err)"
	elif [ "$(grep -c "^ringside: .*$pattern" /tmp/ends.err)" != 1 ]; then
		fail "$name" "no sentence with '$pattern': $(cat /tmp/ends.err)"
	elif [ -n "$(attached)" ]; then
		fail "$name" "still attached: $(attached)"
	else
		pass "$name"
	fi
}

# without_types "MODULE..." COMMAND...: as on a kernel that has none for these
without_types()
{
	local rc=0

	mkdir /tmp/btf
	cp /sys/kernel/btf/* /tmp/btf/
	(cd /tmp/btf && eval "rm -f $1")
	shift
	unshare -m sh -c 'mount --bind /tmp/btf /sys/kernel/btf && exec "$@"' sh "$@" || rc=$?
	rm -rf /tmp/btf
	return $rc
}

as_nobody()
{
	su -s /bin/sh nobody -c "$*"
}

is_whole()
{
	[ "$(head -c 1 "$1")" = '{' ] && [ "$(tail -n 1 "$1")" = '}' ]
}

# The disk fills after the first result: that one stays.
disk_fills()
{
	local rc=0

	mkdir -p /tmp/full
	mount -t tmpfs -o size=96k none /tmp/full
	ringside host -q --tap "$TAP" -i 200ms -d 1h -o /tmp/full/host.json &
	until_true 300 [ -s /tmp/full/host.json ]
	dd if=/dev/zero of=/tmp/full/rest bs=4k 2>/dev/null
	wait $! || rc=$?
	is_whole /tmp/full/host.json && [ -z "$(find /tmp/full -name "host.json?*")" ] || rc=1
	umount /tmp/full
	return $rc
}

# The guest is gone before the window ends: there is nothing to write.
dies()
{
	guest_start -i 1
	ringside host --tap tap1 -d 1h -o /tmp/died.json 2>/tmp/dies &
	counting /tmp/dies
	kill -9 "$(guest_pid -i 1)"
	until_true 30 tap_gone tap1
	kill -INT $!
	wait $!
	set -- $?
	cat /tmp/dies >&2
	guest_stop -i 1
	[ ! -e /tmp/died.json ] && return "$1"
}

tap_gone()
{
	[ ! -e "/sys/class/net/$1" ]
}

# interrupted TIMES: once or twice, after the window has opened
interrupted()
{
	rm -f /tmp/interrupted.json
	ringside host --tap "$TAP" -d 1h -o /tmp/interrupted.json 2>/tmp/interrupted &
	counting /tmp/interrupted
	kill -INT $!
	[ "$1" = 1 ] || kill -INT $! 2>/dev/null
	wait $!
}

early()
{
	rm -f /tmp/interrupted.json
	ringside host --tap "$TAP" -d 1h -o /tmp/interrupted.json 2>/tmp/interrupted &
	usleep "$1"
	kill -INT $! && kill -INT $! 2>/dev/null
	# A shell starts its jobs with the signal ignored: one that is not ready yet hears none.
	until_true 300 interrupted_away $!
	wait $!
}

interrupted_away()
{
	! kill -INT "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null
}

whole_or_none()
{
	[ ! -e /tmp/interrupted.json ] || is_whole /tmp/interrupted.json
}

nothing_left()
{
	whole_or_none && [ -z "$(attached)" ] && [ -z "$(find /tmp -name "interrupted.json?*")" ]
}

echo 'nobody:x:65534:65534::/:/bin/sh' >>/etc/passwd
guest_start
same "nothing is attached before" "" "$(attached)"
check "each function that is hooked is hidden, one by one" each_hidden
check "all of them are hidden at once" hide_all
# vhost's structs are in both of its modules; kvm may be built in.
for modules in tun 'vhost vhost_net' "$(find /sys/kernel/btf -name 'kvm*' | sed 's|.*/||' | sort | paste -sd' ')"; do
	[ -z "$modules" ] || ends "no type information for $modules" 72 "${modules%% *}" \
		without_types "$modules" ringside host --tap "$TAP" -d 10ms
done
ends "no rights" 77 root as_nobody ringside host --tap "$TAP" -d 10ms
ends "a disk that fills" 74 /tmp/full/host.json disk_fills
ends "a virtual machine that dies" 68 disappeared dies
same "Ctrl-C: the result is given" 0 "$(status counted interrupted 1)"
check "Ctrl-C: the file is whole, nothing is attached" is_whole /tmp/interrupted.json
set -- "$(status interrupted 2)"
# 3: the window is whole, and of queues without traffic nothing can be judged
check "Ctrl-C twice: 0, 3 or 130, not $1" [ "$1" = 0 -o "$1" = 3 -o "$1" = 130 ]
check "Ctrl-C twice: a whole file or none, nothing attached" nothing_left
for us in 1000 30000 300000 1000000; do
	status early $us >/tmp/status
	check "Ctrl-C twice after $us us (status $(cat /tmp/status)): nothing left" nothing_left
done

# in_container COMMAND...: root of a user namespace, as in a rootless container
in_container()
{
	unshare -Ur "$@"
}

# agree NAME WORD COMMAND...: COMMAND check says of the BPF programs what COMMAND host meets, both
# with WORD, and calls no hook working
agree()
{
	local name=$1 word=$2

	shift 2
	"$@" ringside host --tap "$TAP" -d 10ms >/dev/null 2>/tmp/agree.host
	"$@" ringside check host >/tmp/agree.check
	if [ $? != 4 ]; then
		fail "$name" "check does not exit with 4"
	elif ! grep -q "$word" /tmp/agree.host || ! grep -q "^no .*$word" /tmp/agree.check; then
		fail "$name" "no '$word': $(cat /tmp/agree.host /tmp/agree.check)"
	elif awk '$1 == "ok" && NF == 2 && $2 ~ /_/' /tmp/agree.check | grep .; then
		fail "$name" "check calls hooks working that host cannot attach"
	else
		pass "$name"
	fi
}

same "check: all is attached, and nothing stays" 0 "$(status ringside check host -q)$(attached)"
agree "a container: check says what host meets" 'user namespace' in_container
# the last test: a lockdown lasts until the next boot
[ -e /sys/kernel/security/lockdown ] || mount -t securityfs none /sys/kernel/security
if echo confidentiality >/sys/kernel/security/lockdown; then
	agree "a locked kernel: check says what host meets" 'lockdown=integrity'
else
	fail "a locked kernel" "this kernel has no lockdown"
fi
