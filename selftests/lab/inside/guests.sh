# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash
# The emulated KVM host's guests, and what a scenario may ask of them.
# Guest N (unless "-i N" says otherwise: LAB_GUEST, or 0) has /run/guestN/ with its sockets
# and logs, the tap tapN with 10.77.N.1/24, and 10.77.N.2 on its eth0.

guest_dir()
{
	echo "/run/guest$1"
}

console_arg()
{
	case $(uname -m) in
	x86_64) echo console=ttyS0 noxsave no_timer_check ;;
	*) echo console=ttyAMA0 ;;
	esac
}

guest_machine()
{
	case $(uname -m) in
	x86_64) echo "qemu-system-x86_64 -L /usr/share/qemu -L /usr/share/seabios -M q35" ;;
	*) echo "qemu-system-aarch64 -L /usr/share/qemu -M virt,gic-version=host" ;;
	esac
}

# guest_net N QUEUES: tap and vhost-net, one vector per queue
guest_net()
{
	echo "-netdev tap,id=n0,ifname=tap$1,script=/run/tap-up,downscript=no,vhost=on,queues=$2
		-device virtio-net-pci,netdev=n0,mac=52:54:00:77:00:$(printf %02x "$1"),mq=on
		-global virtio-net-pci.vectors=$((2 * $2 + 2)) -global virtio-net-pci.romfile="
}

# guest_start [-i N] [-n QUEUES] [-c CPUS] [-m SIZE] [-A KERNEL_ARGS] [-N NET_ARGS]
#	      [QEMU_ARG]...: boots a guest and waits for its agent. -N replaces
#	      the network ('' for none).
guest_start()
{
	local OPTIND=1 option n=${LAB_GUEST:-0} queues=${LAB_QUEUES:-2} cpus=2 memory=512M append='' net=default dir

	while getopts i:n:c:m:A:N: option; do
		case $option in
		i) n=$OPTARG ;;
		n) queues=$OPTARG ;;
		c) cpus=$OPTARG ;;
		m) memory=$OPTARG ;;
		A) append=$OPTARG ;;
		N) net=$OPTARG ;;
		*) return 64 ;;
		esac
	done
	shift $((OPTIND - 1))
	[ "$net" != default ] || net=$(guest_net "$n" "$queues")
	guest_boot "$@" || { guest_may_repeat "$n" && guest_boot "$@"; }
}

# An x86 emulator that delivers an interrupt twice (mended.sh) now and then ends a guest in its
# first second, before it has said a word: once more, and the log says so.
guest_may_repeat()
{
	[ "$(uname -m)" = x86_64 ] || return
	! guest_alive "$1" || return
	[ ! -s "$(guest_dir "$1")/console" ] || return
	rm -rf "$(guest_dir "$1")"
	note "guest$1 ended before it said anything: booted once more (selftests/lab/mended.sh)"
}

# guest_boot [QEMU_ARG]...: with the options of guest_start
guest_boot()
{
	dir=$(guest_dir "$n")
	mkdir -p "$dir"
	# shellcheck disable=SC2046,SC2086 # lists of words
	$(guest_machine) -accel kvm -cpu host -smp "$cpus" -m "$memory" -nodefaults \
		-no-user-config -display none -no-reboot -kernel /guest/vmlinuz \
		-initrd /guest/initrd -name "guest$n,debug-threads=on" \
		-uuid "00000000-0000-4000-8000-$(printf %012x $((n + 1)))" \
		-append "$(console_arg) $LAB_GUEST_APPEND lab.ip=10.77.$n.2/24 lab.queues=$queues $append" \
		-chardev "socket,id=con,path=$dir/console.sock,server=on,wait=off,logfile=$dir/console" \
		-serial chardev:con -qmp "unix:$dir/qmp,server=on,wait=off" \
		-device virtio-serial-pci \
		-chardev "socket,id=agent,path=$dir/port,server=on,wait=off" \
		-device virtserialport,chardev=agent,name=lab.agent \
		$net "$@" </dev/null >"$dir/qemu.log" 2>&1 &
	echo $! >"$dir/pid"
	timed "boot guest$n $LAB_GUEST_RELEASE" guest_wait "$n" || {
		note "guest$n does not answer: $(cat "$dir/qemu.log")"
		tail -n 20 "$dir/console" >&2
		return 1
	}
}

# guest_wait N: until the agent answers, or QEMU has ended
guest_wait()
{
	local dir

	dir=$(guest_dir "$1")
	until [ -S "$dir/port" ]; do
		guest_alive "$1" || return 1
		usleep 20000
	done
	agent hub "$dir/port" "$dir/agent" >/dev/null 2>&1 &
	until [ -S "$dir/agent" ]; do usleep 20000; done
	timeout "${LAB_BOOT_LIMIT:-150}" agent call "$dir/agent" true
}

# guest [-i N] [-I] CMD: runs CMD (sh) in the guest: its output and its status
# are this command's; -I hands stdin over. 125: the guest is gone.
guest()
{
	local n=${LAB_GUEST:-0} input=''

	while :; do
		case $1 in
		-i) n=$2; shift 2 ;;
		-I) input=-i; shift ;;
		*) break ;;
		esac
	done
	# shellcheck disable=SC2086 # nothing or one word
	agent call "$(guest_dir "$n")/agent" $input "$*"
}

# guest_put [-i N] FILE [DESTINATION]; guest_get [-i N] FILE [DESTINATION]
guest_put()
{
	local n=${LAB_GUEST:-0}

	[ "$1" != -i ] || { n=$2; shift 2; }
	guest -i "$n" -I "cat >'${2:-$1}'" <"$1"
}

guest_get()
{
	local n=${LAB_GUEST:-0}

	[ "$1" != -i ] || { n=$2; shift 2; }
	guest -i "$n" "cat '$1'" >"${2:-/out/${1##*/}}"
}

# guest_qmp [-i N] JSON: one QMP command, its answer
guest_qmp()
{
	local n=${LAB_GUEST:-0}

	[ "$1" != -i ] || { n=$2; shift 2; }
	agent qmp "$(guest_dir "$n")/qmp" "$1"
}

# guest_pid [-i N]: its QEMU
guest_pid()
{
	local n=${LAB_GUEST:-0}

	[ "$1" != -i ] || n=$2
	cat "$(guest_dir "$n")/pid"
}

# a zombie has no exe
guest_alive()
{
	readlink "/proc/$(cat "$(guest_dir "$1")/pid")/exe" >/dev/null 2>&1
}

# guest_stop [-i N]: keeps its kernel's log and switches it off
guest_stop()
{
	local n=${LAB_GUEST:-0}

	[ "$1" != -i ] || n=$2
	if guest_alive "$n"; then
		timeout 20 agent call "$(guest_dir "$n")/agent" dmesg >"/out/guest$n.dmesg"
		timeout 5 agent call "$(guest_dir "$n")/agent" \
			'(usleep 100000; poweroff -f) </dev/null >/dev/null 2>&1 &'
		until_true 10 guest_ended "$n" || kill -9 "$(guest_pid -i "$n")"
	fi
	cp "$(guest_dir "$n")/console" "/out/guest$n.console" 2>/dev/null
	rm -rf "$(guest_dir "$n")"
}

guest_ended()
{
	! guest_alive "$1"
}

guests_stop()
{
	local dir

	for dir in /run/guest*; do
		[ ! -d "$dir" ] || guest_stop -i "${dir#/run/guest}"
	done
}
