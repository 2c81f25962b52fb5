# SPDX-License-Identifier: GPL-2.0-only
#
# Bad input: ringside prints one clear sentence, exits with the right status, and leaves nothing
# attached. Sourced inside the emulated host, after incident.sh.

attached()
{
	cat /sys/kernel/tracing/enabled_functions /sys/kernel/debug/kprobes/list 2>/dev/null
}

# refused NAME STATUS PATTERN COMMAND...: COMMAND must exit with STATUS and print one line with
# PATTERN
refused()
{
	local name=$1 status=$2 pattern=$3 before rc=0

	shift 3
	before=$(attached)
	"$@" >/tmp/refused.out 2>/tmp/refused.err || rc=$?
	if [ $rc != "$status" ]; then
		fail "$name" "status $rc instead of $status: $(cat /tmp/refused.err)"
	elif [ "$(wc -l </tmp/refused.err)" != 1 ] || ! grep -q -- "$pattern" /tmp/refused.err; then
		fail "$name" "not one sentence with '$pattern': $(cat /tmp/refused.err)"
	elif [ -s /tmp/refused.out ] || [ "$(attached)" != "$before" ]; then
		fail "$name" "something was printed, or stayed attached"
	else
		pass "$name"
	fi
}

without_btf()
{
	unshare -m sh -c 'mount -t tmpfs none /sys/kernel/btf && exec "$@"' sh "$@"
}

as_nobody()
{
	su -s /bin/sh nobody -c "$*"
}

# Another guest of the same image: its rings may have the same addresses.
other_machine()
{
	ringside diff /tmp/other-guest.json /out/quiet-host.json
}

half_a_file()
{
	head -c 700 /out/quiet-guest.json >/tmp/broken.json
	ringside diff /tmp/broken.json /out/quiet-host.json
}

full_disk()
{
	mkdir -p /tmp/full
	mount -t tmpfs -o size=4k none /tmp/full
	ringside host -q --tap "$TAP" -d 100ms -o /tmp/full/host.json
	set -- $?
	[ "$(ls /tmp/full)" = "" ] || set -- 1
	umount /tmp/full
	return "$1"
}

echo 'nobody:x:65534:65534::/:/bin/sh' >>/etc/passwd
refused "an unknown tap" 68 'nosuchtap' ringside host --tap nosuchtap -d 100ms
ip tuntap add dev lonely mode tap 2>/dev/null || tunctl -t lonely >/dev/null
refused "a tap that no process has open" 69 'lonely' ringside host --tap lonely -d 100ms
refused "a queue that the tap does not have" 68 'no queue 9' ringside host --tap "$TAP" --queue 9 -d 100ms
refused "an unknown virtual machine" 68 'nosuchvm.*: there are ' ringside host --vm nosuchvm -d 100ms
refused "a process that is no virtual machine" 68 'process 1 has no virtual machine' ringside list host --pid 1
refused "another PID namespace" 68 'PID namespace' unshare -pf --mount-proc ringside host -q -d 100ms
refused "a kernel without BTF" 72 'BTF' without_btf ringside host --tap "$TAP" -d 100ms
refused "no root" 77 'root' as_nobody ringside host --tap "$TAP" -d 100ms
refused "no such snapshot" 66 '/tmp/nosuch.json' ringside diff /tmp/nosuch.json /out/quiet-host.json
guest_start -i 1
guest -i 1 'insmod /ringside.ko; ringside guest -d 100ms -o /tmp/other-guest.json'
guest_get -i 1 /tmp/other-guest.json /tmp/other-guest.json
guest_stop -i 1
refused "a broken snapshot" 65 '/tmp/broken.json' half_a_file
refused "snapshots of two virtual machines" 76 'machine' other_machine
refused "a full disk" 74 '/tmp/full/host.json' full_disk
refused "a bad duration" 64 'fortnight' ringside host --tap "$TAP" -d fortnight
refused "an unknown command" 64 'frobnicate' ringside frobnicate
refused "the guest's side without the module" 78 'insmod' ringside guest
